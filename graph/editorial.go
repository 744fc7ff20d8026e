package graph

import (
	"context"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/graph/model"
	"ekc/internal/fail"
	"ekc/knowledge"
)

// scopeOf is the segment of a record by the codes that the base knows. A code that the centre does not know is nobody's segment.
func (r *Resolver) scopeOf(ctx context.Context, agency, region string) (viewer.Scope, error) {
	s := viewer.Scope{AgencyID: agency, RegionID: region}
	a, err := r.reference.agency(ctx, agency)
	if err != nil {
		return s, err
	}
	g, err := r.reference.region(ctx, region)
	if a != nil {
		s.AgencyID = a.ID
	}
	if g != nil {
		s.RegionID = g.ID
	}
	return s, err
}

// mayTouch refuses who may not do the action to a record. One that was published is no secret.
func (r *Resolver) mayTouch(ctx context.Context, action access.Action, recordID string) error {
	if err := access.Check(ctx, access.SearchBase, access.Anywhere); err != nil {
		return err
	}
	found, err := r.Knowledge.Record(ctx, recordID)
	if err != nil {
		return err
	}
	scope, err := r.scopeOf(ctx, found.Agency, found.Region)
	if err != nil {
		return err
	}
	return access.CheckObject(ctx, action, access.Object{Scope: scope, Seen: !found.Version.PublishedAt.IsZero()})
}

// mayTouchVersion is mayTouch for the record of a version.
func (r *Resolver) mayTouchVersion(ctx context.Context, action access.Action, versionID string) error {
	if err := access.Check(ctx, access.SearchBase, access.Anywhere); err != nil {
		return err
	}
	v, err := r.Knowledge.RecordVersion(ctx, versionID)
	if err != nil {
		return err
	}
	return r.mayTouch(ctx, action, v.RecordID)
}

// readsDrafts tells whether the viewer sees versions of a record that were never published.
func (r *Resolver) readsDrafts(ctx context.Context, agency, region string) (bool, error) {
	scope, err := r.scopeOf(ctx, agency, region)
	return access.Check(ctx, access.ReadDrafts, scope) == nil, err
}

// visibleRecord is a record as the viewer may see it; nil for none.
func (r *Resolver) visibleRecord(ctx context.Context, id string) (*knowledge.Record, error) {
	found, err := r.Knowledge.Record(ctx, id)
	if err != nil {
		return nil, orMissing(err)
	}
	reads, err := r.readsDrafts(ctx, found.Agency, found.Region)
	if err != nil || (!reads && found.Version.PublishedAt.IsZero()) {
		return nil, err
	}
	if !reads {
		found.Open = nil
	}
	return &found, nil
}

// visibleVersion is a version as the viewer may see it; nil for none.
func (r *Resolver) visibleVersion(ctx context.Context, id string) (*knowledge.Version, error) {
	if err := access.Check(ctx, access.SearchBase, access.Anywhere); err != nil {
		return nil, err
	}
	v, err := r.Knowledge.RecordVersion(ctx, id)
	if err != nil {
		return nil, orMissing(err)
	}
	if !v.PublishedAt.IsZero() {
		return &v, nil
	}
	of, err := r.Knowledge.Record(ctx, v.RecordID)
	if err != nil {
		return nil, orMissing(err)
	}
	reads, err := r.readsDrafts(ctx, of.Agency, of.Region)
	if !reads {
		return nil, err
	}
	return &v, err
}

// statusFilter turns the status of a filter into the base's, for who may ask for it.
func (r *Resolver) statusFilter(ctx context.Context, f model.RecordFilter) (knowledge.Status, error) {
	if f.Status == nil || *f.Status == model.RecordStatusPublished {
		return knowledge.StatusPublished, nil
	}
	if err := access.Check(ctx, access.ReadDrafts, viewer.Scope{AgencyID: value(f.AgencyID), RegionID: value(f.RegionID)}); err != nil {
		return "", err
	}
	for _, g := range granted(viewer.From(ctx), access.ReadDrafts) {
		named := (g.AgencyID == "" || f.AgencyID != nil) && (g.RegionID == "" || f.RegionID != nil)
		if named && g.Covers(viewer.Scope{AgencyID: value(f.AgencyID), RegionID: value(f.RegionID)}) {
			return knowledge.Status(lowered(*f.Status)), nil
		}
	}
	return "", fail.Field("filter.agencyId", fail.Invalid, "name the agency and the region that you work for")
}

// editorialFilter adds what only editors filter by.
func (r *Resolver) editorialFilter(ctx context.Context, to *knowledge.RecordFilter, f model.RecordFilter) (err error) {
	to.Text, to.Act, to.Article = value(f.Text), value(f.Act), value(f.Article)
	if utf8.RuneCountInString(to.Text+to.Act+to.Article) > maxSearchRunes {
		return fail.Field("filter.text", fail.Invalid, "at most %d characters", maxSearchRunes)
	}
	to.Status, err = r.statusFilter(ctx, f)
	return err
}

// segmentsToEdit are those whose records the viewer may edit, by the base's codes.
func (r *Resolver) segmentsToEdit(ctx context.Context) ([]knowledge.Segment, error) {
	grants := granted(viewer.From(ctx), access.EditRecord)
	if len(grants) == 0 {
		return nil, access.CheckObject(ctx, access.EditRecord, access.Object{Seen: true})
	}
	all := make([]knowledge.Segment, len(grants))
	for i, g := range grants {
		agency, err := r.reference.agency(ctx, g.AgencyID)
		if err != nil {
			return nil, err
		}
		region, err := r.reference.region(ctx, g.RegionID)
		if err != nil {
			return nil, err
		}
		all[i] = knowledge.Segment{Agency: g.AgencyID, Region: g.RegionID}
		if agency != nil {
			all[i].Agency = agency.Code
		}
		if region != nil {
			all[i].Region = region.Code
		}
	}
	return all, nil
}

// createRecord makes a record inside the viewer's segment.
func (r *Resolver) createRecord(ctx context.Context, in model.RecordCreateInput) (*model.Record, error) {
	scope := viewer.Scope{AgencyID: value(in.AgencyID), RegionID: value(in.RegionID)}
	if err := access.CheckObject(ctx, access.EditRecord, access.Object{Scope: scope, Seen: true}); err != nil {
		return nil, err
	}
	agency, err := r.agencyCode(ctx, in.AgencyID)
	if err != nil {
		return nil, err
	}
	region, err := r.regionCode(ctx, in.RegionID)
	if err != nil {
		return nil, err
	}
	content, err := r.attached(ctx, contentOf(in.Content), in.Content, nil)
	if err != nil {
		return nil, err
	}
	made, err := r.Knowledge.CreateRecord(ctx, knowledge.NewRecord{
		Actor: viewer.From(ctx).AccountID, Agency: agency, Region: region, VariantOf: value(in.VariantOfID), Content: content,
	})
	if err != nil {
		return nil, err
	}
	return r.record(ctx, made)
}

// moveVersion takes a version to another state for who may do the action.
func (r *Resolver) moveVersion(ctx context.Context, right access.Action, m knowledge.Move) (*model.RecordVersionPayload, error) {
	if err := r.mayTouchVersion(ctx, right, m.VersionID); err != nil {
		return versionPayload(knowledge.Version{}, err)
	}
	m.Actor = viewer.From(ctx).AccountID
	warnings := r.warnings(ctx, m) // before: a published version cannot be rehearsed
	payload, err := versionPayload(r.Knowledge.MoveVersion(ctx, m))
	if payload.RecordVersion != nil {
		payload.Warnings = warnings
	}
	return payload, err
}

// saveDraft writes a draft.
func (r *Resolver) saveDraft(ctx context.Context, in model.RecordEditInput) (knowledge.Version, error) {
	var had []knowledge.File
	if len(in.Content.Files) > 0 {
		before, err := r.Knowledge.RecordVersion(ctx, in.VersionID)
		if err != nil {
			return before, err
		}
		had = before.Files
	}
	content, err := r.attached(ctx, contentOf(in.Content), in.Content, had)
	if err != nil {
		return knowledge.Version{}, err
	}
	return r.Knowledge.SaveDraft(ctx, knowledge.DraftContent{
		Actor: viewer.From(ctx).AccountID, VersionID: in.VersionID, Revision: in.Revision, Content: content, BasedOn: value(in.BasedOnVersionID),
	})
}

// moveOf is the move that an input asks for.
func moveOf(in model.RecordMoveInput, a knowledge.Action) knowledge.Move {
	return knowledge.Move{VersionID: in.VersionID, Revision: in.Revision, Action: a, Reason: value(in.Reason)}
}

func versionPayload(v knowledge.Version, err error) (*model.RecordVersionPayload, error) { //nolint:gocritic // as it is returned
	errs, err := userErrors(ofInput(err))
	if len(errs) > 0 || err != nil {
		return &model.RecordVersionPayload{Warnings: []*model.RecordWarning{}, UserErrors: errs}, err
	}
	return &model.RecordVersionPayload{RecordVersion: recordVersion(v), Warnings: []*model.RecordWarning{}, UserErrors: errs}, nil
}

// inputFields are the fields of the inputs that the base calls otherwise.
var inputFields = map[string]string{
	"variantOf": "variantOfId", "agency": "agencyId", "region": "regionId", "basedOn": "basedOnVersionId",
	"question": "content.question", "answer": "content.answer", "short": "content.short", "topic": "content.topic",
	"phrasings": "content.phrasings", "legalBasis": "content.legalBasis", "validFrom": "content.validFrom", "validTo": "content.validTo",
	"source": "content.source", "license": "content.license", "tags": "content.tags", "links": "content.links",
	"files": "content.files",
}

// ofInput names the field of the input that a refusal is about.
func ofInput(err error) error {
	f, ok := fail.As(err)
	if !ok || inputFields[f.Field] == "" {
		return err
	}
	return &fail.Error{Code: f.Code, Message: f.Message, Field: inputFields[f.Field]}
}
