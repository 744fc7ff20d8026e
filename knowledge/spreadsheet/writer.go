package spreadsheet

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"

	"ekc/internal/fail"
)

// Writer writes a workbook of one sheet, row by row. All cells are texts in cells that a spreadsheet program keeps as texts: what
// looks like a formula, a number or a date is neither. The same rows make the same bytes.
type Writer struct {
	archive *zip.Writer
	sheet   *bufio.Writer
	row     int
	text    strings.Builder
}

// NewWriter begins a workbook whose sheet has the name and the columns of the given widths, in characters; the first row stays in
// sight when the sheet is scrolled.
func NewWriter(w io.Writer, sheet string, widths []int) (*Writer, error) {
	x := &Writer{archive: zip.NewWriter(w)}
	var name strings.Builder
	escape(&name, sheet)
	for _, part := range []struct{ name, content string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", archiveRelations},
		{"xl/workbook.xml", fmt.Sprintf(workbook, strings.ReplaceAll(name.String(), `"`, "&quot;"))},
		{"xl/_rels/workbook.xml.rels", workbookRelations},
		{"xl/styles.xml", styles},
	} {
		f, err := x.archive.Create(part.name)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(f, part.content); err != nil {
			return nil, err
		}
	}
	f, err := x.archive.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return nil, err
	}
	x.sheet = bufio.NewWriterSize(f, 1<<16)
	_, err = x.sheet.WriteString(sheetBegin + columns(widths) + "<sheetData>")
	return x, err
}

func columns(widths []int) string {
	var b strings.Builder
	b.WriteString("<cols>")
	for i, w := range widths {
		fmt.Fprintf(&b, `<col min="%d" max="%d" width="%d" style="1" customWidth="1"/>`, i+1, i+1, w)
	}
	b.WriteString("</cols>")
	return b.String()
}

// Write adds a row. A text above MaxCellUnits is INVALID: split it with Split. A row after MaxRows is TOO_LARGE.
func (x *Writer) Write(texts []string) error {
	if x.row++; x.row > MaxRows {
		return fail.New(fail.TooLarge, "a sheet has at most %d rows", MaxRows)
	}
	style := "1"
	if x.row == 1 {
		style = "2"
	}
	number := strconv.Itoa(x.row)
	b := &x.text
	b.Reset()
	b.WriteString(`<row r="` + number + `">`)
	for i, s := range texts {
		if s == "" {
			continue
		}
		if Units(s) > MaxCellUnits {
			return fail.New(fail.Invalid, "cell %s%s would hold more than %d characters", ColumnName(i), number, MaxCellUnits)
		}
		b.WriteString(`<c r="` + ColumnName(i) + number + `" s="` + style + `" t="inlineStr"><is><t xml:space="preserve">`)
		escape(b, s)
		b.WriteString(`</t></is></c>`)
	}
	b.WriteString("</row>")
	_, err := x.sheet.WriteString(b.String())
	return err
}

// Close ends the workbook; what it was written to stays open.
func (x *Writer) Close() error {
	if _, err := x.sheet.WriteString("</sheetData></worksheet>"); err != nil {
		return err
	}
	if err := x.sheet.Flush(); err != nil {
		return err
	}
	return x.archive.Close()
}

// Units is the length of a text in UTF-16 code units, by which spreadsheet programs count.
func Units(s string) int {
	n := 0
	for _, c := range s {
		n += utf16.RuneLen(c)
	}
	return n
}

// Split cuts a text into pieces that each fit into a cell; at least one.
func Split(s string) []string {
	var out []string
	begin, units := 0, 0
	for i, c := range s {
		n := utf16.RuneLen(c)
		if units+n > MaxCellUnits {
			out = append(out, s[begin:i])
			begin, units = i, 0
		}
		units += n
	}
	return append(out, s[begin:])
}

const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

	packages      = "http://schemas.openxmlformats.org/package/2006/"
	documents     = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	spreadsheetml = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	types         = "application/vnd.openxmlformats-officedocument.spreadsheetml."

	contentTypes = xmlHead + `<Types xmlns="` + packages + `content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + types + `sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + types + `worksheet+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + types + `styles+xml"/></Types>`

	archiveRelations = xmlHead + `<Relationships xmlns="` + packages + `relationships">` +
		`<Relationship Id="rId1" Type="` + documents + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`

	workbook = xmlHead + `<workbook xmlns="` + spreadsheetml + `" xmlns:r="` + documents + `">` +
		`<sheets><sheet name="%s" sheetId="1" r:id="rId1"/></sheets></workbook>`

	workbookRelations = xmlHead + `<Relationships xmlns="` + packages + `relationships">` +
		`<Relationship Id="rId1" Type="` + documents + `/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="` + documents + `/styles" Target="styles.xml"/></Relationships>`

	// Style 1 is for texts (number format 49, "@"), wrapped, from the top; style 2 is the same in bold.
	styles = xmlHead + `<styleSheet xmlns="` + spreadsheetml + `">` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
		`<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

	sheetBegin = xmlHead + `<worksheet xmlns="` + spreadsheetml + `"><sheetViews><sheetView workbookViewId="0">` +
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`
)
