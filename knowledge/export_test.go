package knowledge_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"ekc/internal/fail"
	"ekc/knowledge"
)

// hardText is a text of what tables and spreadsheets are apt to spoil, with a word at both ends.
func hardText(r *rand.Rand, limit int) string {
	pieces := []string{
		"=HYPERLINK(\"http://x\")", "+7 800", "-", "@", "'", "''=", "\"", "\"\"", ",", ";", "|", "[\"a\"]", "\n", "\r\n", "\r", "\t", "😀", "ё", "<b>&amp;</b>",
		"_x000D_", "\x01", "\u2028", "\ufeff", "\\", "\\n", "01", "1e5", "2026-01-31", "TRUE", "https://пример.рф/?a=1&b=2", "  ",
	}
	var b strings.Builder
	b.WriteString([]string{"=1", "+", "-7", "@x", "'", "'=", "\ufeff", "[", "a", "ПФР", "\"", "＝"}[r.IntN(12)])
	for range r.IntN(10) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	b.WriteString(".")
	return string([]rune(b.String())[:min(limit, len([]rune(b.String())))])
}

// hardRecords are JSON lines of records that use every field.
func hardRecords(t *testing.T, n int) []string {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 9))
	lines := make([]string, n)
	for i := range lines {
		rec := map[string]any{
			"id": fmt.Sprintf("=r%03d", i), "question": hardText(r, 2000), "answer": hardText(r, 20000), "topic": hardText(r, 500), "short": hardText(r, 300),
			"source": hardText(r, 500), "license": hardText(r, 500), "intent": r.IntN(2) == 0, "personal": r.IntN(2) == 0,
		}
		var phrasings []string
		for range r.IntN(4) {
			phrasings = append(phrasings, hardText(r, 500))
		}
		var basis []knowledge.LegalBasis
		for range r.IntN(3) {
			basis = append(basis, knowledge.LegalBasis{Act: hardText(r, 100), Article: hardText(r, 100)})
		}
		rec["phrasings"], rec["legalBasis"] = phrasings, basis
		if i%2 == 0 {
			rec["tags"] = []string{"=льготы", "a|b " + strings.ToLower(hardText(r, 40))}
			rec["links"] = []knowledge.Link{{Title: hardText(r, 50), URL: "https://example.org/?q=" + fmt.Sprint(i)}}
		}
		if r.IntN(2) == 0 {
			rec["validFrom"], rec["validTo"] = "2024-02-29", "2030-01-01"
		}
		if i%3 == 1 {
			rec["region"], rec["variantOf"], rec["agency"] = "01", "=r000", "SFR"
		}
		if i == 2 {
			rec["answer"] = strings.Repeat("😀", 19999) + "."
			rec["phrasings"] = bulk(200, 499)
		}
		line, err := json.Marshal(rec)
		require.NoError(t, err)
		lines[i] = string(line)
	}
	return lines
}

// bulk is n different texts of a length.
func bulk(n, length int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%03d|%s", i, strings.Repeat("ж", length-4))
	}
	return out
}

func export(t *testing.T, b *knowledge.Base, name string, f knowledge.RecordFilter) (string, int) {
	t.Helper()
	var out bytes.Buffer
	s, err := knowledge.Export(t.Context(), b, &out, knowledge.ExportOptions{Name: name, Filter: f})
	require.NoError(t, err)
	return out.String(), s.Records
}

func TestExportRoundTrips(t *testing.T) {
	t.Parallel()
	const n = 250 // more than a page
	first := baseOf(t, hardRecords(t, n)...)
	plain, count := export(t, first, "a.jsonl", knowledge.RecordFilter{})
	require.Equal(t, n, count)
	for _, name := range []string{"a.jsonl", "a.csv", "a.xlsx", "a.jsonl.gz", "a.csv.gz", "a.xlsx.gz"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, _ := export(t, first, name, knowledge.RecordFilter{})
			second := baseOf(t)
			s, err := doImport(t, second, file, name)
			require.NoError(t, err)
			require.Empty(t, s.Problems)
			require.Equal(t, n, s.Created)
			again, _ := export(t, second, name, knowledge.RecordFilter{})
			require.Equal(t, file, again, "the same records make the same bytes")
			lines, _ := export(t, second, "a.jsonl", knowledge.RecordFilter{})
			require.Equal(t, plain, lines, "nothing is lost on the way")
			s, err = doImport(t, first, file, name)
			require.NoError(t, err)
			require.Equal(t, n, s.Unchanged, "an import of one's own export changes nothing")
		})
	}
}

func TestExportIsSafeInASpreadsheet(t *testing.T) {
	t.Parallel()
	b := baseOf(t, `{"id":"a","question":"=1+1","answer":"'=1","topic":"@SUM(A1)","short":"+7","source":"-","license":"plain 'text'"}`)
	csv, _ := export(t, b, "a.csv", knowledge.RecordFilter{})
	require.Equal(t, "id,question,answer,topic,phrasings,short", strings.Split(csv, ",agency")[0])
	require.Contains(t, csv, "a,'=1+1,''=1,'@SUM(A1),,'+7,")
	require.Contains(t, csv, ",'-,plain 'text',")
	sheet, _ := export(t, b, "a.xlsx", knowledge.RecordFilter{})
	f, err := excelize.OpenReader(strings.NewReader(sheet))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows(f.GetSheetName(0))
	require.NoError(t, err)
	require.Equal(t, []string{"a", "=1+1", "'=1", "@SUM(A1)", "", "+7"}, rows[1][:6])
	formula, err := f.GetCellFormula(f.GetSheetName(0), "B2")
	require.NoError(t, err)
	require.Empty(t, formula)
}

func TestExportSelects(t *testing.T) {
	t.Parallel()
	b := baseOf(t,
		`{"id":"a","question":"Вопрос","answer":"Ответ","agency":"SFR"}`, `{"id":"b","question":"Вопрос","answer":"Ответ","agency":"SFR","region":"77"}`,
		`{"id":"c","question":"Вопрос","answer":"Ответ","agency":"FNS","region":"77"}`)
	_, n := export(t, b, "a.jsonl", knowledge.RecordFilter{Agency: "SFR"})
	require.Equal(t, 2, n)
	one, n := export(t, b, "a.jsonl", knowledge.RecordFilter{Agency: "SFR", Region: "77", Status: knowledge.StatusPublished})
	require.Equal(t, 1, n)
	require.Contains(t, one, `"id":"b"`)
	empty, n := export(t, b, "a.csv", knowledge.RecordFilter{Status: knowledge.StatusDraft})
	require.Zero(t, n)
	require.Equal(t, 1, strings.Count(empty, "\n"), "the header alone")
	_, err := knowledge.Export(t.Context(), b, &bytes.Buffer{}, knowledge.ExportOptions{Name: "a.doc"})
	require.Equal(t, fail.Invalid, fail.CodeOf(err))
}

func TestImportKeepsTagsThatAFileDoesNotState(t *testing.T) {
	t.Parallel()
	const start = `{"id":"a","question":"Вопрос","answer":"Ответ"`
	b := baseOf(t, start+`,"tags":["Льготы"],"links":[{"title":"МФЦ","url":"https://example.org"}]}`)
	require.Equal(t, 1, importLines(t, b, start+`}`).Unchanged)
	require.Equal(t, 1, importLines(t, b, start+`,"tags":["льготы"]}`).Unchanged)
	require.Equal(t, 1, importLines(t, b, start+`,"tags":["пенсии"]}`).Updated)
	r, err := b.Record(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, []string{"пенсии"}, r.Version.Tags)
	require.Equal(t, []knowledge.Link{{Title: "МФЦ", URL: "https://example.org"}}, r.Version.Links)
}

func TestImportRefusesWhatIsNotPublished(t *testing.T) {
	t.Parallel()
	b := baseOf(t)
	s, err := doImport(t, b, `{"id":"a","question":"Вопрос","answer":"Ответ","status":"draft"}`+"\n"+
		`{"id":"b","question":"Вопрос","answer":"Ответ","status":"published"}`, "a.jsonl")
	require.NoError(t, err)
	require.Equal(t, 1, s.Created)
	require.Equal(t, "status", s.Problems[0].Field)
}
