package knowledge_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"ekc/internal/fail"
	"ekc/knowledge"
)

// workbook is made by another program than ours, from A1 on.
func workbook(t *testing.T, rows [][]any, more ...func(f *excelize.File)) string {
	t.Helper()
	f := excelize.NewFile()
	for i, r := range rows {
		require.NoError(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r))
	}
	for _, m := range more {
		m(f)
	}
	var out bytes.Buffer
	require.NoError(t, f.Write(&out))
	return out.String()
}

func TestImportXLSXNamesBadRows(t *testing.T) {
	t.Parallel()
	b := baseOf(t)
	file := workbook(t, [][]any{
		{"id", "question", "answer", "region", "validFrom", "intent"},
		{"w1", "Как оформить пенсию?", "В МФЦ.\nЛично.", "01", "2024-01-01", true},
		{"w2", "Вопрос", "Ответ", 1},
		{"w3", "Вопрос", "Ответ", "", 45000},
		{"w4", "Вопрос", "", ""},
		{"w5", "Вопрос", "Ответ", "", "", "", "вне таблицы"},
		{"w6", "Вопрос", "заменит формула"},
		{"w7", "Вопрос", "Ответ"},
		{},
		{9, "Сколько длится отпуск?", "28 дней"},
		{"w1", "Вопрос", "Ответ"},
		{"w8", "Вопрос", 42},
	}, func(f *excelize.File) {
		require.NoError(t, f.SetCellFormula("Sheet1", "C7", `"О"&"твет"`))
		require.NoError(t, f.MergeCell("Sheet1", "B8", "C8"))
	})
	for _, name := range []string{"a.xlsx", "a.xlsx.gz"} {
		content := file
		if name != "a.xlsx" {
			content = zipped(t, file)
		}
		s, err := doImport(t, b, content, name)
		require.NoError(t, err)
		require.Equal(t, 2, s.Created+s.Unchanged)
		said := ""
		for _, p := range s.Problems {
			said += fmt.Sprintf("%d %s: %s\n", p.Line, p.Field, p.Message)
		}
		require.Equal(t, `3 region: cell D3 is a number, want text: format the cell as text (a code such as 01 loses its zero as a number)
4 validFrom: cell E4 is a number, want a date of the form 2026-01-31
5 answer: is missing
6 : cell G6 has no column name above it
7 answer: cell C7 holds a formula: put its value there
8 : has merged cells: take the merge apart, and fill each row
11 id: "w1" is already on line 2
12 answer: cell C12 is a number, want text: format the cell as text (a code such as 01 loses its zero as a number)
`, said)
	}
	r, err := b.Record(t.Context(), "w1")
	require.NoError(t, err)
	require.Equal(t, "В МФЦ.\nЛично.", r.Version.Answer)
	require.Equal(t, "01", r.Region)
	require.True(t, r.Version.Intent)
	_, err = b.Record(t.Context(), "9")
	require.NoError(t, err)
}

func TestImportXLSXRefusesWholeFiles(t *testing.T) {
	t.Parallel()
	b := baseOf(t)
	good := [][]any{{"id", "question", "answer"}, {"a", "Вопрос", "Ответ"}}
	second := func(f *excelize.File) {
		_, err := f.NewSheet("Ещё")
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow("Ещё", "A1", &good[0]))
	}
	whole := workbook(t, good)
	for _, c := range []struct{ name, file, as, says string }{
		{"not a workbook", "id,question,answer", "a.xlsx", "no ZIP archive"},
		{"cut off", whole[:len(whole)/2], "a.xlsx", "cut off"},
		{"named as text", whole, "a.csv", "must be named .xlsx"},
		{"empty sheet", workbook(t, nil), "a.xlsx", "the sheet is empty"},
		{"no header", workbook(t, good[1:]), "a.xlsx", `unknown column "a"`},
		{"a number in the header", workbook(t, [][]any{{"id", 7}}), "a.xlsx", "cell B1"},
		{"two sheets", workbook(t, good, second), "a.xlsx", `the sheets "Sheet1" and "Ещё" both hold records`},
		{"a part without its beginning", workbook(t, [][]any{{"id", "question", "answer:2"}}), "a.xlsx", "goes on from"},
	} {
		_, err := doImport(t, b, c.file, c.as)
		require.ErrorContains(t, err, c.says, c.name)
		require.Equal(t, fail.Invalid, fail.CodeOf(err), c.name)
	}
	page, err := b.Records(t.Context(), knowledge.RecordFilter{})
	require.NoError(t, err)
	require.Zero(t, page.Total)
}

func TestImportXLSXResumes(t *testing.T) {
	t.Parallel()
	b := baseOf(t)
	rows := [][]any{{"id", "question", "answer"}}
	for i := range 1000 {
		rows = append(rows, []any{fmt.Sprintf("r%04d", i), fmt.Sprintf("Вопрос номер %d про пособие", i), "Ответ."})
	}
	file := workbook(t, rows)
	ctx, cut := context.WithCancel(t.Context())
	first, err := b.Import(ctx, bytes.NewReader([]byte(file)), knowledge.ImportOptions{
		Name: "a.xlsx", Progress: func(knowledge.ImportProgress) { cut() },
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 400, first.Created)
	second, err := doImport(t, b, file, "a.xlsx")
	require.NoError(t, err)
	require.Equal(t, 401, second.ResumedAfter, "the header is row 1")
	require.Equal(t, 600, second.Created)
	require.Zero(t, second.Unchanged+second.Bad)
}

func TestImportCSVGoesOnAfterAnOpenQuote(t *testing.T) {
	t.Parallel()
	b := baseOf(t)
	file := "id;question;answer\r\n" +
		"c1;\"Вопрос про \"\"отпуск\"\"; да?\";\"Ответ\r\nв две строки\"\r\n" +
		"c2;\"Вопрос без конца;Ответ\r\n" +
		"c3;Вопрос;Ответ\r\n" +
		"c4;Закон \"О ветеранах;Ответ\r\n" +
		"c5;\"Вопрос\";\"Ответ\"\r\n" +
		"\r\n" +
		"c6;Вопрос;\"последний\r\n" +
		"c7;Вопрос;Ответ"
	s, err := doImport(t, b, file, "a.csv")
	require.NoError(t, err)
	lines := []int{}
	for _, p := range s.Problems {
		lines = append(lines, p.Line)
	}
	require.Equal(t, []int{4, 6, 9}, lines, "each row where a quote opened, and no other: %v", s.Problems)
	require.Contains(t, s.Problems[2].Message, "never closed")
	require.Equal(t, 4, s.Created)
	r, err := b.Record(t.Context(), "c1")
	require.NoError(t, err)
	require.Equal(t, `Вопрос про "отпуск"; да?`, r.Version.Question)
	require.Equal(t, "Ответ\r\nв две строки", r.Version.Answer)
}
