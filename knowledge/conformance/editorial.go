package conformance

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/knowledge"
)

const (
	anna  = "acc_anna"
	boris = "acc_boris"
)

// desk is the editorial life with everything that must work out.
type desk struct {
	*testing.T
	s knowledge.Service
}

func (d desk) move(v knowledge.Version, actor string, a knowledge.Action) knowledge.Version { //nolint:gocritic // as in the interface
	d.Helper()
	moved, err := d.s.MoveVersion(d.Context(), knowledge.Move{Actor: actor, VersionID: v.ID, Revision: v.Revision, Action: a, Reason: "так надо"})
	require.NoError(d, err)
	return moved
}

func (d desk) refused(v knowledge.Version, actor string, a knowledge.Action, code fail.Code) { //nolint:gocritic // as in the interface
	d.Helper()
	_, err := d.s.MoveVersion(d.Context(), knowledge.Move{Actor: actor, VersionID: v.ID, Revision: v.Revision, Action: a, Reason: "так надо"})
	require.Equal(d, code, fail.CodeOf(err), "%v", err)
}

// finds waits until a search finds the version first; never more than the two seconds that a publication may take, unless the machine
// is slow.
func (d desk) finds(text, versionID string) {
	d.Helper()
	require.Eventually(d, func() bool {
		hits, err := d.s.Search(context.WithoutCancel(d.Context()), knowledge.Query{Text: text})
		return err == nil && len(hits) > 0 && hits[0].VersionID == versionID
	}, 30*time.Second, 10*time.Millisecond)
}

// form is a file as the keeper of its bytes tells of it.
var form = knowledge.File{
	ID: "rfl_1", Title: "Бланк заявления", Name: "blank.pdf", MediaType: "application/pdf", Size: 1234, SHA256: strings.Repeat("0a", 32),
}

func written() knowledge.Content {
	return knowledge.Content{
		Question: "Как получить протез бесплатно?", Answer: "Обратитесь в Социальный фонд с программой реабилитации.", Short: "Обратитесь в фонд.",
		Topic: "Реабилитация", Phrasings: []string{"где заказать протез"}, LegalBasis: []knowledge.LegalBasis{{Act: "181-ФЗ", Article: "ст. 11.1"}},
		Source: "редакция", License: "свой текст", Tags: []string{"протез", "тср"}, Links: []knowledge.Link{{Title: "Порядок", URL: "https://example.ru/p"}},
		Files: []knowledge.File{form}, Intent: true,
	}
}

func editorialLife(t *testing.T, s knowledge.Service) {
	d := desk{t, s}
	d.topic("FSS", "Реабилитация")
	made, err := s.CreateRecord(t.Context(), knowledge.NewRecord{Actor: anna, Agency: "FSS", Content: written()})
	require.NoError(t, err)
	require.NotNil(t, made.Open)
	v := *made.Open
	require.Equal(t, made.Version, v)
	require.Equal(t, written(), v.Content())
	require.Equal(t, knowledge.StatusDraft, v.Status)
	require.Equal(t, []string{anna}, v.Authors)
	d.refused(v, boris, knowledge.Publish, fail.Conflict) // nobody has submitted it
	v = d.move(v, anna, knowledge.Submit)
	d.refused(v, anna, knowledge.Approve, fail.Forbidden)
	d.refused(v, anna, knowledge.Publish, fail.Forbidden)
	v = d.move(v, boris, knowledge.Reject)
	require.Equal(t, knowledge.StatusDraft, v.Status)
	v = d.move(v, anna, knowledge.Submit)
	v = d.move(v, boris, knowledge.Approve)
	require.Equal(t, boris, v.Reviewer)
	d.refused(v, anna, knowledge.Publish, fail.Forbidden) // the author of an approved version neither
	v = d.move(v, boris, knowledge.Publish)
	require.Equal(t, knowledge.StatusPublished, v.Status)
	require.False(t, v.PublishedAt.IsZero())
	d.finds("где заказать протез", v.ID)

	next, err := s.DraftRecord(t.Context(), knowledge.NewDraft{Actor: boris, RecordID: made.ID})
	require.NoError(t, err)
	require.Equal(t, v.ID, next.BasedOn)
	_, err = s.DraftRecord(t.Context(), knowledge.NewDraft{Actor: anna, RecordID: made.ID})
	require.Equal(t, fail.Conflict, fail.CodeOf(err), "one open version a record")
	next = d.save(next, boris, func(c *knowledge.Content) {
		c.Answer = "Протез выдаёт отделение Социального фонда."
	})
	next = d.move(d.move(next, boris, knowledge.Submit), anna, knowledge.Publish)
	d.finds("где заказать протез", next.ID)
	d.restored(made.ID, v, next)
	d.told(made.ID)
}

func (d desk) save(v knowledge.Version, actor string, change func(*knowledge.Content)) knowledge.Version { //nolint:gocritic // as in the interface
	d.Helper()
	c := v.Content()
	change(&c)
	saved, err := d.s.SaveDraft(d.Context(), knowledge.DraftContent{Actor: actor, VersionID: v.ID, Revision: v.Revision, Content: c})
	require.NoError(d, err)
	return saved
}

// restored brings the first version back and archives the record in the end.
func (d desk) restored(recordID string, first, second knowledge.Version) { //nolint:gocritic // as in the interface
	old, err := d.s.RecordVersion(d.Context(), first.ID)
	require.NoError(d, err)
	require.Equal(d, knowledge.StatusArchived, old.Status)
	back, err := d.s.DraftRecord(d.Context(), knowledge.NewDraft{Actor: anna, RecordID: recordID, FromVersionID: first.ID})
	require.NoError(d, err)
	require.Equal(d, first.Content(), back.Content())
	require.Equal(d, second.ID, back.BasedOn)
	require.Equal(d, 3, back.Number)
	d.move(back, boris, knowledge.Discard)
	all, err := d.s.RecordVersions(d.Context(), recordID)
	require.NoError(d, err)
	require.Len(d, all, 3)
	require.Equal(d, []int{3, 2, 1}, []int{all[0].Number, all[1].Number, all[2].Number})
	d.move(second, anna, knowledge.Archive)
	require.Eventually(d, func() bool {
		hits, err := d.s.Search(context.WithoutCancel(d.Context()), knowledge.Query{Text: "где заказать протез"})
		return err == nil && (len(hits) == 0 || hits[0].RecordID != recordID)
	}, 30*time.Second, 10*time.Millisecond)
}

// told holds the history to what was done.
func (d desk) told(recordID string) {
	var actions []knowledge.EventAction
	var actors []string
	for before := int64(0); ; {
		page, err := d.s.RecordHistory(d.Context(), knowledge.HistoryQuery{RecordID: recordID, Before: before, First: 4})
		require.NoError(d, err)
		require.Equal(d, 14, page.Total)
		for _, e := range page.Events {
			require.False(d, e.At.IsZero())
			actions, actors = append(actions, e.Action), append(actors, e.Actor)
			if e.Action == knowledge.EventEdited {
				require.Equal(d, []string{"answer"}, e.Changed)
				require.Len(d, e.Differences, 1)
				require.NotEqual(d, e.Differences[0].Before, e.Differences[0].After)
				require.Equal(d, knowledge.CompareTexts("answer", e.Differences[0].Before, e.Differences[0].After), e.Differences[0])
				require.NotEmpty(d, e.Differences[0].Words)
				require.Equal(d, 2, e.Version)
			}
			if e.Action == knowledge.EventRejected {
				require.Equal(d, "так надо", e.Reason)
			}
		}
		if before = page.Next; before == 0 {
			break
		}
	}
	require.Equal(d, []knowledge.EventAction{
		knowledge.EventArchived, knowledge.EventDiscarded, knowledge.EventRestored, knowledge.EventPublished, knowledge.EventSuperseded,
		knowledge.EventSubmitted, knowledge.EventEdited, knowledge.EventCreated, knowledge.EventPublished, knowledge.EventApproved,
		knowledge.EventSubmitted, knowledge.EventRejected, knowledge.EventSubmitted, knowledge.EventCreated,
	}, actions)
	require.Equal(d, []string{anna, boris, anna, anna, anna, boris, boris, boris, boris, boris, anna, boris, anna, anna}, actors)
}

func twoEditors(t *testing.T, s knowledge.Service) {
	d := desk{t, s}
	read, err := s.DraftRecord(t.Context(), knowledge.NewDraft{Actor: anna, RecordID: "sick"})
	require.NoError(t, err)
	saved := d.save(read, anna, func(c *knowledge.Content) { c.Answer = "По-новому." })
	require.Equal(t, read.Revision+1, saved.Revision)
	_, err = s.SaveDraft(t.Context(), knowledge.DraftContent{Actor: boris, VersionID: read.ID, Revision: read.Revision, Content: read.Content()})
	f, ok := fail.As(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, fail.Conflict, f.Code)
	require.Equal(t, "revision", f.Field)
	require.Contains(t, f.Message, "revision 2", "the newer one is named")
	kept, err := s.RecordVersion(t.Context(), read.ID)
	require.NoError(t, err)
	require.Equal(t, "По-новому.", kept.Answer)
	both := d.save(saved, boris, func(c *knowledge.Content) { c.Short = "Иначе." })
	both = d.move(both, anna, knowledge.Submit)
	d.refused(both, boris, knowledge.Approve, fail.Forbidden) // who wrote a part of it neither
	page, err := s.Records(t.Context(), knowledge.RecordFilter{Status: knowledge.StatusReview})
	require.NoError(t, err)
	require.Len(t, page.Records, 1)
	require.Equal(t, knowledge.StatusPublished, page.Records[0].Version.Status)
	require.Equal(t, both.ID, page.Records[0].Open.ID)
}

// moreOnTheAct are records that rest on the same act as the small base's first.
func moreOnTheAct() io.Reader {
	return strings.NewReader(`{"id":"second","question":"Какой нужен стаж?","answer":"Пятнадцать лет.","topic":"Пенсии","phrasings":["сколько лет стажа"],"agency":"PFR","legalBasis":[{"act":"Закон 400-ФЗ","article":"ст. 8"}]}
{"id":"busy","question":"Сколько нужно коэффициентов?","answer":"Тридцать.","topic":"Пенсии","agency":"PFR","legalBasis":[{"act":"Другой"},{"act":"Закон 400-ФЗ"}]}
{"id":"theirs","question":"Кто ведёт учёт стажа?","answer":"Фонд.","topic":"Стаж","agency":"ROSTRUD","legalBasis":[{"act":"Закон 400-ФЗ"}]}
`)
}

func reviewByAct(t *testing.T, s knowledge.Service) {
	_, err := s.Import(t.Context(), moreOnTheAct(), knowledge.ImportOptions{Name: "act.jsonl"})
	require.NoError(t, err)
	page, err := s.Records(t.Context(), knowledge.RecordFilter{Act: "Закон 400-ФЗ"})
	require.NoError(t, err)
	require.Equal(t, 4, page.Total)
	page, err = s.Records(t.Context(), knowledge.RecordFilter{Act: "Закон 400-ФЗ", Article: "ст. 8"})
	require.NoError(t, err)
	require.Equal(t, 1, page.Total)
	_, err = s.DraftRecord(t.Context(), knowledge.NewDraft{Actor: boris, RecordID: "busy"})
	require.NoError(t, err)
	review := knowledge.ActReview{Actor: anna, Act: "Закон 400-ФЗ", Reason: "с нового года", Within: []knowledge.Segment{{Agency: "PFR"}}}
	done, err := s.ReviewByAct(t.Context(), review)
	require.NoError(t, err)
	require.Equal(t, knowledge.ActReviewed{Opened: []string{"pension", "second"}, Busy: []string{"busy"}}, done)
	r, err := s.Record(t.Context(), "second")
	require.NoError(t, err)
	require.Equal(t, knowledge.StatusPublished, r.Version.Status, "it stays in force until the review is over")
	require.Equal(t, knowledge.StatusReview, r.Open.Status)
	require.Equal(t, r.Version.Content(), r.Open.Content())
	again, err := s.ReviewByAct(t.Context(), review)
	require.NoError(t, err)
	require.Empty(t, again.Opened)
	require.Len(t, again.Busy, 3)
	nothing, err := s.ReviewByAct(t.Context(), knowledge.ActReview{Actor: anna, Act: "Закон 400-ФЗ"})
	require.NoError(t, err)
	require.Empty(t, append(nothing.Opened, nothing.Busy...))
	desk{t, s}.refused(*r.Open, anna, knowledge.Publish, fail.Forbidden)
	desk{t, s}.move(*r.Open, boris, knowledge.Publish)
}

func badEdits(t *testing.T, s knowledge.Service) {
	desk{t, s}.topic("", "Реабилитация")
	create := func(change func(*knowledge.NewRecord)) error {
		n := knowledge.NewRecord{Actor: anna, Content: written()}
		change(&n)
		_, err := s.CreateRecord(t.Context(), n)
		return err
	}
	for field, err := range map[string]error{
		"actor":      create(func(n *knowledge.NewRecord) { n.Actor = "" }),
		"question":   create(func(n *knowledge.NewRecord) { n.Content.Question = " " }),
		"agency":     create(func(n *knowledge.NewRecord) { n.Agency = UnknownAgency }),
		"region":     create(func(n *knowledge.NewRecord) { n.Region = UnknownRegion }),
		"variantOf":  create(func(n *knowledge.NewRecord) { n.Region, n.VariantOf = "77", "bonus-77" }),
		"validTo":    create(func(n *knowledge.NewRecord) { n.Content.ValidFrom, n.Content.ValidTo = "2026-02-01", "2026-01-01" }),
		"topic":      create(func(n *knowledge.NewRecord) { n.Content.Topic = "Нет такой" }),
		"files":      create(func(n *knowledge.NewRecord) { n.Content.Files = []knowledge.File{{ID: "a", Name: "a.pdf"}} }),
		"links":      create(func(n *knowledge.NewRecord) { n.Content.Links = []knowledge.Link{{URL: "javascript:alert(1)"}} }),
		"legalBasis": create(func(n *knowledge.NewRecord) { n.Content.LegalBasis = []knowledge.LegalBasis{{Article: "1"}} }),
	} {
		f, ok := fail.As(err)
		require.True(t, ok, "%s: %v", field, err)
		require.Equal(t, fail.Invalid, f.Code, field)
		require.Equal(t, field, f.Field)
	}
	taken := create(func(n *knowledge.NewRecord) { n.Region, n.VariantOf = "77", "bonus" })
	require.Equal(t, fail.Conflict, fail.CodeOf(taken), "one variant a region")
	require.NoError(t, create(func(n *knowledge.NewRecord) { n.Region, n.VariantOf = "16", "bonus" }))
	require.NoError(t, create(func(n *knowledge.NewRecord) { n.Content.Answer = "" }), "a draft may lack its answer")
	page, err := s.Records(t.Context(), knowledge.RecordFilter{Status: knowledge.StatusDraft})
	require.NoError(t, err)
	require.Len(t, page.Records, 2, "what was refused left nothing")
	for _, r := range page.Records {
		if r.Open.Answer == "" {
			desk{t, s}.refused(*r.Open, anna, knowledge.Submit, fail.Invalid)
		}
	}
	_, err = s.MoveVersion(t.Context(), knowledge.Move{Actor: anna, VersionID: "none", Revision: 1, Action: knowledge.Submit})
	require.Equal(t, fail.NotFound, fail.CodeOf(err))
	_, err = s.RecordHistory(t.Context(), knowledge.HistoryQuery{RecordID: "none"})
	require.Equal(t, fail.NotFound, fail.CodeOf(err))
	_, err = s.RecordVersions(t.Context(), "none")
	require.Equal(t, fail.NotFound, fail.CodeOf(err))
}
