package knowledge_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/knowledge"
)

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"id":"r%04d","question":"Вопрос номер %d про пособие","answer":"Ответ номер %d.","topic":"Пособия"}`+"\n", i, i, i)
	}
	return b.String()
}

func doImport(t *testing.T, b *knowledge.Base, file, name string) (knowledge.ImportSummary, error) {
	t.Helper()
	return b.Import(t.Context(), strings.NewReader(file), knowledge.ImportOptions{Name: name})
}

func TestImportIsIdempotent(t *testing.T) {
	t.Parallel()
	b := baseOf(t)
	s, err := doImport(t, b, numbered(900), "a.jsonl")
	require.NoError(t, err)
	require.Equal(t, 900, s.Created)
	require.Equal(t, 900, s.Lines)
	s, err = doImport(t, b, numbered(900), "a.jsonl")
	require.NoError(t, err)
	require.Equal(t, 900, s.Unchanged)
	require.Zero(t, s.Created+s.Updated+s.Bad+s.ResumedAfter)
	r, err := b.Record(t.Context(), "r0007")
	require.NoError(t, err)
	require.Equal(t, 1, r.Version.Number, "an unchanged record keeps its version")
}

func TestImportMakesAVersionOfAChange(t *testing.T) {
	t.Parallel()
	b := baseOf(t, `{"id":"a","question":"Когда платят пенсию?","answer":"В начале месяца.","topic":"Пенсии"}`)
	old := search(t, b, knowledge.Query{Text: "когда платят пенсию"})[0]
	s := importLines(t, b, `{"id":"a","question":"Когда платят пенсию?","answer":"Пятого числа.","topic":"Пенсии","phrasings":["день пенсии"]}`)
	require.Equal(t, 1, s.Updated)
	now := search(t, b, knowledge.Query{Text: "когда платят пенсию"})[0]
	require.Equal(t, 2, now.Version)
	require.Equal(t, "Пятого числа.", now.Answer)
	told, err := b.RecordVersion(t.Context(), old.VersionID)
	require.NoError(t, err)
	require.Equal(t, "В начале месяца.", told.Answer, "what was told to someone stays readable")
	require.Equal(t, knowledge.StatusArchived, told.Status)
	current, err := b.RecordVersion(t.Context(), now.VersionID)
	require.NoError(t, err)
	require.Equal(t, []string{"день пенсии"}, current.Phrasings)
	require.Equal(t, knowledge.StatusPublished, current.Status)
}

func TestImportNamesBadRows(t *testing.T) {
	t.Parallel()
	good := `{"id":"ok","question":"Вопрос про отпуск?","answer":"Ответ.","topic":""}`
	for _, c := range []struct{ name, line, field, says string }{
		{"not json", `{"id":`, "", "is not a JSON object"},
		{"array", `["id"]`, "", "is not a JSON object"},
		{"wrong type", `{"id":"x","question":7,"answer":"о"}`, "question", "is a JSON number"},
		{"no id", `{"question":"в","answer":"о"}`, "id", "is missing"},
		{"no question", `{"id":"x","question":"  ","answer":"о"}`, "question", "is missing"},
		{"no answer", `{"id":"x","question":"в"}`, "answer", "is missing"},
		{"space in id", `{"id":"x y","question":"в","answer":"о"}`, "id", "spaces"},
		{"twice", `{"id":"ok","question":"в","answer":"о"}`, "id", "already on line 1"},
		{"long short form", `{"id":"x","question":"в","answer":"о","short":"` + strings.Repeat("я", 301) + `"}`, "short", "301 characters"},
		{"wrong date", `{"id":"x","question":"в","answer":"о","validFrom":"2024-13-01"}`, "validFrom", "not a date"},
		{"dates reversed", `{"id":"x","question":"в","answer":"о","validFrom":"2024-02-01","validTo":"2024-01-01"}`, "validTo", "before"},
		{"agency", `{"id":"x","question":"в","answer":"о","agency":"NASA"}`, "agency", "unknown agency"},
		{"region", `{"id":"x","question":"в","answer":"о","region":"00"}`, "region", "unknown region"},
		{"federal variant", `{"id":"x","question":"в","answer":"о","variantOf":"ok"}`, "variantOf", "region is missing"},
		{"basis without act", `{"id":"x","question":"в","answer":"о","legalBasis":[{"article":"ст. 1"}]}`, "legalBasis", "names no act"},
		{"zero byte", `{"id":"x","question":"в\u0000","answer":"о"}`, "question", "zero byte"},
		{"utf-8", "{\"id\":\"x\",\"question\":\"\xff\",\"answer\":\"о\"}", "", "not valid UTF-8"},
		{"huge line", `{"id":"x","question":"в","answer":"` + strings.Repeat("a", 1<<20) + `"}`, "", "longer than 1024 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := baseOf(t)
			file := good + "\n" + c.line + "\n\n" + `{"id":"last","question":"Вопрос про больничный?","answer":"Ответ."}`
			s, err := doImport(t, b, file, "a.jsonl")
			require.NoError(t, err)
			require.Equal(t, 2, s.Created, "good rows are imported whatever the others are")
			require.Equal(t, 1, s.Bad)
			require.Len(t, s.Problems, 1)
			require.Equal(t, 2, s.Problems[0].Line)
			require.Equal(t, c.field, s.Problems[0].Field)
			require.Contains(t, s.Problems[0].Message, c.says)
		})
	}
}

func TestImportCSV(t *testing.T) {
	t.Parallel()
	b := baseOf(t)
	file := "\xef\xbb\xbfid,question,answer,topic,phrasings,legalBasis,intent,validFrom\n" +
		`c1,"Как оформить пенсию, если я за границей?","Через консульство,` + "\n" + `лично.",Пенсии,пенсия за рубежом|пенсия из-за границы,"[{""act"":""400-ФЗ"",""article"":""ст. 27""}]",true,2024-01-01` + "\n" +
		"c2,Вопрос,Ответ\n" +
		"c3,Вопрос,Ответ,,,not json,,\n" +
		"c4,Вопрос,Ответ,,,,perhaps,\n" +
		"c5,Сколько длится отпуск?,28 дней,,,,,\n"
	s, err := doImport(t, b, file, "a.csv")
	require.NoError(t, err)
	require.Equal(t, 2, s.Created)
	require.Equal(t, []int{4, 5, 6}, []int{s.Problems[0].Line, s.Problems[1].Line, s.Problems[2].Line})
	r, err := b.Record(t.Context(), "c1")
	require.NoError(t, err)
	require.Equal(t, []string{"пенсия за рубежом", "пенсия из-за границы"}, r.Version.Phrasings)
	require.Equal(t, []knowledge.LegalBasis{{Act: "400-ФЗ", Article: "ст. 27"}}, r.Version.LegalBasis)
	require.True(t, r.Version.Intent)
	require.Equal(t, knowledge.Date("2024-01-01"), r.Version.ValidFrom)
	require.Contains(t, r.Version.Answer, "\n")
}

func TestImportRefusesWholeFiles(t *testing.T) {
	t.Parallel()
	b := baseOf(t)
	for _, c := range []struct{ name, file, as, says string }{
		{"empty", "", "a.jsonl", "is empty"},
		{"only a byte order mark", "\xef\xbb\xbf", "a.jsonl", "is empty"},
		{"unknown format", "x", "a.doc", "cannot tell the format"},
		{"unknown column", "id,question,answer,colour\n", "a.csv", `unknown column "colour"`},
		{"missing column", "id,question\n", "a.csv", `column "answer" is missing`},
		{"column twice", "id,question,answer,id\n", "a.csv", "comes twice"},
		{"broken gzip header", "\x1f\x8b\x00\x00", "a.jsonl.gz", "cannot be unpacked"},
	} {
		_, err := doImport(t, b, c.file, c.as)
		require.ErrorContains(t, err, c.says, c.name)
		require.Equal(t, fail.Invalid, fail.CodeOf(err), c.name)
	}
	page, err := b.Records(t.Context(), knowledge.RecordFilter{})
	require.NoError(t, err)
	require.Zero(t, page.Total)
}

func zipped(t *testing.T, s string) string {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	_, err := z.Write([]byte(s))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return buf.String()
}

func TestImportOfADamagedGzipKeepsWhatCameBefore(t *testing.T) {
	t.Parallel()
	b := baseOf(t)
	whole := zipped(t, numbered(2000))
	s, err := doImport(t, b, whole[:len(whole)*2/3], "a.jsonl.gz")
	require.ErrorContains(t, err, "damaged after line")
	require.Equal(t, fail.Invalid, fail.CodeOf(err))
	require.Positive(t, s.Created)
	s, err = doImport(t, b, whole, "a.jsonl.gz")
	require.NoError(t, err)
	require.Equal(t, 2000, s.Created+s.Unchanged)
}

func TestImportResumes(t *testing.T) {
	t.Parallel()
	b := baseOf(t)
	ctx, cut := context.WithCancel(t.Context())
	file := numbered(2000) + "{broken\n"
	first, err := b.Import(ctx, strings.NewReader(file), knowledge.ImportOptions{
		Name: "a.jsonl", Progress: func(p knowledge.ImportProgress) {
			if p.Line >= 800 {
				cut()
			}
		},
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 800, first.Created)
	second, err := doImport(t, b, file, "a.jsonl")
	require.NoError(t, err)
	require.Equal(t, 800, second.ResumedAfter)
	require.Equal(t, 1200, second.Created)
	require.Zero(t, second.Unchanged, "what was committed is not written again")
	require.Equal(t, 1, second.Bad)
	page, err := b.Records(t.Context(), knowledge.RecordFilter{})
	require.NoError(t, err)
	require.Equal(t, 2000, page.Total)
}

func TestImportGivesVectorsToAll(t *testing.T) {
	t.Parallel()
	url := database(t)
	b := open(t, knowledge.Options{URL: url})
	_, err := doImport(t, b, numbered(450), "a.jsonl")
	require.NoError(t, err)
	require.Equal(t, 450, count(t, url, "SELECT count(*) FROM embeddings"))
	_, err = doImport(t, b, strings.Replace(numbered(450), "Ответ номер 3.", "Ответ номер три.", 1), "a.jsonl")
	require.NoError(t, err)
	require.Equal(t, 450, count(t, url, "SELECT count(*) FROM embeddings"), "a superseded version loses its vectors")
	require.Equal(t, 451, count(t, url, "SELECT count(*) FROM record_versions"))
}
