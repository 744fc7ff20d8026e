package spreadsheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"ekc/internal/fail"
	"ekc/knowledge/spreadsheet"
)

func write(t *testing.T, rows ...[]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := spreadsheet.NewWriter(&out, `Лист "1" & <2>`, []int{10, 20})
	require.NoError(t, err)
	for _, r := range rows {
		require.NoError(t, w.Write(r))
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func read(t *testing.T, file []byte) ([]spreadsheet.Row, error) {
	t.Helper()
	b, err := spreadsheet.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, err
	}
	defer func() { require.NoError(t, b.Close()) }()
	rows, err := b.Rows(0)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []spreadsheet.Row
	for {
		r, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, r)
	}
}

// hard is a text of what is hard to keep in a workbook.
func hard(r *rand.Rand) string {
	pieces := []string{
		"=1+1", "+7", "-", "@", "'", "\"", "<&>", "_x0041_", "_x005F_", "_x", "_", "x0041_", "\r\n", "\n", "\t", "\x01", "\x1f", " ", "😀", "я", "ё́",
		"\ufffe", "\uffff", "\u2028", "]]>", "01", "TRUE", "2026-01-31", "https://пример.рф/?a=1&b=2",
	}
	var b strings.Builder
	for range r.IntN(12) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	rows := [][]string{{"a", "b", "c"}}
	for range 500 {
		rows = append(rows, []string{"x" + hard(r), hard(r), hard(r)})
	}
	rows = append(rows, []string{strings.Repeat("😀", spreadsheet.MaxCellUnits/2), "", "end"})
	file := write(t, rows...)
	require.Equal(t, file, write(t, rows...), "the same rows make the same bytes")
	got, err := read(t, file)
	require.NoError(t, err)
	require.Len(t, got, len(rows))
	for i, row := range got {
		cells := make([]string, 3)
		for _, c := range row.Cells {
			require.Equal(t, spreadsheet.Text, c.Kind)
			cells[c.Column] = c.Value
		}
		require.Equal(t, rows[i], cells)
		require.Equal(t, i+1, row.Number)
	}
}

func TestExcelizeReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	file := write(t, []string{"id", "=SUM(A1:A9)", " _x0041_ <&>\n😀\r"}, []string{"01", "", "2026-01-31"})
	f, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows(f.GetSheetName(0))
	require.NoError(t, err)
	require.Equal(t, [][]string{{"id", "=SUM(A1:A9)", " _x0041_ <&>\n😀\r"}, {"01", "", "2026-01-31"}}, rows)
	formula, err := f.GetCellFormula(f.GetSheetName(0), "B1")
	require.NoError(t, err)
	require.Empty(t, formula)
}

// TestReadsWhatExcelizeWrites is about the kinds of cells that a person's workbook has.
func TestReadsWhatExcelizeWrites(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	require.NoError(t, err)
	own, err := f.NewStyle(&excelize.Style{CustomNumFmt: ptr(`dd.mm.yyyy "г."`)})
	require.NoError(t, err)
	money, err := f.NewStyle(&excelize.Style{CustomNumFmt: ptr(`#,##0.00 "day"`)})
	require.NoError(t, err)
	s := "Sheet1"
	for cell, v := range map[string]any{"A1": "text", "B1": 7, "C1": true, "D1": 46053, "E1": 46053.5, "F1": 46053, "A2": "low"} {
		require.NoError(t, f.SetCellValue(s, cell, v))
	}
	for cell, style := range map[string]int{"D1": day, "E1": own, "F1": money} {
		require.NoError(t, f.SetCellStyle(s, cell, cell, style))
	}
	require.NoError(t, f.SetCellFormula(s, "G1", "B1*2"))
	require.NoError(t, f.SetCellRichText(s, "H1", []excelize.RichTextRun{{Text: "rich "}, {Text: "text", Font: &excelize.Font{Bold: true}}}))
	require.NoError(t, f.SetCellValue(s, "C4", "merged"))
	require.NoError(t, f.MergeCell(s, "C4", "C6"))
	require.NoError(t, f.SetCellValue(s, "A5", "inside the merge"))
	require.NoError(t, f.SetCellValue(s, "A7", "after"))
	var out bytes.Buffer
	require.NoError(t, f.Write(&out))
	rows, err := read(t, out.Bytes())
	require.NoError(t, err)
	require.Equal(t, []spreadsheet.Cell{
		{Column: 0, Kind: spreadsheet.Text, Value: "text"},
		{Column: 1, Kind: spreadsheet.Number, Value: "7"},
		{Column: 2, Kind: spreadsheet.Logical, Value: "true"},
		{Column: 3, Kind: spreadsheet.Date, Value: "2026-01-31"},
		{Column: 4, Kind: spreadsheet.Date, Value: "2026-01-31 12:00:00"},
		{Column: 5, Kind: spreadsheet.Number, Value: "46053"},
		{Column: 6, Kind: spreadsheet.Fault, Value: "holds a formula: put its value there"},
		{Column: 7, Kind: spreadsheet.Text, Value: "rich text"},
	}, rows[0].Cells)
	require.Equal(t, "G1", rows[0].Name(rows[0].Cells[6]))
	merged := map[int]bool{}
	for _, r := range rows {
		merged[r.Number] = r.Merged
	}
	require.Equal(t, map[int]bool{1: false, 2: false, 4: true, 5: true, 7: false}, merged)
}

func ptr[T any](v T) *T { return &v }

// archive is a workbook with some parts replaced.
func archive(t *testing.T, replace map[string]string) []byte {
	t.Helper()
	file := write(t, []string{"id"}, []string{"1"})
	in, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range in.File {
		to, err := w.Create(f.Name)
		require.NoError(t, err)
		if content, ok := replace[f.Name]; ok {
			_, err = io.WriteString(to, content)
			require.NoError(t, err)
			continue
		}
		from, err := f.Open()
		require.NoError(t, err)
		_, err = io.Copy(to, from) //nolint:gosec // our own archive
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func TestBrokenWorkbooksAreRefused(t *testing.T) {
	t.Parallel()
	const sheet = "xl/worksheets/sheet1.xml"
	whole := write(t, []string{"id"}, []string{strings.Repeat("text ", 1000)})
	flipped := bytes.Clone(whole)
	flipped[bytes.Index(flipped, []byte(sheet))+len(sheet)+40] ^= 0x55
	for _, c := range []struct {
		name, says string
		file       []byte
	}{
		{"nothing", "no ZIP archive", nil},
		{"text", "no ZIP archive", []byte("id,question,answer")},
		{"old", "old .xls", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....")},
		{"cut off", "cut off", whole[:len(whole)/2]},
		{"flipped", "damaged", flipped},
		{"no workbook", "has no workbook.xml", archive(t, map[string]string{"_rels/.rels": "<Relationships/>"})},
		{"xml", "damaged", archive(t, map[string]string{sheet: "<worksheet><sheetData><row><c"})},
		{"half", "damaged", archive(t, map[string]string{sheet: "<worksheet><sheetData><row>"})},
		{"order", "comes after row 5", archive(t, map[string]string{sheet: `<worksheet><row r="5"><c><v>1</v></c></row><row r="4"></row></worksheet>`})},
		{"column", "comes after column B", archive(t, map[string]string{sheet: `<worksheet><row><c r="B1"><v>1</v></c><c r="A1"/></row></worksheet>`})},
		{"bomb", "not a genuine workbook", archive(t, map[string]string{sheet: "<worksheet>" + strings.Repeat(" ", 100<<20) + "</worksheet>"})},
		{"long token", "a text of more than", archive(t, map[string]string{sheet: "<worksheet><row><c><v>" + strings.Repeat("1", 9<<20)})},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := read(t, c.file)
			require.ErrorContains(t, err, c.says)
			require.NotEqual(t, fail.Internal, fail.CodeOf(err))
		})
	}
}

func TestFaultsOfCells(t *testing.T) {
	t.Parallel()
	rows, err := read(t, archive(t, map[string]string{"xl/worksheets/sheet1.xml": `<x:worksheet xmlns:x="y"><x:sheetData><x:row>` +
		`<x:c t="s"><x:v>7</x:v></x:c><x:c t="e"><x:v>#REF!</x:v></x:c><x:c/><x:c t="inlineStr"><x:is><x:t>` + strings.Repeat("a", 2<<20) +
		`</x:t></x:is></x:c><x:c r="AB1" t="str"><x:v>ok</x:v></x:c></x:row></x:sheetData></x:worksheet>`}))
	require.NoError(t, err)
	said := ""
	for _, c := range rows[0].Cells {
		said += fmt.Sprintf("%s %s; ", rows[0].Name(c), c.Value)
	}
	require.Equal(t, `A1 names the shared text "7", which does not exist; B1 holds the error #REF!; D1 holds more than 1024 KiB; AB1 ok; `, said)
}

func TestSplitKeepsCharactersWhole(t *testing.T) {
	t.Parallel()
	s := "я" + strings.Repeat("😀", 40000)
	pieces := spreadsheet.Split(s)
	require.Len(t, pieces, 3)
	require.Equal(t, s, strings.Join(pieces, ""))
	for _, p := range pieces {
		require.LessOrEqual(t, spreadsheet.Units(p), spreadsheet.MaxCellUnits)
	}
	require.Equal(t, []string{""}, spreadsheet.Split(""))
}
