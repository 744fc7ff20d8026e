package graph

import (
	"context"
	"strconv"
	"time"

	"entgo.io/contrib/entgql"

	"ekc/graph/model"
	"ekc/internal/fail"
	"ekc/internal/optional"
	"ekc/knowledge"
)

// recordVersion shows a version.
func recordVersion(v knowledge.Version) *model.RecordVersion { //nolint:gocritic // lists hold them by value
	shown := &model.RecordVersion{
		ID: v.ID, RecordID: v.RecordID, Number: v.Number, Status: raised[model.RecordStatus](v.Status), Revision: v.Revision,
		Question: v.Question, Phrasings: listOf(v.Phrasings), Answer: v.Answer, Short: optional.Text(v.Short), Topic: optional.Text(v.Topic),
		Tags: listOf(v.Tags), Links: linksOf(v.Links), Files: filesOf(v.Files), LegalBasis: basisOf(v.LegalBasis),
		ValidFrom: optional.Text(string(v.ValidFrom)), ValidTo: optional.Text(string(v.ValidTo)), Intent: v.Intent, Personal: v.Personal,
		Source: optional.Text(v.Source), License: optional.Text(v.License), AuthorIds: listOf(v.Authors), ReviewerID: optional.Text(v.Reviewer),
		BasedOnVersionID: optional.Text(v.BasedOn), PublishOn: optional.Text(string(v.PublishOn)), CreatedAt: v.CreatedAt, PublishedAt: moment(v.PublishedAt),
	}
	return shown
}

// recordVersions shows those that the viewer may see.
func recordVersions(all []knowledge.Version, drafts bool) []*model.RecordVersion {
	shown := make([]*model.RecordVersion, 0, len(all))
	for _, v := range all {
		if drafts || !v.PublishedAt.IsZero() {
			shown = append(shown, recordVersion(v))
		}
	}
	return shown
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func contentOf(in *model.RecordContentInput) knowledge.Content {
	c := knowledge.Content{
		Question: in.Question, Answer: value(in.Answer), Short: value(in.Short), Topic: value(in.Topic), Phrasings: in.Phrasings,
		ValidFrom: knowledge.Date(value(in.ValidFrom)), ValidTo: knowledge.Date(value(in.ValidTo)), Intent: value(in.Intent),
		Personal: value(in.Personal), Source: value(in.Source), License: value(in.License), Tags: in.Tags,
	}
	for _, l := range in.Links {
		c.Links = append(c.Links, knowledge.Link{Title: l.Title, URL: l.URL})
	}
	for _, b := range in.LegalBasis {
		c.LegalBasis = append(c.LegalBasis, knowledge.LegalBasis{Act: b.Act, Article: value(b.Article)})
	}
	return c
}

// recordHistory is a page of what was done to a record; the ids of the entries are the cursors.
func (r *Resolver) recordHistory(ctx context.Context, recordID string, after *entgql.Cursor[string], first int) (*model.RecordEventConnection, error) {
	q := knowledge.HistoryQuery{RecordID: recordID, First: max(first, 1)}
	if after != nil {
		id, err := strconv.ParseInt(after.ID, 10, 64)
		if err != nil || id < 1 {
			return nil, fail.Field("after", fail.Invalid, "not a cursor of this list")
		}
		q.Before = id
	}
	page, err := r.Knowledge.RecordHistory(ctx, q)
	if err != nil {
		return nil, err
	}
	if first == 0 {
		page.Events = nil
	}
	list := &model.RecordEventConnection{Edges: make([]*model.RecordEventEdge, len(page.Events)), TotalCount: page.Total}
	for i, e := range page.Events {
		list.Edges[i] = &model.RecordEventEdge{Cursor: entgql.Cursor[string]{ID: strconv.FormatInt(e.ID, 10)}, Node: &model.RecordEvent{
			At: e.At, Action: string(e.Action), ActorID: optional.Text(e.Actor), VersionID: e.VersionID, Version: e.Version, Reason: optional.Text(e.Reason),
			Changed: listOf(e.Changed), Differences: recordDifferences(e.Differences),
		}}
	}
	list.PageInfo = pageInfo(list.Edges, func(e *model.RecordEventEdge) *entgql.Cursor[string] { return &e.Cursor }, after, page.Next != 0)
	return list, nil
}

// recordDifferences shows how two versions differ.
func recordDifferences(all []knowledge.Difference) []*model.RecordDifference {
	shown := make([]*model.RecordDifference, len(all))
	for i, d := range all {
		shown[i] = &model.RecordDifference{Field: d.Field, Before: d.Before, After: d.After, Words: make([]*model.RecordWords, len(d.Words))}
		for k, w := range d.Words {
			shown[i].Words[k] = &model.RecordWords{Change: string(w.Change), Text: w.Text}
		}
	}
	return shown
}
