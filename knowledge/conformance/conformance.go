// Package conformance holds every form of knowledge.Service to one behaviour: the base in process, and the service behind RPC. It
// is used by tests only.
package conformance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/knowledge"
)

// Codes that a service under test must refuse in an import; it accepts every other.
const (
	UnknownAgency = "NASA"
	UnknownRegion = "00"
)

// records are a small base of our own sentences.
const records = `{"id":"pension","question":"Как оформить страховую пенсию по старости?","answer":"Общие слова. Подайте заявление в Социальный фонд.","short":"Подайте заявление.","topic":"Пенсии","phrasings":["куда обращаться за пенсией"],"agency":"PFR","intent":true,"legalBasis":[{"act":"Закон 400-ФЗ","article":"ст. 21"}],"validFrom":"2020-01-01","source":"редакция","license":"свой текст"}
{"id":"sick","question":"Сколько дней оплачивают больничный лист?","answer":"Первые три дня платит работодатель.","topic":"Больничные","agency":"FSS","intent":true}
{"id":"case","question":"Когда придёт моя пенсия?","answer":"Сообщит специалист второй линии.","topic":"Пенсии","agency":"PFR","personal":true}
{"id":"bonus","question":"Какая доплата положена ветеранам труда?","answer":"Её размер устанавливает регион.","topic":"Доплаты","intent":true}
{"id":"bonus-77","question":"Какая доплата положена ветеранам труда?","answer":"В Москве её назначает отдел соцзащиты.","topic":"Доплаты","region":"77","variantOf":"bonus","intent":true}
{"id":"old","question":"Какое пособие платили на похороны?","answer":"Прежнее.","topic":"Прочее","validTo":"2021-12-31"}
`

// Service makes an empty service for one test.
type Service func(t *testing.T) knowledge.Service

// Run runs the suite.
func Run(t *testing.T, open Service) {
	t.Run("search", func(t *testing.T) { search(t, filled(t, open)) })
	t.Run("regions and dates", func(t *testing.T) { regionsAndDates(t, filled(t, open)) })
	t.Run("records", func(t *testing.T) { reads(t, filled(t, open)) })
	t.Run("bad arguments", func(t *testing.T) { badArguments(t, filled(t, open)) })
	t.Run("import", func(t *testing.T) { imports(t, open(t)) })
	t.Run("broken file", func(t *testing.T) { brokenFile(t, open(t)) })
	t.Run("editorial life", func(t *testing.T) { editorialLife(t, filled(t, open)) })
	t.Run("two editors", func(t *testing.T) { twoEditors(t, filled(t, open)) })
	t.Run("review by act", func(t *testing.T) { reviewByAct(t, filled(t, open)) })
	t.Run("topics", func(t *testing.T) { topics(t, filled(t, open)) })
	t.Run("tags", func(t *testing.T) { tags(t, filled(t, open)) })
	t.Run("files", func(t *testing.T) { files(t, filled(t, open)) })
	t.Run("rehearsal", func(t *testing.T) { rehearsal(t, filled(t, open)) })
	t.Run("bad edits", func(t *testing.T) { badEdits(t, filled(t, open)) })
	t.Run("caller gone", func(t *testing.T) { callerGone(t, filled(t, open)) })
}

func filled(t *testing.T, open Service) knowledge.Service {
	t.Helper()
	s := open(t)
	summary, err := s.Import(t.Context(), strings.NewReader(records), knowledge.ImportOptions{Name: "small.jsonl"})
	require.NoError(t, err)
	require.Equal(t, 6, summary.Created)
	require.Empty(t, summary.Problems)
	require.Positive(t, summary.Elapsed)
	require.NoError(t, s.Ready(t.Context()))
	return s
}

func search(t *testing.T, s knowledge.Service) {
	hits, err := s.Search(t.Context(), knowledge.Query{Text: "оформить пенсию по старости", Limit: 2})
	require.NoError(t, err)
	require.Len(t, hits, 2)
	best := hits[0]
	require.NotEmpty(t, best.VersionID)
	require.Positive(t, best.Score)
	require.Greater(t, best.Probability, 0.0)
	require.LessOrEqual(t, best.Probability, 1.0)
	require.GreaterOrEqual(t, best.Score, hits[1].Score)
	version, err := s.RecordVersion(t.Context(), best.VersionID)
	require.NoError(t, err)
	require.False(t, best.PublishedAt.IsZero())
	require.True(t, version.PublishedAt.Equal(best.PublishedAt))
	best.VersionID, best.Score, best.Probability, best.PublishedAt = "", 0, 0, time.Time{}
	require.Equal(t, knowledge.Hit{
		RecordID: "pension", Version: 1, Question: "Как оформить страховую пенсию по старости?",
		MatchedPhrasing: "Как оформить страховую пенсию по старости?", Answer: "Общие слова. Подайте заявление в Социальный фонд.",
		Short: "Подайте заявление.", Topic: "Пенсии", Agency: "PFR", LegalBasis: []knowledge.LegalBasis{{Act: "Закон 400-ФЗ", Article: "ст. 21"}},
		ValidFrom: "2020-01-01", Intent: true, Snippet: best.Snippet,
	}, best)
	require.Contains(t, best.Answer, best.Snippet)

	intents, err := s.Search(t.Context(), knowledge.Query{Text: "когда придёт моя пенсия", IntentsOnly: true})
	require.NoError(t, err)
	for _, h := range intents {
		require.True(t, h.Intent, h.RecordID)
	}
	other, err := s.Search(t.Context(), knowledge.Query{Text: "оформить пенсию", Agency: "FSS"})
	require.NoError(t, err)
	for _, h := range other {
		require.Contains(t, []string{"FSS", ""}, h.Agency)
	}
	nothing, err := s.Search(t.Context(), knowledge.Query{Text: "?!"})
	require.NoError(t, err)
	require.Empty(t, nothing)
	_, err = s.Search(t.Context(), knowledge.Query{Text: strings.Repeat("пенсия ", 2*knowledge.MaxQueryRunes)})
	require.NoError(t, err, "a long letter is cut, not refused")
}

func regionsAndDates(t *testing.T, s knowledge.Service) {
	first := func(q knowledge.Query) string {
		hits, err := s.Search(t.Context(), q)
		require.NoError(t, err)
		require.NotEmpty(t, hits)
		return hits[0].RecordID
	}
	text := "доплата ветеранам труда"
	require.Equal(t, "bonus", first(knowledge.Query{Text: text}))
	require.Equal(t, "bonus", first(knowledge.Query{Text: text, Region: "50"}))
	require.Equal(t, "bonus-77", first(knowledge.Query{Text: text, Region: "77"}))
	text = "пособие платили на похороны"
	// The last day of the record lasts until midnight where the citizen is.
	east := time.FixedZone("", 10*60*60)
	require.Equal(t, "old", first(knowledge.Query{Text: text, On: time.Date(2021, 12, 31, 23, 0, 0, 0, east)}))
	hits, err := s.Search(t.Context(), knowledge.Query{Text: text, On: time.Date(2022, 1, 1, 1, 0, 0, 0, east)})
	require.NoError(t, err)
	for _, h := range hits {
		require.NotEqual(t, "old", h.RecordID)
	}
}

func reads(t *testing.T, s knowledge.Service) {
	r, err := s.Record(t.Context(), "pension")
	require.NoError(t, err)
	require.Equal(t, "PFR", r.Agency)
	require.False(t, r.CreatedAt.IsZero())
	v := r.Version
	require.Equal(t, []string{"куда обращаться за пенсией"}, v.Phrasings)
	require.Equal(t, knowledge.StatusPublished, v.Status)
	require.Equal(t, "редакция", v.Source)
	require.Equal(t, "свой текст", v.License)
	require.False(t, v.PublishedAt.IsZero())
	again, err := s.RecordVersion(t.Context(), v.ID)
	require.NoError(t, err)
	require.True(t, v.PublishedAt.Equal(again.PublishedAt) && v.CreatedAt.Equal(again.CreatedAt))
	again.PublishedAt, again.CreatedAt = v.PublishedAt, v.CreatedAt
	require.Equal(t, v, again)
	variant, err := s.Record(t.Context(), "bonus-77")
	require.NoError(t, err)
	require.Equal(t, "bonus", variant.VariantOf)

	var ids []string
	for after := ""; ; {
		page, err := s.Records(t.Context(), knowledge.RecordFilter{First: 4, After: after})
		require.NoError(t, err)
		require.Equal(t, 6, page.Total)
		for _, r := range page.Records {
			ids = append(ids, r.ID)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	require.Equal(t, []string{"bonus", "bonus-77", "case", "old", "pension", "sick"}, ids)
	page, err := s.Records(t.Context(), knowledge.RecordFilter{Topic: "Пенсии", Agency: "PFR", Status: knowledge.StatusPublished, Text: "МОЯ"})
	require.NoError(t, err)
	require.Len(t, page.Records, 1)
	require.Equal(t, "case", page.Records[0].ID)
	topics, err := s.Topics(t.Context(), knowledge.TopicQuery{})
	require.NoError(t, err)
	require.Len(t, topics, 4)
	require.Equal(t, []string{"Доплаты", "Прочее", "Больничные", "Пенсии"},
		[]string{topics[0].Name, topics[1].Name, topics[2].Name, topics[3].Name}, "by agency, then by name")
	require.Equal(t, "FSS", topics[2].Agency)
	require.Equal(t, []int{2, 1, 1, 2}, []int{topics[0].Records, topics[1].Records, topics[2].Records, topics[3].Records})
}

func badArguments(t *testing.T, s knowledge.Service) {
	for name, call := range map[string]func() (fail.Code, error){
		"record":  func() (fail.Code, error) { _, err := s.Record(t.Context(), "none"); return fail.NotFound, err },
		"version": func() (fail.Code, error) { _, err := s.RecordVersion(t.Context(), "none"); return fail.NotFound, err },
		"limit": func() (fail.Code, error) {
			_, err := s.Search(t.Context(), knowledge.Query{Text: "а", Limit: 1000})
			return fail.Invalid, err
		},
		"first": func() (fail.Code, error) {
			_, err := s.Records(t.Context(), knowledge.RecordFilter{First: -1})
			return fail.Invalid, err
		},
		"format": func() (fail.Code, error) {
			_, err := s.Import(t.Context(), strings.NewReader("x"), knowledge.ImportOptions{Name: "a.doc"})
			return fail.Invalid, err
		},
		"empty": func() (fail.Code, error) {
			_, err := s.Import(t.Context(), strings.NewReader(""), knowledge.ImportOptions{Name: "a.jsonl"})
			return fail.Invalid, err
		},
	} {
		code, err := call()
		require.Equal(t, code, fail.CodeOf(err), "%s: %v", name, err)
		f, _ := fail.As(err)
		require.NotEmpty(t, f.Message, name)
		if name == "limit" || name == "first" {
			require.Equal(t, name, f.Field)
		}
	}
}

func imports(t *testing.T, s knowledge.Service) {
	var file strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&file, `{"id":"r%04d","question":"Вопрос номер %d про пособие","answer":"Ответ номер %d.","topic":"Пособия"}`+"\n", i, i, i)
	}
	file.WriteString("{broken\n" + `{"id":"x","question":"в","answer":"о","topic":"т","agency":"` + UnknownAgency + `"}` + "\n")
	file.WriteString(`{"id":"y","question":"в","answer":"о","topic":"т","region":"` + UnknownRegion + `"}` + "\n")
	var told []int
	summary, err := s.Import(t.Context(), strings.NewReader(file.String()), knowledge.ImportOptions{
		Name: "a.jsonl", MaxProblems: 2, Progress: func(p knowledge.ImportProgress) { told = append(told, p.Line) },
	})
	require.NoError(t, err)
	require.Equal(t, 1000, summary.Created)
	require.Equal(t, 1003, summary.Lines)
	require.Equal(t, 3, summary.Bad)
	require.Len(t, summary.Problems, 2)
	require.Equal(t, 1001, summary.Problems[0].Line)
	require.Equal(t, 1002, summary.Problems[1].Line)
	require.Equal(t, "agency", summary.Problems[1].Field)
	require.NotEmpty(t, told)
	require.IsNonDecreasing(t, told)
	again, err := s.Import(t.Context(), strings.NewReader(file.String()), knowledge.ImportOptions{Name: "a.jsonl"})
	require.NoError(t, err)
	require.Equal(t, 1000, again.Unchanged)
	hits, err := s.Search(t.Context(), knowledge.Query{Text: "вопрос номер 17 про пособие"})
	require.NoError(t, err)
	require.NotEmpty(t, hits)
	require.Equal(t, "r0017", hits[0].RecordID)
}

var errDisk = errors.New("the disk is broken")

// breaking is a file whose reading fails half-way.
type breaking struct{ *strings.Reader }

func (b breaking) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		return n, errDisk
	}
	return n, nil
}

func brokenFile(t *testing.T, s knowledge.Service) {
	_, err := s.Import(t.Context(), breaking{strings.NewReader(records)}, knowledge.ImportOptions{Name: "a.jsonl"})
	require.ErrorIs(t, err, errDisk)
	page, err := s.Records(t.Context(), knowledge.RecordFilter{})
	require.NoError(t, err)
	require.Zero(t, page.Total, "half a file is not imported")
}

func callerGone(t *testing.T, s knowledge.Service) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Records(ctx, knowledge.RecordFilter{})
	require.ErrorIs(t, err, context.Canceled)
}
