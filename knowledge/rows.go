package knowledge

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"ekc/internal/fail"
)

// rowReader gives the rows of a file one after another: a row, or a fault of that row (*badRow), or io.EOF, or what ends
// the import.
type rowReader interface {
	next() (*row, error)
	close() error
}

// badRow is a fault that costs one row only.
type badRow struct {
	line int
	err  error
}

func (b *badRow) Error() string { return fmt.Sprintf("line %d: %v", b.line, b.err) }

func newRowReader(s *source) (rowReader, error) {
	switch s.format {
	case formatCSV:
		return newCSVRows(s.reader)
	case formatXLSX:
		return newSheetRows(s.file, s.size)
	}
	return &jsonRows{r: s.reader}, nil
}

type jsonRows struct {
	r    *bufio.Reader
	line int
}

func (j *jsonRows) close() error { return nil }

func (j *jsonRows) next() (*row, error) {
	for {
		data, tooLong, err := readLine(j.r)
		if err != nil && (!errors.Is(err, io.EOF) || (len(data) == 0 && !tooLong)) {
			if errors.Is(err, io.EOF) {
				return nil, io.EOF
			}
			return nil, damaged(err, j.line)
		}
		j.line++
		if tooLong {
			return nil, &badRow{j.line, fail.New(fail.Invalid, "the line is longer than %d KiB", maxLineSize>>10)}
		}
		if data = bytes.TrimSpace(data); len(data) == 0 {
			continue
		}
		return j.parse(data)
	}
}

func (j *jsonRows) parse(data []byte) (*row, error) {
	if !utf8.Valid(data) {
		return nil, &badRow{j.line, fail.New(fail.Invalid, "is not valid UTF-8")}
	}
	r := &row{line: j.line}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, &badRow{j.line, explainJSON(err)}
	}
	return r, nil
}

func explainJSON(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return fail.Field(wrong.Field, fail.Invalid, "is a JSON %s, want %s", wrong.Value, wrong.Type)
	}
	return fail.New(fail.Invalid, "is not a JSON object: %v", err)
}

// readLine reads up to and without the line's end; a line above the limit is read to its end and dropped.
func readLine(r *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if !tooLong {
			line = append(line, part...)
		}
		if len(line) > maxLineSize {
			line, tooLong = nil, true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSuffix(line, []byte("\n")), tooLong, err
		}
	}
}
