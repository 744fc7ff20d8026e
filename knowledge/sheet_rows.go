package knowledge

import (
	"errors"
	"io"
	"os"
	"strings"

	"ekc/internal/fail"
	"ekc/knowledge/spreadsheet"
)

// sheetRows reads the records of a workbook: of its first sheet, or of the only one that has a header.
type sheetRows struct {
	book   *spreadsheet.Book
	rows   *spreadsheet.Rows
	header *header
}

func newSheetRows(file *os.File, size int64) (*sheetRows, error) {
	book, err := spreadsheet.Open(file, size)
	if err != nil {
		return nil, err
	}
	s := &sheetRows{book: book}
	if err := s.choose(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// choose finds the one sheet with records. Two of them are refused: rows of one would be lost in silence.
func (s *sheetRows) choose() error {
	names := s.book.Sheets()
	if len(names) == 0 {
		return fail.New(fail.Invalid, "the workbook has no sheet that is not hidden")
	}
	var first error
	found := ""
	for i, name := range names {
		rows, h, err := s.begin(i)
		switch {
		case err != nil && !isHeaderFault(err):
			return err
		case err != nil:
			if first == nil {
				first = fail.Field("header", fail.Invalid, "sheet %q: %s", name, strings.TrimPrefix(err.Error(), "header: "))
			}
			continue
		case found != "":
			rows.Close()
			return fail.New(fail.Invalid, "the sheets %q and %q both hold records: keep one sheet in a file", found, name)
		}
		found, s.rows, s.header = name, rows, h
	}
	if found == "" {
		return first
	}
	return nil
}

func isHeaderFault(err error) bool {
	f, ok := fail.As(err)
	return ok && f.Field == "header"
}

// begin reads the header of a sheet.
func (s *sheetRows) begin(sheet int) (*spreadsheet.Rows, *header, error) {
	rows, err := s.book.Rows(sheet)
	if err != nil {
		return nil, nil, err
	}
	h, err := sheetHeader(rows)
	if err != nil {
		rows.Close()
		return nil, nil, err
	}
	return rows, h, nil
}

func sheetHeader(rows *spreadsheet.Rows) (*header, error) {
	first, err := rows.Next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fail.Field("header", fail.Invalid, "the sheet is empty")
	case err != nil:
		return nil, err
	case first.Merged:
		return nil, fail.Field("header", fail.Invalid, "row %d, which must name the columns, has merged cells", first.Number)
	}
	names := make([]string, first.Cells[len(first.Cells)-1].Column+1)
	for _, c := range first.Cells {
		if c.Kind != spreadsheet.Text {
			return nil, fail.Field("header", fail.Invalid, "cell %s, which must name a column, holds no text", first.Name(c))
		}
		names[c.Column] = c.Value
	}
	return newHeader(names)
}

func (s *sheetRows) close() error {
	if s.rows != nil {
		s.rows.Close()
	}
	return s.book.Close()
}

func (s *sheetRows) next() (*row, error) {
	found, err := s.rows.Next()
	if err != nil {
		return nil, err
	}
	if found.Merged {
		return nil, &badRow{found.Number, fail.New(fail.Invalid, "has merged cells: take the merge apart, and fill each row")}
	}
	cells := make([]string, len(s.header.fields))
	for _, c := range found.Cells {
		field := ""
		if c.Column < len(cells) {
			field = s.header.fields[c.Column].name
		}
		if field == "" {
			return nil, &badRow{found.Number, fail.New(fail.Invalid, "cell %s has no column name above it", found.Name(c))}
		}
		if cells[c.Column], err = cellText(field, c); err != nil {
			return nil, &badRow{found.Number, fail.Field(field, fail.Invalid, "cell %s %v", found.Name(c), err)}
		}
	}
	r, err := s.header.row(found.Number, cells)
	if err != nil {
		return nil, &badRow{found.Number, err}
	}
	return r, nil
}

// cellText gives a cell's value for a field. What a spreadsheet program may have changed by itself (a number that lost its zeros,
// a text that became a date) is refused rather than guessed.
func cellText(field string, c spreadsheet.Cell) (string, error) {
	date := field == "validFrom" || field == "validTo"
	logical := field == "intent" || field == "personal"
	switch c.Kind {
	case spreadsheet.Text:
		return c.Value, nil
	case spreadsheet.Date:
		switch {
		case !date:
			return "", errors.New("is a date, want text: format the cell as text")
		case len(c.Value) > len("2026-01-31"):
			return "", errors.New("holds a time of day besides the date")
		}
		return c.Value, nil
	case spreadsheet.Logical:
		if logical {
			return c.Value, nil
		}
		return "", errors.New("is a logical value, want text")
	case spreadsheet.Number:
		whole := strings.Trim(c.Value, "0123456789") == "" && len(c.Value) <= 15
		switch {
		case logical && whole, whole && (field == "id" || field == "variantOf" || field == "source"):
			return c.Value, nil
		case date:
			return "", errors.New("is a number, want a date of the form 2026-01-31")
		}
		return "", errors.New("is a number, want text: format the cell as text (a code such as 01 loses its zero as a number)")
	case spreadsheet.Fault:
	}
	return "", errors.New(c.Value)
}
