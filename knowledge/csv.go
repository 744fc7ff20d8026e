package knowledge

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"ekc/internal/fail"
)

// csvRows reads CSV (RFC 4180). A quote that is never closed costs the row where it stands, not the rest of the file: that row is
// named, and reading goes on with the line after it.
type csvRows struct {
	r      *bufio.Reader
	comma  byte
	header *header
	line   int      // the last line taken
	back   [][]byte // lines to take again, after a quote that was opened before them
	err    error    // what ended the file
}

func newCSVRows(r *bufio.Reader) (*csvRows, error) {
	c := &csvRows{r: r, comma: ','}
	first, long, err := c.take()
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, damaged(err, 0)
	case long:
		return nil, fail.New(fail.Invalid, "cannot read the CSV header: the line is longer than %d KiB", maxLineSize>>10)
	}
	// Spreadsheet programs of many countries, Russia among them, write semicolons.
	if !bytes.ContainsRune(first, ',') {
		for _, other := range []byte{';', '\t'} {
			if bytes.IndexByte(first, other) >= 0 {
				c.comma = other
			}
		}
	}
	names, err := splitCSV(string(bytes.TrimSuffix(first, []byte("\r"))), c.comma)
	if err != nil {
		return nil, fail.New(fail.Invalid, "cannot read the CSV header: %v", err)
	}
	c.header, err = newHeader(names)
	return c, err
}

func (c *csvRows) close() error { return nil }

func (c *csvRows) next() (*row, error) {
	lines, begin, err := c.record()
	if err != nil {
		return nil, err
	}
	cells, err := splitCSV(strings.TrimSuffix(string(bytes.Join(lines, []byte("\n"))), "\r"), c.comma)
	if err != nil {
		c.giveBack(lines[1:])
		return nil, &badRow{begin, fail.New(fail.Invalid, "is not valid CSV: %v", err)}
	}
	if len(cells) != len(c.header.fields) {
		return nil, &badRow{begin, fail.New(fail.Invalid, "has %d cells, the header has %d", len(cells), len(c.header.fields))}
	}
	for i, cell := range cells {
		if !utf8.ValidString(cell) {
			return nil, &badRow{begin, fail.Field(c.header.fields[i].name, fail.Invalid, "is not valid UTF-8")}
		}
		cells[i] = withoutGuard(cell)
	}
	r, err := c.header.row(begin, cells)
	if err != nil {
		return nil, &badRow{begin, err}
	}
	return r, nil
}

// record takes the lines of one record, whose quotes are even; blank lines before it are passed over.
func (c *csvRows) record() (lines [][]byte, begin int, err error) {
	quotes, size := 0, 0
	for {
		line, long, err := c.take()
		switch {
		case err != nil && len(lines) > 0: // the end of the file, or what stopped its reading: the next call tells
			c.giveBack(lines[1:])
			return nil, 0, &badRow{begin, fail.New(fail.Invalid, "opens a quote that is never closed")}
		case errors.Is(err, io.EOF):
			return nil, 0, io.EOF
		case err != nil:
			return nil, 0, damaged(err, c.line)
		case len(lines) == 0 && len(bytes.TrimSpace(line)) == 0 && !long:
			continue
		case len(lines) == 0:
			begin = c.line
		}
		if size += len(line); long || size > maxLineSize {
			return nil, 0, c.refuseLong(append(lines, line), begin)
		}
		lines = append(lines, line)
		if quotes += bytes.Count(line, []byte{'"'}); quotes%2 == 0 {
			return lines, begin, nil
		}
	}
}

func (c *csvRows) refuseLong(lines [][]byte, begin int) error {
	if len(lines) == 1 {
		return &badRow{begin, fail.New(fail.Invalid, "the line is longer than %d KiB", maxLineSize>>10)}
	}
	c.giveBack(lines[1:])
	return &badRow{begin, fail.New(fail.Invalid, "opens a quote that is not closed within %d KiB", maxLineSize>>10)}
}

// take gives the next line of the file; a line above the limit is dropped and long.
func (c *csvRows) take() (line []byte, long bool, err error) {
	if len(c.back) > 0 {
		line = c.back[0]
		c.back = c.back[1:]
		c.line++
		return line, line == nil, nil
	}
	if c.err != nil {
		return nil, false, c.err
	}
	line, long, c.err = readLine(c.r)
	if c.err != nil && len(line) == 0 && !long {
		return nil, false, c.err
	}
	if line == nil && !long {
		line = []byte{}
	}
	c.line++
	return line, long, nil
}

// giveBack makes the last lines taken the next ones.
func (c *csvRows) giveBack(lines [][]byte) {
	c.back = append(lines, c.back...)
	c.line -= len(lines)
}

var (
	errBareQuote = errors.New(`a quote stands inside a cell that does not begin with one`)
	errOpenQuote = errors.New(`text follows a closing quote: a quote inside a quoted cell must be doubled`)
)

// splitCSV cuts a record with an even number of quotes into its cells.
func splitCSV(s string, comma byte) ([]string, error) {
	var cells []string
	for {
		if !strings.HasPrefix(s, `"`) {
			cell, rest, more := strings.Cut(s, string(comma))
			if strings.Contains(cell, `"`) {
				return nil, errBareQuote
			}
			if cells = append(cells, cell); !more {
				return cells, nil
			}
			s = rest
			continue
		}
		end := closingQuote(s)
		cells = append(cells, strings.ReplaceAll(s[1:end], `""`, `"`))
		s = s[end+1:]
		switch {
		case s == "":
			return cells, nil
		case s[0] != comma:
			return nil, errOpenQuote
		}
		s = s[1:]
	}
}

// closingQuote finds the quote that ends the cell that s begins with; a cell without one ends with s.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] != '"':
		case i+1 < len(s) && s[i+1] == '"':
			i++
		default:
			return i
		}
	}
	return len(s)
}

// A cell that begins like a formula would be run by a spreadsheet program that opens the CSV, so an export puts an apostrophe
// before it, and an import takes it away; a text that has apostrophes there already gets one more (OWASP, CSV injection).
const formulaBegins = "=+-@\t\r\n＝＋－＠"

func withGuard(cell string) string {
	if strings.ContainsAny(firstRune(strings.TrimLeft(cell, "'")), formulaBegins) {
		return "'" + cell
	}
	return cell
}

func withoutGuard(cell string) string {
	if strings.HasPrefix(cell, "'") && strings.ContainsAny(firstRune(strings.TrimLeft(cell, "'")), formulaBegins) {
		return cell[1:]
	}
	return cell
}

func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}
