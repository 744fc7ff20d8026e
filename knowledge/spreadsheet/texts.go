package spreadsheet

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"ekc/internal/fail"
)

// texts are a workbook's shared texts, in a temporary file; memory holds only where each one ends.
type texts struct {
	file *os.File
	ends []int64
	long map[int]bool // texts above MaxCell, which are not kept
}

func (b *Book) readTexts(part string) (*texts, error) {
	f := b.parts[part]
	if f == nil {
		return nil, nil //nolint:nilnil // a workbook without shared texts; the methods of a nil *texts say so
	}
	t, err := openTokens(f, MaxPart)
	if err != nil {
		return nil, err
	}
	defer t.close()
	file, err := os.CreateTemp("", "ekc-workbook-*")
	if err != nil {
		return nil, fmt.Errorf("keep the texts of the workbook: %w", err)
	}
	out := &texts{file: file, long: make(map[int]bool)}
	if err := out.fill(t); err != nil {
		return nil, errors.Join(err, out.close())
	}
	return out, nil
}

func (x *texts) fill(t *tokens) error {
	w := bufio.NewWriterSize(x.file, 1<<16)
	end := int64(0)
	err := t.each(func(e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		s, long, err := richText(t)
		if err != nil {
			return err
		}
		if len(x.ends) == maxStrings {
			return fail.New(fail.TooLarge, "the workbook has more than %d different texts", maxStrings)
		}
		if long {
			x.long[len(x.ends)] = true
		}
		end += int64(len(s))
		x.ends = append(x.ends, end)
		_, err = w.WriteString(s)
		return err
	})
	if err != nil {
		return err
	}
	return w.Flush()
}

func (x *texts) close() error {
	if x == nil {
		return nil
	}
	return errors.Join(x.file.Close(), os.Remove(x.file.Name()))
}

// at gives the text that a cell names by its number.
func (x *texts) at(number string) (s string, long bool, err error) {
	n, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || x == nil || n < 0 || n >= len(x.ends) {
		return "", false, fmt.Errorf("names the shared text %q, which does not exist", number)
	}
	if x.long[n] {
		return "", true, nil
	}
	begin := int64(0)
	if n > 0 {
		begin = x.ends[n-1]
	}
	text := make([]byte, x.ends[n]-begin)
	if _, err := x.file.ReadAt(text, begin); err != nil && !errors.Is(err, io.EOF) {
		return "", false, err
	}
	return string(text), false, nil
}

// richText reads a text after its element has begun, up to its end: its runs one after another, without the phonetic ones.
func richText(t *tokens) (s string, long bool, err error) {
	var b strings.Builder
	in, phonetic := false, 0
	for depth := t.depth; ; {
		token, err := t.next()
		if err != nil {
			return "", false, cutOff(err, t.part)
		}
		switch e := token.(type) {
		case xml.StartElement:
			in = e.Name.Local == "t"
			if e.Name.Local == "rPh" {
				phonetic = t.depth
			}
		case xml.EndElement:
			in = false
			if t.depth < phonetic {
				phonetic = 0
			}
			if t.depth < depth {
				return unescape(b.String()), long, nil
			}
		case xml.CharData:
			if !in || phonetic > 0 {
				continue
			}
			if long = long || b.Len()+len(e) > MaxCell; long {
				b.Reset()
				continue
			}
			b.Write(e)
		}
	}
}

func cutOff(err error, part string) error {
	if errors.Is(err, io.EOF) {
		return damaged(part, io.ErrUnexpectedEOF)
	}
	return err
}
