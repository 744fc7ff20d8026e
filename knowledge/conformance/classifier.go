package conformance

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/knowledge"
)

func (d desk) topic(agency, name string) knowledge.Topic {
	d.Helper()
	t, err := d.s.CreateTopic(d.Context(), knowledge.NewTopic{Actor: anna, Agency: agency, Name: name})
	require.NoError(d, err)
	require.Equal(d, agency, t.Agency)
	require.Equal(d, name, t.Name)
	require.Zero(d, t.Records)
	return t
}

// named finds a topic of an agency.
func (d desk) named(agency, name string) knowledge.Topic {
	d.Helper()
	all, err := d.s.Topics(d.Context(), knowledge.TopicQuery{Bounded: true, Agencies: []string{agency}, All: true})
	require.NoError(d, err)
	for _, t := range all {
		if t.Name == name {
			return t
		}
	}
	require.Fail(d, "no such topic", name)
	return knowledge.Topic{}
}

func (d desk) change(c knowledge.TopicChange) (knowledge.Topic, error) {
	c.Actor = anna
	return d.s.ChangeTopic(d.Context(), c)
}

func topics(t *testing.T, s knowledge.Service) {
	d := desk{t, s}
	pensions := d.named("PFR", "Пенсии")
	_, err := s.CreateTopic(t.Context(), knowledge.NewTopic{Actor: anna, Agency: "PFR", Name: " Пенсии "})
	require.Equal(t, fail.Conflict, fail.CodeOf(err))
	_, err = s.CreateTopic(t.Context(), knowledge.NewTopic{Actor: anna, Agency: UnknownAgency, Name: "а"})
	require.Equal(t, fail.Invalid, fail.CodeOf(err))
	d.topic("FSS", "Пенсии") // another agency's list

	renamed, err := d.change(knowledge.TopicChange{TopicID: pensions.ID, Action: knowledge.TopicRename, Name: "Пенсионное обеспечение"})
	require.NoError(t, err)
	require.Equal(t, "Пенсионное обеспечение", renamed.Name)
	require.Equal(t, 2, renamed.Records)
	d.labelled("pension", "Пенсионное обеспечение")
	again, err := s.Import(t.Context(), strings.NewReader(strings.ReplaceAll(records, `"Пенсии"`, `"Пенсионное обеспечение"`)), knowledge.ImportOptions{Name: "b.jsonl"})
	require.NoError(t, err)
	require.Equal(t, 6, again.Unchanged, "the new name is the record's: %v", again)

	old := d.topic("PFR", "Выплаты")
	_, err = d.change(knowledge.TopicChange{TopicID: old.ID, Action: knowledge.TopicRename, Name: "Пенсионное обеспечение"})
	require.Equal(t, fail.Conflict, fail.CodeOf(err), "two topics of a name are merged, not renamed")
	kept, err := d.change(knowledge.TopicChange{TopicID: pensions.ID, Action: knowledge.TopicMerge, IntoID: old.ID})
	require.NoError(t, err)
	require.Equal(t, old.ID, kept.ID)
	require.Equal(t, 2, kept.Records)
	d.labelled("pension", "Выплаты")
	_, err = d.change(knowledge.TopicChange{TopicID: pensions.ID, Action: knowledge.TopicRename, Name: "Иначе"})
	require.Equal(t, fail.Conflict, fail.CodeOf(err))
	_, err = d.change(knowledge.TopicChange{TopicID: old.ID, Action: knowledge.TopicMerge, IntoID: d.named("FSS", "Пенсии").ID})
	require.Equal(t, fail.Invalid, fail.CodeOf(err), "lists of two agencies are two lists")
	d.mergedNamesLead(old)
	d.retires(old)
}

// labelled waits until a search shows the topic, and holds the history to it.
func (d desk) labelled(recordID, topic string) {
	d.Helper()
	require.Eventually(d, func() bool {
		hits, err := d.s.Search(context.WithoutCancel(d.Context()), knowledge.Query{Text: "оформить страховую пенсию по старости"})
		return err == nil && len(hits) > 0 && hits[0].RecordID == recordID && hits[0].Topic == topic
	}, 30*time.Second, 10*time.Millisecond)
	page, err := d.s.RecordHistory(d.Context(), knowledge.HistoryQuery{RecordID: recordID, First: 1})
	require.NoError(d, err)
	require.Equal(d, knowledge.EventRelabelled, page.Events[0].Action)
	require.Equal(d, anna, page.Events[0].Actor)
	require.Equal(d, topic, page.Events[0].Differences[0].After)
	list, err := d.s.Records(d.Context(), knowledge.RecordFilter{Topic: topic, Agency: "PFR"})
	require.NoError(d, err)
	require.Equal(d, 2, list.Total)
}

// mergedNamesLead to the topic that remains: in an import and in an edit.
func (d desk) mergedNamesLead(into knowledge.Topic) {
	summary, err := d.s.Import(d.Context(), strings.NewReader(records), knowledge.ImportOptions{Name: "c.jsonl"})
	require.NoError(d, err)
	require.Zero(d, summary.Created)
	require.Equal(d, 6, summary.Unchanged+summary.Updated)
	r, err := d.s.Record(d.Context(), "pension")
	require.NoError(d, err)
	require.Equal(d, "Пенсии", r.Version.Topic, "a name that is gone from the list, and not merged, comes back with an import")
	made, err := d.s.CreateRecord(d.Context(), knowledge.NewRecord{Actor: anna, Agency: "PFR", Content: knowledge.Content{
		Question: "Кому платят?", Topic: "Пенсионное обеспечение",
	}})
	require.NoError(d, err)
	require.Equal(d, into.Name, made.Open.Topic)
	draft := *made.Open
	renamed, err := d.change(knowledge.TopicChange{TopicID: into.ID, Action: knowledge.TopicRename, Name: "Выплаты пенсионерам"})
	require.NoError(d, err)
	_, err = d.s.SaveDraft(d.Context(), knowledge.DraftContent{Actor: anna, VersionID: draft.ID, Revision: draft.Revision, Content: draft.Content()})
	require.Equal(d, fail.Conflict, fail.CodeOf(err), "nobody writes the old name unseen")
	now, err := d.s.RecordVersion(d.Context(), draft.ID)
	require.NoError(d, err)
	require.Equal(d, renamed.Name, now.Topic)
}

func (d desk) retires(topic knowledge.Topic) {
	retired, err := d.change(knowledge.TopicChange{TopicID: topic.ID, Action: knowledge.TopicRetire})
	require.NoError(d, err)
	require.False(d, retired.RetiredAt.IsZero())
	_, err = d.s.CreateRecord(d.Context(), knowledge.NewRecord{Actor: anna, Agency: "PFR", Content: knowledge.Content{
		Question: "Кому платят?", Topic: retired.Name,
	}})
	require.Equal(d, fail.Invalid, fail.CodeOf(err))
	listed, err := d.s.Topics(d.Context(), knowledge.TopicQuery{Bounded: true, Agencies: []string{"PFR"}})
	require.NoError(d, err)
	require.Len(d, listed, 1)
	back, err := d.change(knowledge.TopicChange{TopicID: topic.ID, Action: knowledge.TopicRestore})
	require.NoError(d, err)
	require.True(d, back.RetiredAt.IsZero())
	_, err = d.change(knowledge.TopicChange{TopicID: "none", Action: knowledge.TopicRetire})
	require.Equal(d, fail.NotFound, fail.CodeOf(err))
	_, err = d.change(knowledge.TopicChange{TopicID: topic.ID, Action: "burn"})
	require.Equal(d, fail.Invalid, fail.CodeOf(err))
}

func tags(t *testing.T, s knowledge.Service) {
	d := desk{t, s}
	d.topic("FSS", "Реабилитация")
	made, err := s.CreateRecord(t.Context(), knowledge.NewRecord{Actor: anna, Agency: "FSS", Content: written()})
	require.NoError(t, err)
	none, err := s.Tags(t.Context(), knowledge.TagQuery{Agency: "FSS"})
	require.NoError(t, err)
	require.Empty(t, none, "of published records")
	d.move(d.move(*made.Open, anna, knowledge.Submit), boris, knowledge.Publish)
	all, err := s.Tags(t.Context(), knowledge.TagQuery{Agency: "FSS"})
	require.NoError(t, err)
	require.Equal(t, []knowledge.Tag{{Name: "протез", Records: 1}, {Name: "тср", Records: 1}}, all)
	page, err := s.Records(t.Context(), knowledge.RecordFilter{Tag: "тср"})
	require.NoError(t, err)
	require.Equal(t, 1, page.Total)
	n, err := s.ChangeTag(t.Context(), knowledge.TagChange{Actor: boris, Agency: "FSS", From: "ТСР", To: "протез"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	r, err := s.Record(t.Context(), made.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"протез"}, r.Version.Tags, "two that have become the same are one")
	_, err = s.ChangeTag(t.Context(), knowledge.TagChange{Actor: boris, Agency: "PFR", From: "протез"})
	require.Equal(t, fail.NotFound, fail.CodeOf(err), "another agency's records bear none")
	_, err = s.ChangeTag(t.Context(), knowledge.TagChange{Actor: boris, Agency: "FSS", From: "протез"})
	require.NoError(t, err)
	r, err = s.Record(t.Context(), made.ID)
	require.NoError(t, err)
	require.Empty(t, r.Version.Tags)
}

// files are references that stay with their versions.
func files(t *testing.T, s knowledge.Service) {
	d := desk{t, s}
	draft, err := s.DraftRecord(t.Context(), knowledge.NewDraft{Actor: anna, RecordID: "sick"})
	require.NoError(t, err)
	draft = d.save(draft, anna, func(c *knowledge.Content) { c.Files = []knowledge.File{form} })
	first := d.move(d.move(draft, anna, knowledge.Submit), boris, knowledge.Publish)
	text := "сколько дней оплачивают больничный лист"
	d.finds(text, first.ID)
	hits, err := s.Search(t.Context(), knowledge.Query{Text: text})
	require.NoError(t, err)
	require.Equal(t, []knowledge.File{form}, hits[0].Files)
	again, err := s.Import(t.Context(), strings.NewReader(records), knowledge.ImportOptions{Name: "d.jsonl"})
	require.NoError(t, err)
	require.Equal(t, 6, again.Unchanged, "a row that says nothing of files leaves them")
	next, err := s.DraftRecord(t.Context(), knowledge.NewDraft{Actor: anna, RecordID: "sick"})
	require.NoError(t, err)
	require.Equal(t, []knowledge.File{form}, next.Files)
	next = d.save(next, anna, func(c *knowledge.Content) { c.Files = nil })
	require.Equal(t, []string{"files"}, changedFields(knowledge.Compare(first, next)))
	next = d.move(d.move(next, anna, knowledge.Submit), boris, knowledge.Publish)
	require.Empty(t, next.Files)
	told, err := s.RecordVersion(t.Context(), first.ID)
	require.NoError(t, err)
	require.Equal(t, []knowledge.File{form}, told.Files, "what was told stays readable")
}

func changedFields(all []knowledge.Difference) []string {
	names := make([]string, len(all))
	for i, d := range all {
		names[i] = d.Field
	}
	return names
}

func rehearsal(t *testing.T, s knowledge.Service) {
	d := desk{t, s}
	draft, err := s.DraftRecord(t.Context(), knowledge.NewDraft{Actor: anna, RecordID: "sick"})
	require.NoError(t, err)
	draft = d.save(draft, anna, func(c *knowledge.Content) {
		c.Question, c.Phrasings = "Как оформить ветеринарный паспорт кошки?", nil
	})
	queries := []knowledge.Query{{Text: "ветеринарный паспорт кошки"}, {Text: "оформить страховую пенсию по старости"}}
	found, err := s.Rehearse(t.Context(), draft.ID, queries)
	require.NoError(t, err)
	require.Len(t, found, 2)
	require.NotEmpty(t, found[0].Then)
	require.Equal(t, draft.ID, found[0].Then[0].VersionID, "the draft is found, as if it were published")
	for _, h := range found[0].Now {
		require.NotEqual(t, draft.ID, h.VersionID)
	}
	require.Equal(t, "pension", found[1].Now[0].RecordID)
	require.Equal(t, "pension", found[1].Then[0].RecordID)
	hits, err := s.Search(t.Context(), queries[0])
	require.NoError(t, err)
	for _, h := range hits {
		require.NotEqual(t, draft.ID, h.VersionID, "nothing was published")
	}
	asItIs, err := s.Rehearse(t.Context(), "", queries)
	require.NoError(t, err)
	require.Equal(t, asItIs[1].Now, asItIs[1].Then)
	r, err := s.Record(t.Context(), "pension")
	require.NoError(t, err)
	for code, version := range map[fail.Code]string{fail.Conflict: r.Version.ID, fail.NotFound: "none"} {
		_, err = s.Rehearse(t.Context(), version, queries)
		require.Equal(t, code, fail.CodeOf(err))
	}
	_, err = s.Rehearse(t.Context(), "", make([]knowledge.Query, knowledge.MaxRehearsed+1))
	require.Equal(t, fail.Invalid, fail.CodeOf(err))
}
