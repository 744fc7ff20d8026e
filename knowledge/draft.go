package knowledge

import (
	"context"
	"fmt"
	"slices"

	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/knowledge/ent"
	"ekc/knowledge/ent/record"
)

// CreateRecord makes a record with its first draft; see Editor.
func (b *Base) CreateRecord(ctx context.Context, n NewRecord) (Record, error) {
	if err := checkActor(n.Actor); err != nil {
		return Record{}, err
	}
	made := &ent.Record{ID: ids.New("rec"), Agency: n.Agency, Region: n.Region, VariantOf: n.VariantOf}
	if err := n.Content.check(made, b.codes, false); err != nil {
		return Record{}, err
	}
	err := b.edit(ctx, func(e *edition) error {
		if err := e.checkVariant(ctx, made); err != nil {
			return err
		}
		r, err := e.Record.Create().SetID(made.ID).SetAgency(n.Agency).SetRegion(n.Region).SetVariantOf(n.VariantOf).
			SetRevision(0).SetCreatedAt(e.now).SetUpdatedAt(e.now).Save(ctx)
		if err != nil {
			return err
		}
		v, err := e.begin(ctx, r, n.Actor, n.Content)
		if err != nil {
			return err
		}
		return e.note(ctx, v, EventCreated, n.Actor, "")
	})
	if err != nil {
		return Record{}, err
	}
	return b.Record(ctx, made.ID)
}

// checkVariant holds a regional record to the federal one that it overrides, and keeps others from overriding it in the same region
// at the same time.
func (e *edition) checkVariant(ctx context.Context, r *ent.Record) error {
	if r.VariantOf == "" {
		return nil
	}
	federal, err := e.lockRecord(ctx, r.VariantOf)
	switch {
	case fail.CodeOf(err) == fail.NotFound:
		return fail.Field("variantOf", fail.NotFound, "no record %q", r.VariantOf)
	case err != nil:
		return err
	case federal.Region != "":
		return fail.Field("variantOf", fail.Invalid, "%q holds in a region only; a variant overrides a federal record", federal.ID)
	case federal.Agency != r.Agency:
		return fail.Field("variantOf", fail.Invalid, "%q belongs to another agency", federal.ID)
	}
	other, err := e.Record.Query().Where(record.VariantOf(federal.ID), record.Region(r.Region)).IDs(ctx)
	if err == nil && len(other) > 0 {
		return fail.Field("variantOf", fail.Conflict, "%q is the variant for this region already", other[0])
	}
	return err
}

// DraftRecord begins a draft; see Editor.
func (b *Base) DraftRecord(ctx context.Context, d NewDraft) (Version, error) {
	if err := checkActor(d.Actor); err != nil {
		return Version{}, err
	}
	var made *ent.RecordVersion
	err := b.edit(ctx, func(e *edition) error {
		r, err := e.lockRecord(ctx, d.RecordID)
		if err != nil {
			return err
		}
		from, err := e.source(ctx, d)
		if err != nil {
			return err
		}
		source := versionOf(from)
		if made, err = e.begin(ctx, r, d.Actor, source.Content()); err != nil {
			return err
		}
		if d.FromVersionID == "" {
			return e.note(ctx, made, EventCreated, d.Actor, "")
		}
		return e.note(ctx, made, EventRestored, d.Actor, fmt.Sprintf("version %d", from.Number))
	})
	if err != nil {
		return Version{}, err
	}
	return versionOf(made), nil
}

// source is the version whose content a new draft takes up.
func (e *edition) source(ctx context.Context, d NewDraft) (*ent.RecordVersion, error) {
	if d.FromVersionID != "" {
		v, err := e.version(ctx, d.FromVersionID)
		if err == nil && v.RecordID != d.RecordID {
			return nil, fail.New(fail.NotFound, "no version %q of this record", d.FromVersionID)
		}
		return v, err
	}
	r, err := withCurrentVersion(e.Record.Query().Where(record.ID(d.RecordID))).Only(ctx)
	if err != nil {
		return nil, err
	}
	current := recordOf(r).Version
	if current.ID == "" {
		return nil, fail.New(fail.Conflict, "the record has no version to begin from")
	}
	return e.version(ctx, current.ID)
}

// SaveDraft writes a draft; see Editor.
func (b *Base) SaveDraft(ctx context.Context, s DraftContent) (Version, error) {
	if err := checkActor(s.Actor); err != nil {
		return Version{}, err
	}
	var saved *ent.RecordVersion
	err := b.edit(ctx, func(e *edition) error {
		r, v, err := e.take(ctx, s.VersionID, s.Revision)
		if err != nil {
			return err
		}
		if Status(v.Status) != StatusDraft {
			return fail.New(fail.Conflict, "the version is %s: only a draft can be edited", v.Status)
		}
		if err := s.Content.check(r, b.codes, false); err != nil {
			return err
		}
		saved, err = e.save(ctx, r, v, s)
		return err
	})
	if err != nil {
		return Version{}, err
	}
	return versionOf(saved), nil
}

func (e *edition) save(ctx context.Context, r *ent.Record, v *ent.RecordVersion, s DraftContent) (*ent.RecordVersion, error) {
	before := versionOf(v)
	if err := e.write(ctx, r, v.ID, s.Content); err != nil {
		return nil, err
	}
	u := e.RecordVersion.UpdateOneID(v.ID).AddRevision(1)
	if !hasAuthor(v, s.Actor) {
		u.SetAuthors(append(slices.Clone(v.Authors), s.Actor))
	}
	if s.BasedOn != "" {
		published, err := e.publishedID(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		if s.BasedOn != published {
			return nil, fail.Field("basedOn", fail.Conflict, "is not the published version")
		}
		u.SetBasedOn(published)
	}
	if err := u.Exec(ctx); err != nil {
		return nil, err
	}
	changed := differences(before.Content(), s.Content)
	if s.BasedOn != "" && s.BasedOn != before.BasedOn {
		changed = append(changed, Difference{Field: "basedOn", Before: before.BasedOn, After: s.BasedOn})
	}
	if err := e.noteEdit(ctx, v, s.Actor, changed); err != nil {
		return nil, err
	}
	return e.version(ctx, v.ID)
}

// take locks the record of a version and gives both, when the version is still as it was read.
func (e *edition) take(ctx context.Context, versionID string, revision int) (*ent.Record, *ent.RecordVersion, error) {
	v, err := e.version(ctx, versionID)
	if err != nil {
		return nil, nil, err
	}
	r, err := e.lockRecord(ctx, v.RecordID)
	if err != nil {
		return nil, nil, err
	}
	if v, err = e.version(ctx, versionID); err != nil { // as it is under the lock
		return nil, nil, err
	}
	if v.Revision != revision {
		return nil, nil, fail.Field("revision", fail.Conflict,
			"the version has been changed since it was read: revision %d is the newest, %d was given", v.Revision, revision)
	}
	return r, v, nil
}
