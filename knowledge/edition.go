package knowledge

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/knowledge/ent"
	vectors "ekc/knowledge/ent/embedding"
	"ekc/knowledge/ent/phrasing"
	"ekc/knowledge/ent/recordversion"
	"ekc/knowledge/ent/schema"
)

// edition is one transaction of the editorial life. What is locked is locked in one order: the base's revision, when published
// versions change, then the record. So editions wait for each other and for imports, and never in a circle.
type edition struct {
	*ent.Client
	base *Base
	now  time.Time
	// revision is the base's next one, once lockBase has taken it.
	revision int64
}

// edit does work in one transaction.
func (b *Base) edit(ctx context.Context, work func(e *edition) error) error {
	tx, err := b.ent.Tx(ctx)
	if err != nil {
		return fmt.Errorf("edit the base: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	err = work(&edition{Client: tx.Client(), base: b, now: b.clock()})
	if err == nil {
		err = tx.Commit()
	}
	if _, expected := fail.As(err); err != nil && !expected {
		return fmt.Errorf("edit the base: %w", err)
	}
	return err
}

// lockBase takes the next revision of the base, until the commit; see ent/schema.BaseState.
func (e *edition) lockBase(ctx context.Context) error {
	rows, err := e.QueryContext(ctx, `SELECT revision + 1 FROM base_states WHERE id = 1 FOR UPDATE`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(&e.revision); err != nil {
			return err
		}
	}
	return rows.Err()
}

// lockRecord gives a record that nobody else changes until the commit.
func (e *edition) lockRecord(ctx context.Context, id string) (*ent.Record, error) {
	if _, err := e.ExecContext(ctx, `SELECT FROM records WHERE id = $1 FOR UPDATE`, id); err != nil {
		return nil, err
	}
	r, err := e.Record.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, fail.New(fail.NotFound, "no record %q", id)
	}
	return r, err
}

// announce makes the record's present version the one that every node finds.
func (e *edition) announce(ctx context.Context, recordID string) error {
	if err := e.Record.UpdateOneID(recordID).SetRevision(e.revision).SetUpdatedAt(e.now).Exec(ctx); err != nil {
		return err
	}
	if err := e.BaseState.UpdateOneID(1).SetRevision(e.revision).Exec(ctx); err != nil {
		return err
	}
	_, err := e.ExecContext(ctx, `SELECT pg_notify($1, $2)`, Channel, strconv.FormatInt(e.revision, 10))
	return err
}

// note appends to the history.
func (e *edition) note(ctx context.Context, v *ent.RecordVersion, what EventAction, actor, reason string, changed ...string) error {
	c := e.RecordEvent.Create().SetRecordID(v.RecordID).SetVersionID(v.ID).SetAction(string(what)).SetActor(actor).SetReason(reason).SetAt(e.now)
	if len(changed) > 0 {
		c.SetChanged(changed)
	}
	return c.Exec(ctx)
}

// noteEdit appends an edit to the history, with what each field was before and after.
func (e *edition) noteEdit(ctx context.Context, v *ent.RecordVersion, actor string, changed []Difference) error {
	names, kept := make([]string, len(changed)), make([]schema.FieldChange, len(changed))
	for i, d := range changed {
		names[i], kept[i] = d.Field, schema.FieldChange{Field: d.Field, Before: d.Before, After: d.After}
	}
	return e.RecordEvent.Create().SetRecordID(v.RecordID).SetVersionID(v.ID).SetAction(string(EventEdited)).SetActor(actor).SetAt(e.now).
		SetChanged(names).SetDifferences(kept).Exec(ctx)
}

// version reads a version whole.
func (e *edition) version(ctx context.Context, id string) (*ent.RecordVersion, error) {
	return wholeVersion(ctx, e.Client, id)
}

func wholeVersion(ctx context.Context, c *ent.Client, id string) (*ent.RecordVersion, error) {
	v, err := c.RecordVersion.Query().Where(recordversion.ID(id)).WithTopic().
		WithPhrasings(func(q *ent.PhrasingQuery) { q.Order(ent.Asc(phrasing.FieldPosition)) }).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fail.New(fail.NotFound, "no record version %q", id)
	}
	return v, err
}

// publishedID is the id of a record's published version; empty for none.
func (e *edition) publishedID(ctx context.Context, recordID string) (string, error) {
	found, err := e.RecordVersion.Query().
		Where(recordversion.RecordID(recordID), recordversion.StatusEQ(recordversion.StatusPublished)).IDs(ctx)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

// begin adds a draft with the content to a record that has no open version.
func (e *edition) begin(ctx context.Context, r *ent.Record, actor string, c Content) (*ent.RecordVersion, error) {
	found, err := e.RecordVersion.Query().Where(recordversion.RecordID(r.ID)).
		Select(recordversion.FieldID, recordversion.FieldNumber, recordversion.FieldStatus).All(ctx)
	if err != nil {
		return nil, err
	}
	last, published := 0, ""
	for _, v := range found {
		last = max(last, v.Number)
		switch Status(v.Status) {
		case StatusPublished:
			published = v.ID
		case StatusDraft, StatusReview, StatusApproved:
			return nil, fail.New(fail.Conflict, "version %d of the record is being worked on: %s is %s", v.Number, v.ID, v.Status)
		case StatusArchived:
		}
	}
	id := ids.New("ver")
	err = e.RecordVersion.Create().SetID(id).SetRecordID(r.ID).SetNumber(last + 1).SetStatus(recordversion.StatusDraft).
		SetAuthors([]string{actor}).SetBasedOn(published).SetQuestion(c.Question).SetAnswer(c.Answer).SetContentHash([]byte{}).
		SetCreatedAt(e.now).Exec(ctx)
	if err != nil {
		return nil, err
	}
	if err := e.write(ctx, r, id, c); err != nil {
		return nil, err
	}
	return e.version(ctx, id)
}

// write stores the content of a version.
func (e *edition) write(ctx context.Context, r *ent.Record, versionID string, c Content) error {
	u := e.RecordVersion.UpdateOneID(versionID)
	if c.Topic == "" {
		u.ClearTopicID()
	} else {
		t, err := e.topicFor(ctx, r, c.Topic)
		if err != nil {
			return err
		}
		c.Topic = t.Name
		u.SetTopicID(t.ID)
	}
	hash := c.row(r).hash()
	u.SetQuestion(c.Question).SetAnswer(c.Answer).SetShort(c.Short).
		SetLegalBasis(stored(c.LegalBasis, func(l LegalBasis) schema.LegalBasis { return schema.LegalBasis(l) })).
		SetLinks(stored(c.Links, func(l Link) schema.Link { return schema.Link(l) })).
		SetTags(stored(c.Tags, func(s string) string { return s })).
		SetFiles(stored(c.Files, func(f File) schema.File { return schema.File(f) })).
		SetIntent(c.Intent).SetPersonal(c.Personal).SetSource(c.Source).SetLicense(c.License).SetContentHash(hash[:]).
		SetNillableValidFrom(c.ValidFrom.stored()).SetNillableValidTo(c.ValidTo.stored())
	if c.ValidFrom == "" {
		u.ClearValidFrom()
	}
	if c.ValidTo == "" {
		u.ClearValidTo()
	}
	if err := u.Exec(ctx); err != nil {
		return err
	}
	return e.writePhrasings(ctx, r, versionID, c.Phrasings)
}

func (e *edition) writePhrasings(ctx context.Context, r *ent.Record, versionID string, phrasings []string) error {
	if _, err := e.Phrasing.Delete().Where(phrasing.VersionID(versionID)).Exec(ctx); err != nil {
		return err
	}
	texts := make([]*ent.PhrasingCreate, len(phrasings))
	for i, p := range phrasings {
		texts[i] = e.Phrasing.Create().SetVersionID(versionID).SetPosition(i).SetText(p)
	}
	if err := e.Phrasing.CreateBulk(texts...).Exec(ctx); err != nil {
		return err
	}
	return e.Record.UpdateOneID(r.ID).SetUpdatedAt(e.now).Exec(ctx)
}

// retire archives the published version of a record, if there is one.
func (e *edition) retire(ctx context.Context, recordID string, what EventAction, actor, reason string) error {
	id, err := e.publishedID(ctx, recordID)
	if err != nil || id == "" {
		return err
	}
	if _, err := e.Embedding.Delete().Where(vectors.VersionID(id)).Exec(ctx); err != nil {
		return err
	}
	v, err := e.RecordVersion.UpdateOneID(id).SetStatus(recordversion.StatusArchived).AddRevision(1).Save(ctx)
	if err != nil {
		return err
	}
	return e.note(ctx, v, what, actor, reason)
}

// stored is never nil, which the column does not take.
func stored[A, B any](in []A, convert func(A) B) []B {
	out := make([]B, len(in))
	for i, x := range in {
		out[i] = convert(x)
	}
	return out
}

func (d Date) stored() *time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return nil
	}
	return &t
}

// hasAuthor tells whether an account wrote the version.
func hasAuthor(v *ent.RecordVersion, actor string) bool { return slices.Contains(v.Authors, actor) }
