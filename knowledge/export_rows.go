package knowledge

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"ekc/knowledge/spreadsheet"
)

type jsonWriter struct {
	out *bufio.Writer
	enc *json.Encoder
}

func newJSONWriter(to io.Writer) *jsonWriter {
	w := &jsonWriter{out: bufio.NewWriterSize(to, 1<<16)}
	w.enc = json.NewEncoder(w.out)
	w.enc.SetEscapeHTML(false) // a person may look at it
	return w
}

func (w *jsonWriter) write(r *row) error { return w.enc.Encode(r) }

func (w *jsonWriter) close(bool) error { return w.out.Flush() }

type csvWriter struct{ out *csv.Writer }

func newCSVWriter(to io.Writer) (*csvWriter, error) {
	w := &csvWriter{out: csv.NewWriter(to)}
	names := make([]string, len(tableColumns))
	for i, c := range tableColumns {
		names[i] = c.name
	}
	return w, w.out.Write(names)
}

func (w *csvWriter) write(r *row) error {
	cells := make([]string, len(tableColumns))
	for i, c := range tableColumns {
		cells[i] = withGuard(c.get(r))
	}
	return w.out.Write(cells)
}

func (w *csvWriter) close(bool) error {
	w.out.Flush()
	return w.out.Error()
}

// sheetName is the sheet of an exported workbook.
const sheetName = "Записи"

// sheetWriter keeps the rows in a temporary file until it knows which fields need more than one cell: the header comes first.
type sheetWriter struct {
	to   io.Writer
	file *os.File
	rows *jsonWriter
	// parts is how many cells each column needs, at least one.
	parts []int
}

func newSheetWriter(to io.Writer) (*sheetWriter, error) {
	file, err := os.CreateTemp("", "ekc-export-*")
	if err != nil {
		return nil, fmt.Errorf("keep the rows of the export: %w", err)
	}
	return &sheetWriter{to: to, file: file, rows: newJSONWriter(file), parts: slices.Repeat([]int{1}, len(tableColumns))}, nil
}

func (w *sheetWriter) write(r *row) error {
	for i, c := range tableColumns {
		if cell := c.get(r); len(cell) > spreadsheet.MaxCellUnits { // bytes: never fewer than units
			w.parts[i] = max(w.parts[i], len(spreadsheet.Split(cell)))
		}
	}
	return w.rows.write(r)
}

func (w *sheetWriter) close(complete bool) (err error) {
	defer func() { err = errors.Join(err, w.file.Close(), os.Remove(w.file.Name())) }()
	if !complete {
		return nil
	}
	if err := w.rows.close(true); err != nil {
		return err
	}
	if _, err := w.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return w.copyRows()
}

func (w *sheetWriter) copyRows() error {
	var names []string
	var widths []int
	for i, c := range tableColumns {
		for part := range w.parts[i] {
			name := c.name
			if part > 0 {
				name += partSeparator + strconv.Itoa(part+1)
			}
			names, widths = append(names, name), append(widths, c.width)
		}
	}
	sheet, err := spreadsheet.NewWriter(w.to, sheetName, widths)
	if err != nil {
		return err
	}
	if err := sheet.Write(names); err != nil {
		return err
	}
	rows := json.NewDecoder(bufio.NewReaderSize(w.file, 1<<16))
	for {
		var r row
		if err := rows.Decode(&r); errors.Is(err, io.EOF) {
			return sheet.Close()
		} else if err != nil {
			return err
		}
		if err := sheet.Write(w.cells(&r, len(names))); err != nil {
			return err
		}
	}
}

func (w *sheetWriter) cells(r *row, n int) []string {
	cells := make([]string, 0, n)
	for i, c := range tableColumns {
		pieces := spreadsheet.Split(c.get(r))
		cells = append(cells, pieces...)
		cells = append(cells, make([]string, w.parts[i]-len(pieces))...)
	}
	return cells
}
