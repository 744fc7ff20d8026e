package knowledge

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"ekc/internal/fail"
)

// rowReader gives the rows of a file one after another: a row, or a fault of that row (*badRow), or io.EOF, or what ends
// the import.
type rowReader interface {
	next() (*row, error)
}

// badRow is a fault that costs one row only.
type badRow struct {
	line int
	err  error
}

func (b *badRow) Error() string { return fmt.Sprintf("line %d: %v", b.line, b.err) }

func newRowReader(s *source) (rowReader, error) {
	if s.format == "csv" {
		return newCSVRows(s.reader)
	}
	return &jsonRows{r: s.reader}, nil
}

type jsonRows struct {
	r    *bufio.Reader
	line int
}

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

type csvRows struct {
	r      *csv.Reader
	header []string
	line   int
}

// listSeparator stands between the entries of a list in one CSV cell.
const listSeparator = "|"

var csvFields = map[string]func(*row, string) error{
	"id":         func(r *row, s string) error { r.ID = s; return nil },
	"question":   func(r *row, s string) error { r.Question = s; return nil },
	"answer":     func(r *row, s string) error { r.Answer = s; return nil },
	"topic":      func(r *row, s string) error { r.Topic = s; return nil },
	"phrasings":  func(r *row, s string) error { r.Phrasings = strings.Split(s, listSeparator); return nil },
	"short":      func(r *row, s string) error { r.Short = s; return nil },
	"agency":     func(r *row, s string) error { r.Agency = s; return nil },
	"region":     func(r *row, s string) error { r.Region = s; return nil },
	"variantOf":  func(r *row, s string) error { r.VariantOf = s; return nil },
	"legalBasis": func(r *row, s string) error { return cellJSON(s, &r.LegalBasis) },
	"validFrom":  func(r *row, s string) error { r.ValidFrom = Date(strings.TrimSpace(s)); return nil },
	"validTo":    func(r *row, s string) error { r.ValidTo = Date(strings.TrimSpace(s)); return nil },
	"intent":     func(r *row, s string) error { return cellBool(s, &r.Intent) },
	"personal":   func(r *row, s string) error { return cellBool(s, &r.Personal) },
	"source":     func(r *row, s string) error { r.Source = s; return nil },
	"license":    func(r *row, s string) error { r.License = s; return nil },
}

func newCSVRows(r io.Reader) (*csvRows, error) {
	c := &csvRows{r: csv.NewReader(r)}
	c.r.FieldsPerRecord = -1
	c.r.ReuseRecord = true
	header, err := c.r.Read()
	if err != nil {
		return nil, fail.New(fail.Invalid, "cannot read the CSV header: %v", err)
	}
	seen := make(map[string]bool)
	for _, name := range header {
		name = strings.TrimSpace(name)
		switch {
		case csvFields[name] == nil:
			return nil, fail.Field("header", fail.Invalid, "unknown column %q", name)
		case seen[name]:
			return nil, fail.Field("header", fail.Invalid, "column %q comes twice", name)
		}
		seen[name] = true
		c.header = append(c.header, name)
	}
	for _, name := range []string{"id", "question", "answer"} {
		if !seen[name] {
			return nil, fail.Field("header", fail.Invalid, "column %q is missing", name)
		}
	}
	return c, nil
}

func (c *csvRows) next() (*row, error) {
	cells, err := c.r.Read()
	var bad *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case errors.As(err, &bad):
		c.line = bad.Line
		return nil, &badRow{bad.StartLine, fail.New(fail.Invalid, "is not valid CSV: %v", bad.Err)}
	case err != nil:
		return nil, damaged(err, c.line)
	}
	c.line, _ = c.r.FieldPos(0)
	if len(cells) != len(c.header) {
		return nil, &badRow{c.line, fail.New(fail.Invalid, "has %d cells, the header has %d", len(cells), len(c.header))}
	}
	r := &row{line: c.line}
	for i, cell := range cells {
		if err := c.set(r, c.header[i], cell); err != nil {
			return nil, &badRow{c.line, err}
		}
	}
	return r, nil
}

func (c *csvRows) set(r *row, name, cell string) error {
	switch {
	case !utf8.ValidString(cell):
		return fail.Field(name, fail.Invalid, "is not valid UTF-8")
	case len(cell) > maxLineSize:
		return fail.Field(name, fail.Invalid, "is longer than %d KiB", maxLineSize>>10)
	}
	if err := csvFields[name](r, cell); err != nil {
		return fail.Field(name, fail.Invalid, "%v", err)
	}
	return nil
}

func cellJSON(s string, dst any) error {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s), dst); err != nil {
		return fmt.Errorf("is not JSON: %w", err)
	}
	return nil
}

func cellBool(s string, dst *bool) error {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		return fmt.Errorf("%q is not true or false", s)
	}
	*dst = b
	return nil
}
