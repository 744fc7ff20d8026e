package spreadsheet

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"io"

	"ekc/internal/fail"
)

// tokens reads the XML of one part. Neither a token nor the part can be larger than its bound, and a part that is cut off or
// whose checksum is wrong is an error, not an end.
type tokens struct {
	part  string
	file  io.ReadCloser
	in    *bounded
	xml   *xml.Decoder
	depth int
}

func openTokens(f *zip.File, limit uint64) (*tokens, error) {
	switch size := f.UncompressedSize64; {
	case size > limit:
		return nil, fail.New(fail.TooLarge, "%s of the workbook unpacks to more than %d MiB", f.Name, limit>>20)
	case size > muchUnpacked && size/maxRatio > f.CompressedSize64:
		return nil, fail.New(fail.TooLarge, "%s of the workbook unpacks to more than %d times its size: it is not a genuine workbook", f.Name, maxRatio)
	}
	file, err := f.Open()
	if err != nil {
		return nil, damaged(f.Name, err)
	}
	in := &bounded{in: bufio.NewReaderSize(io.LimitReader(file, int64(f.UncompressedSize64)+1), 1<<16)} //nolint:gosec // at most MaxPart
	return &tokens{part: f.Name, file: file, in: in, xml: xml.NewDecoder(in)}, nil
}

func (t *tokens) close() { _ = t.file.Close() } // it was only read

// next gives the next token, or io.EOF after the root element's end.
func (t *tokens) next() (xml.Token, error) {
	t.in.left = maxToken
	token, err := t.xml.RawToken() // it neither keeps a stack, which a hostile file could make deep, nor resolves entities
	switch {
	case errors.Is(err, io.EOF) && t.depth == 0:
		return nil, io.EOF
	case errors.Is(err, io.EOF):
		return nil, damaged(t.part, io.ErrUnexpectedEOF)
	case errors.Is(err, errLong):
		return nil, fail.New(fail.TooLarge, "%s of the workbook holds a text of more than %d MiB", t.part, maxToken>>20)
	case err != nil:
		return nil, damaged(t.part, err)
	}
	switch token.(type) {
	case xml.StartElement:
		t.depth++
	case xml.EndElement:
		t.depth--
		if t.depth < 0 {
			return nil, damaged(t.part, errors.New("an element ends that never began"))
		}
	}
	return token, nil
}

// each calls start for every element's beginning, until the part ends.
func (t *tokens) each(start func(e xml.StartElement) error) error {
	for {
		token, err := t.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := token.(xml.StartElement); ok {
			if err := start(e); err != nil {
				return err
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

var errLong = errors.New("a token above the limit")

// bounded gives at most left bytes until left is set anew.
type bounded struct {
	in   *bufio.Reader
	left int
}

// ReadByte is part of io.ByteReader, by which the XML decoder reads.
func (b *bounded) ReadByte() (byte, error) {
	if b.left--; b.left < 0 {
		return 0, errLong
	}
	return b.in.ReadByte()
}

// Read is part of io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.in.Read(p[:min(len(p), max(b.left, 0))])
	b.left -= n
	if n == 0 && err == nil && b.left <= 0 {
		err = errLong
	}
	return n, err
}

func damaged(part string, err error) error {
	return fail.New(fail.Invalid, "the workbook is damaged: %s: %v", part, err)
}
