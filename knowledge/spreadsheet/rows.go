package spreadsheet

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"ekc/internal/fail"
)

// Kind tells what a cell holds.
type Kind int

// The kinds of cells. Empty cells are left out of a row.
const (
	Text    Kind = iota + 1
	Number       // Value is as the file writes it
	Date         // Value is YYYY-MM-DD, followed by a time of day when it has one
	Logical      // Value is true or false
	Fault        // Value says what is wrong: a formula, an error value, a text above MaxCell
)

// Cell is one cell.
type Cell struct {
	Column int // from 0
	Kind   Kind
	Value  string
}

// Row is one row that is not empty.
type Row struct {
	Number int // from 1, as the program shows it
	Cells  []Cell
	// Merged: some cells of the row are merged with others, also those of another row.
	Merged bool
}

// Name is the name of a cell, such as C7.
func (r Row) Name(c Cell) string { return ColumnName(c.Column) + strconv.Itoa(r.Number) }

// ColumnName is the letters of a column that is counted from 0.
func ColumnName(column int) string {
	name := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

// Rows reads the rows of a sheet one after another. Close it after use.
type Rows struct {
	book   *Book
	t      *tokens
	merged []span
	last   int
}

// Rows opens a sheet by its place in Sheets. It first reads the sheet once to its end, so that a damaged sheet is refused before
// the first row is given.
func (b *Book) Rows(sheet int) (*Rows, error) {
	f := b.parts[b.sheets[sheet].part]
	merged, err := mergedRows(f)
	if err != nil {
		return nil, err
	}
	t, err := openTokens(f, MaxPart)
	if err != nil {
		return nil, err
	}
	return &Rows{book: b, t: t, merged: merged}, nil
}

// Close ends the reading.
func (r *Rows) Close() { r.t.close() }

// Next gives the next row that is not empty, or io.EOF. Any other error ends the sheet.
func (r *Rows) Next() (Row, error) {
	for {
		token, err := r.t.next()
		if err != nil {
			return Row{}, err
		}
		e, ok := token.(xml.StartElement)
		if !ok || e.Name.Local != "row" {
			continue
		}
		row, err := r.row(e)
		if err != nil {
			return Row{}, err
		}
		if len(row.Cells) > 0 {
			return row, nil
		}
	}
}

func (r *Rows) row(e xml.StartElement) (Row, error) {
	row := Row{Number: r.last + 1}
	if s := attribute(e, "r"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n <= r.last || n > MaxRows {
			return Row{}, damaged(r.t.part, fmt.Errorf("row %q comes after row %d", s, r.last))
		}
		row.Number = n
	}
	r.last = row.Number
	for len(r.merged) > 0 && r.merged[0].to < row.Number {
		r.merged = r.merged[1:]
	}
	row.Merged = len(r.merged) > 0 && r.merged[0].from <= row.Number
	return row, r.cells(&row)
}

func (r *Rows) cells(row *Row) error {
	column, size := -1, 0
	for depth := r.t.depth; ; {
		token, err := r.t.next()
		if err != nil {
			return cutOff(err, r.t.part)
		}
		if _, ok := token.(xml.EndElement); ok && r.t.depth < depth {
			return nil
		}
		e, ok := token.(xml.StartElement)
		if !ok || e.Name.Local != "c" {
			continue
		}
		column, err = columnOf(attribute(e, "r"), column)
		if err != nil {
			return damaged(r.t.part, fmt.Errorf("row %d: %w", row.Number, err))
		}
		c, err := r.cell(e)
		if err != nil {
			return err
		}
		if size += len(c.Value); size > maxRowText {
			return fail.New(fail.TooLarge, "row %d of the sheet holds more than %d MiB", row.Number, maxRowText>>20)
		}
		if c.Kind != 0 {
			c.Column = column
			row.Cells = append(row.Cells, c)
		}
	}
}

// columnOf reads the letters of a cell's name; a cell without a name follows the last one.
func columnOf(name string, last int) (int, error) {
	n := last + 1
	if name != "" {
		n = 0
		for _, c := range name {
			if c < 'A' || c > 'Z' || n > MaxColumns {
				break
			}
			n = n*26 + int(c-'A') + 1
		}
		n--
	}
	if n <= last || n >= MaxColumns {
		return 0, fmt.Errorf("cell %q comes after column %s", name, ColumnName(last))
	}
	return n, nil
}

// raw is a cell as the file writes it.
type raw struct {
	value   string
	long    bool
	formula bool
}

// cell reads a cell after its element has begun; its kind is 0 when it is empty.
func (r *Rows) cell(e xml.StartElement) (Cell, error) {
	content, err := r.content()
	if err != nil {
		return Cell{}, err
	}
	kind := attribute(e, "t")
	switch {
	case content.formula:
		return Cell{Kind: Fault, Value: "holds a formula: put its value there"}, nil
	case kind == "e":
		return Cell{Kind: Fault, Value: "holds the error " + content.value}, nil
	case content.long:
		return tooLong, nil
	case kind == "s" && content.value != "":
		return r.shared(content.value)
	case content.value == "":
		return Cell{}, nil
	}
	return r.simple(kind, attribute(e, "s"), content.value), nil
}

var tooLong = Cell{Kind: Fault, Value: fmt.Sprintf("holds more than %d KiB", MaxCell>>10)}

func (r *Rows) shared(number string) (Cell, error) {
	s, long, err := r.book.strings.at(number)
	switch {
	case err != nil:
		return Cell{Kind: Fault, Value: err.Error()}, nil //nolint:nilerr // the fault of one cell
	case long:
		return tooLong, nil
	case s == "":
		return Cell{}, nil
	}
	return Cell{Kind: Text, Value: s}, nil
}

// simple reads a value that stands in the cell itself (ECMA-376 part 1, § 18.18.11).
func (r *Rows) simple(kind, style, value string) Cell {
	switch kind {
	case "inlineStr", "str":
		return Cell{Kind: Text, Value: value}
	case "b":
		return Cell{Kind: Logical, Value: strconv.FormatBool(isTrue(value))}
	case "d":
		return Cell{Kind: Date, Value: strings.TrimSuffix(strings.Replace(value, "T", " ", 1), " 00:00:00")}
	}
	if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(r.book.dates) && r.book.dates[n] {
		day, ok := r.book.from.date(value)
		if !ok {
			return Cell{Kind: Fault, Value: fmt.Sprintf("holds %s, which is no date", value)}
		}
		return Cell{Kind: Date, Value: day}
	}
	return Cell{Kind: Number, Value: value}
}

// content reads what stands in a cell, up to its end.
func (r *Rows) content() (raw, error) {
	var out raw
	for depth := r.t.depth; ; {
		token, err := r.t.next()
		if err != nil {
			return out, cutOff(err, r.t.part)
		}
		switch e := token.(type) {
		case xml.EndElement:
			if r.t.depth < depth {
				return out, nil
			}
		case xml.StartElement:
			switch e.Name.Local {
			case "f":
				out.formula = true
			case "v":
				out.value, err = r.value()
			case "is":
				out.value, out.long, err = richText(r.t)
			}
			if err != nil {
				return out, err
			}
		}
	}
}

// value reads the text of the element that has begun.
func (r *Rows) value() (string, error) {
	var b strings.Builder
	for depth := r.t.depth; ; {
		token, err := r.t.next()
		if err != nil {
			return "", cutOff(err, r.t.part)
		}
		switch e := token.(type) {
		case xml.CharData:
			if b.Len()+len(e) > maxToken {
				return "", fail.New(fail.TooLarge, "%s of the workbook holds a value of more than %d MiB", r.t.part, maxToken>>20)
			}
			b.Write(e)
		case xml.EndElement:
			if r.t.depth < depth {
				return unescape(b.String()), nil
			}
		}
	}
}
