package onboarding

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"ekc/internal/fail"
	"ekc/knowledge/spreadsheet"
)

// maxPlan is how many bytes a file with a plan may have.
const maxPlan = 10 << 20

// ReadPlan reads the rows of a plan: CSV (RFC 4180) with a header, comma, semicolon or tab between cells, or the first sheet of an XLSX
// workbook. INVALID when it is neither, TOO_LARGE above 10 MiB. What the rows hold is for Import to judge.
func ReadPlan(file io.Reader) ([]Row, error) {
	content, err := io.ReadAll(io.LimitReader(file, maxPlan+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read plan: %w", err)
	case len(content) > maxPlan:
		return nil, fail.New(fail.TooLarge, "a plan has at most %d MiB", maxPlan>>20)
	case bytes.HasPrefix(content, []byte("PK")):
		return readSheet(content)
	case !utf8.Valid(content) || bytes.ContainsRune(content, 0):
		return nil, fail.New(fail.Invalid, "is neither UTF-8 text nor an XLSX workbook")
	}
	return readCSV(content)
}

func readCSV(content []byte) ([]Row, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	first, _, _ := bytes.Cut(content, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(content))
	r.FieldsPerRecord = -1
	for _, comma := range []rune{';', '\t'} {
		if bytes.ContainsRune(first, comma) {
			r.Comma = comma
		}
	}
	var p planRows
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return p.rows, p.whole()
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, fail.New(fail.Invalid, "line %d: %s", wrong.Line, wrong.Err.Error())
		}
		if err != nil {
			return nil, fmt.Errorf("read plan: %w", err)
		}
		line, _ := r.FieldPos(0)
		if err := p.take(line, cells); err != nil {
			return nil, err
		}
	}
}

func readSheet(content []byte) (rows []Row, err error) {
	book, err := spreadsheet.Open(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	if len(book.Sheets()) == 0 {
		return nil, fail.New(fail.Invalid, "the workbook has no sheet that is not hidden")
	}
	sheet, err := book.Rows(0)
	if err != nil {
		return nil, err
	}
	defer sheet.Close()
	var p planRows
	for {
		row, err := sheet.Next()
		if errors.Is(err, io.EOF) {
			return p.rows, p.whole()
		}
		if err != nil {
			return nil, err
		}
		var cells []string
		for _, c := range row.Cells {
			if c.Kind == spreadsheet.Fault {
				return nil, fail.New(fail.Invalid, "%s: %s", row.Name(c), c.Value)
			}
			if c.Column >= maxColumns {
				return nil, fail.New(fail.Invalid, "%s: more than %d columns", row.Name(c), maxColumns)
			}
			for len(cells) <= c.Column {
				cells = append(cells, "")
			}
			cells[c.Column] = c.Value
		}
		if err := p.take(row.Number, cells); err != nil {
			return nil, err
		}
	}
}

// maxColumns is more than a plan has.
const maxColumns = 64

// planRows gathers rows under their header.
type planRows struct {
	header []string
	rows   []Row
}

func (p *planRows) take(line int, cells []string) error {
	for i, cell := range cells {
		cells[i] = strings.TrimSpace(cell)
	}
	if p.header == nil {
		for i, name := range cells {
			cells[i] = strings.ToLower(name)
		}
		p.header = cells
		return nil
	}
	if len(p.rows) == maxSites {
		return fail.New(fail.TooLarge, "a plan has at most %d rows", maxSites)
	}
	row := Row{Line: line, Cells: map[string]string{}}
	for i, cell := range cells {
		switch {
		case cell == "":
		case i >= len(p.header) || p.header[i] == "":
			return fail.New(fail.Invalid, "line %d: a cell stands under no column", line)
		default:
			row.Cells[p.header[i]] = cell
		}
	}
	if len(row.Cells) > 0 {
		p.rows = append(p.rows, row)
	}
	return nil
}

// whole refuses a file without rows.
func (p *planRows) whole() error {
	if len(p.rows) == 0 {
		return fail.New(fail.Invalid, "the plan has no rows below its header")
	}
	return nil
}
