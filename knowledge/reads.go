package knowledge

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"ekc/internal/fail"
	"ekc/knowledge/ent"
	"ekc/knowledge/ent/phrasing"
	"ekc/knowledge/ent/predicate"
	"ekc/knowledge/ent/record"
	"ekc/knowledge/ent/recordversion"
	"ekc/knowledge/ent/topic"
)

const defaultRecordsOnPage = 50

// Record gives one record; see Service.
func (b *Base) Record(ctx context.Context, id string) (Record, error) {
	r, err := withCurrentVersion(b.ent.Record.Query().Where(record.ID(id))).Only(ctx)
	if ent.IsNotFound(err) {
		return Record{}, fail.New(fail.NotFound, "no record %q", id)
	}
	if err != nil {
		return Record{}, fmt.Errorf("read record: %w", err)
	}
	return recordOf(r), nil
}

// RecordVersion gives one version; see Service.
func (b *Base) RecordVersion(ctx context.Context, versionID string) (Version, error) {
	v, err := wholeVersion(ctx, b.ent, versionID)
	if err != nil {
		return Version{}, fmt.Errorf("read record version: %w", err)
	}
	return versionOf(v), nil
}

// Records lists a page of records; see Service.
func (b *Base) Records(ctx context.Context, f RecordFilter) (RecordPage, error) {
	if f.First < 0 || f.First > MaxRecordsOnPage {
		return RecordPage{}, fail.Field("first", fail.Invalid, "must be 1 to %d", MaxRecordsOnPage)
	}
	if f.First == 0 {
		f.First = defaultRecordsOnPage
	}
	where := f.predicates()
	total, err := b.ent.Record.Query().Where(where...).Count(ctx)
	if err != nil {
		return RecordPage{}, fmt.Errorf("count records: %w", err)
	}
	page := b.ent.Record.Query().Where(where...)
	if f.After != "" {
		page.Where(record.IDGT(f.After))
	}
	found, err := withCurrentVersion(page).Order(ent.Asc(record.FieldID)).Limit(f.First + 1).All(ctx)
	if err != nil {
		return RecordPage{}, fmt.Errorf("list records: %w", err)
	}
	out := RecordPage{Total: total}
	for i, r := range found {
		if i == f.First {
			out.Next = found[i-1].ID
			break
		}
		out.Records = append(out.Records, recordOf(r))
	}
	return out, nil
}

func (f RecordFilter) predicates() []predicate.Record {
	var where []predicate.Record
	if f.Agency != "" {
		where = append(where, record.Agency(f.Agency))
	}
	if f.Region != "" {
		where = append(where, record.Region(f.Region))
	}
	version := []predicate.RecordVersion{isCurrent}
	if f.Topic != "" {
		version = append(version, recordversion.HasTopicWith(topic.Name(f.Topic)))
	}
	if f.Tag != "" {
		version = append(version, func(s *sql.Selector) {
			s.Where(sql.P(func(p *sql.Builder) {
				p.Ident(s.C(recordversion.FieldTags)).WriteString(" @> to_jsonb(").Arg(f.Tag).WriteString("::text)")
			}))
		})
	}
	switch f.Status {
	case "":
	case StatusDraft, StatusReview, StatusApproved:
		where = append(where, record.HasVersionsWith(recordversion.StatusEQ(recordversion.Status(f.Status))))
	default:
		version = append(version, recordversion.StatusEQ(recordversion.Status(f.Status)))
	}
	if f.Act != "" {
		version = append(version, func(s *sql.Selector) {
			s.Where(sql.P(func(p *sql.Builder) {
				p.Ident(s.C(recordversion.FieldLegalBasis)).WriteString(" @> ").Arg(basisPattern(f.Act, f.Article)).WriteString("::jsonb")
			}))
		})
	}
	if f.Text != "" {
		version = append(version, recordversion.QuestionContainsFold(f.Text))
	}
	if len(version) > 1 {
		where = append(where, record.HasVersionsWith(version...))
	}
	return where
}

// isCurrent selects the version that stands for its record: the published one, else the newest.
func isCurrent(s *sql.Selector) {
	s.Where(sql.P(func(p *sql.Builder) {
		p.WriteString("NOT EXISTS (SELECT FROM record_versions o WHERE o.record_id = ").Ident(s.C(recordversion.FieldRecordID)).
			WriteString(" AND (o.status = 'published', o.number) > (").Ident(s.C(recordversion.FieldStatus)).
			WriteString(" = 'published', ").Ident(s.C(recordversion.FieldNumber)).WriteString("))")
	}))
}

func withCurrentVersion(q *ent.RecordQuery) *ent.RecordQuery {
	return q.WithVersions(func(v *ent.RecordVersionQuery) {
		v.Where(recordversion.Or(isCurrent, recordversion.StatusIn(
			recordversion.StatusDraft, recordversion.StatusReview, recordversion.StatusApproved))).
			Order(ent.Asc(recordversion.FieldNumber)).WithTopic().
			WithPhrasings(func(p *ent.PhrasingQuery) { p.Order(ent.Asc(phrasing.FieldPosition)) })
	})
}

func recordOf(r *ent.Record) Record {
	out := Record{
		ID: r.ID, Agency: r.Agency, Region: r.Region, VariantOf: r.VariantOf,
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
	for _, v := range r.Edges.Versions {
		shown := versionOf(v)
		if out.Version.Status != StatusPublished {
			out.Version = shown
		}
		if shown.Status != StatusPublished && shown.Status != StatusArchived {
			out.Open = &shown
		}
	}
	return out
}

func versionOf(v *ent.RecordVersion) Version {
	out := Version{
		ID: v.ID, RecordID: v.RecordID, Number: v.Number, Status: Status(v.Status), Question: v.Question, Answer: v.Answer,
		Short: v.Short, ValidFrom: dateOf(v.ValidFrom), ValidTo: dateOf(v.ValidTo), Intent: v.Intent, Personal: v.Personal,
		Source: v.Source, License: v.License, CreatedAt: v.CreatedAt.UTC(), Revision: v.Revision, Tags: v.Tags, Authors: v.Authors,
		Reviewer: v.Reviewer, BasedOn: v.BasedOn, PublishOn: dateOf(v.PublishOn),
	}
	if v.Edges.Topic != nil {
		out.Topic = v.Edges.Topic.Name
	}
	for _, p := range v.Edges.Phrasings {
		out.Phrasings = append(out.Phrasings, p.Text)
	}
	for _, l := range v.LegalBasis {
		out.LegalBasis = append(out.LegalBasis, LegalBasis(l))
	}
	for _, l := range v.Links {
		out.Links = append(out.Links, Link(l))
	}
	for _, f := range v.Files {
		out.Files = append(out.Files, File(f))
	}
	if v.PublishedAt != nil {
		out.PublishedAt = v.PublishedAt.UTC()
	}
	return out
}

func dateOf(t *time.Time) Date {
	if t == nil {
		return ""
	}
	return Date(t.Format(time.DateOnly))
}
