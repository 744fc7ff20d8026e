package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/graph/model"
	"ekc/internal/fail"
	"ekc/knowledge"
)

// RecordVersion is the resolver for the recordVersion field.
func (r *queryResolver) RecordVersion(ctx context.Context, id string) (*model.RecordVersion, error) {
	v, err := r.visibleVersion(ctx, id)
	if v == nil {
		return nil, err
	}
	return recordVersion(*v), nil
}

// RecordComparison is the resolver for the recordComparison field.
func (r *queryResolver) RecordComparison(ctx context.Context, fromVersionID, toVersionID string) ([]*model.RecordDifference, error) {
	from, err := r.visibleVersion(ctx, fromVersionID)
	if err != nil {
		return nil, err
	}
	to, err := r.visibleVersion(ctx, toVersionID)
	switch {
	case err != nil:
		return nil, err
	case from == nil:
		return nil, fail.Field("fromVersionId", fail.NotFound, "no such version")
	case to == nil:
		return nil, fail.Field("toVersionId", fail.NotFound, "no such version")
	}
	return recordDifferences(knowledge.Compare(*from, *to)), nil
}

// OpenVersion is the resolver for the openVersion field.
func (r *recordResolver) OpenVersion(ctx context.Context, obj *model.Record) (*model.RecordVersion, error) {
	found, err := r.visibleRecord(ctx, obj.ID)
	if found == nil || found.Open == nil {
		return nil, err
	}
	return recordVersion(*found.Open), nil
}

// Versions is the resolver for the versions field.
func (r *recordResolver) Versions(ctx context.Context, obj *model.Record) ([]*model.RecordVersion, error) {
	found, err := r.visibleRecord(ctx, obj.ID)
	if found == nil {
		return []*model.RecordVersion{}, err
	}
	drafts, err := r.readsDrafts(ctx, found.Agency, found.Region)
	if err != nil {
		return nil, err
	}
	all, err := r.Knowledge.RecordVersions(ctx, obj.ID)
	return recordVersions(all, drafts), err
}

// History is the resolver for the history field.
func (r *recordResolver) History(ctx context.Context, obj *model.Record, after *entgql.Cursor[string], first *int) (*model.RecordEventConnection, error) {
	first, _, err := pageOf(after, nil, first, nil, 50)
	if err != nil {
		return nil, err
	}
	found, err := r.visibleRecord(ctx, obj.ID)
	if found == nil {
		return nil, err
	}
	if reads, err := r.readsDrafts(ctx, found.Agency, found.Region); !reads {
		return nil, err
	}
	return r.recordHistory(ctx, obj.ID, after, *first)
}

// RecordCreate is the resolver for the recordCreate field.
func (r *mutationResolver) RecordCreate(ctx context.Context, input model.RecordCreateInput) (*model.RecordPayload, error) {
	made, err := r.createRecord(ctx, input)
	errs, err := userErrors(ofInput(err))
	return &model.RecordPayload{Record: made, UserErrors: errs}, err
}

// RecordDraft is the resolver for the recordDraft field.
func (r *mutationResolver) RecordDraft(ctx context.Context, input model.RecordDraftInput) (*model.RecordVersionPayload, error) {
	if err := r.mayTouch(ctx, access.EditRecord, input.RecordID); err != nil {
		return versionPayload(knowledge.Version{}, err)
	}
	return versionPayload(r.Knowledge.DraftRecord(ctx, knowledge.NewDraft{Actor: viewer.From(ctx).AccountID, RecordID: input.RecordID}))
}

// RecordRestore is the resolver for the recordRestore field.
func (r *mutationResolver) RecordRestore(ctx context.Context, input model.RecordRestoreInput) (*model.RecordVersionPayload, error) {
	if err := r.mayTouchVersion(ctx, access.EditRecord, input.VersionID); err != nil {
		return versionPayload(knowledge.Version{}, err)
	}
	v, err := r.Knowledge.RecordVersion(ctx, input.VersionID)
	if err != nil {
		return versionPayload(v, err)
	}
	return versionPayload(r.Knowledge.DraftRecord(ctx, knowledge.NewDraft{
		Actor: viewer.From(ctx).AccountID, RecordID: v.RecordID, FromVersionID: v.ID,
	}))
}

// RecordEdit is the resolver for the recordEdit field.
func (r *mutationResolver) RecordEdit(ctx context.Context, input model.RecordEditInput) (*model.RecordVersionPayload, error) {
	if err := r.mayTouchVersion(ctx, access.EditRecord, input.VersionID); err != nil {
		return versionPayload(knowledge.Version{}, err)
	}
	return versionPayload(r.saveDraft(ctx, input))
}

// RecordSubmit is the resolver for the recordSubmit field.
func (r *mutationResolver) RecordSubmit(ctx context.Context, input model.RecordMoveInput) (*model.RecordVersionPayload, error) {
	return r.moveVersion(ctx, access.EditRecord, moveOf(input, knowledge.Submit))
}

// RecordWithdraw is the resolver for the recordWithdraw field.
func (r *mutationResolver) RecordWithdraw(ctx context.Context, input model.RecordMoveInput) (*model.RecordVersionPayload, error) {
	return r.moveVersion(ctx, access.EditRecord, moveOf(input, knowledge.Withdraw))
}

// RecordReject is the resolver for the recordReject field.
func (r *mutationResolver) RecordReject(ctx context.Context, input model.RecordMoveInput) (*model.RecordVersionPayload, error) {
	return r.moveVersion(ctx, access.ReviewRecord, moveOf(input, knowledge.Reject))
}

// RecordApprove is the resolver for the recordApprove field.
func (r *mutationResolver) RecordApprove(ctx context.Context, input model.RecordMoveInput) (*model.RecordVersionPayload, error) {
	return r.moveVersion(ctx, access.ReviewRecord, moveOf(input, knowledge.Approve))
}

// RecordPublish is the resolver for the recordPublish field.
func (r *mutationResolver) RecordPublish(ctx context.Context, input model.RecordPublishInput) (*model.RecordVersionPayload, error) {
	return r.moveVersion(ctx, access.ReviewRecord, knowledge.Move{
		VersionID: input.VersionID, Revision: input.Revision, Action: knowledge.Publish, Reason: value(input.Reason), On: knowledge.Date(value(input.On)),
	})
}

// RecordArchive is the resolver for the recordArchive field.
func (r *mutationResolver) RecordArchive(ctx context.Context, input model.RecordMoveInput) (*model.RecordVersionPayload, error) {
	return r.moveVersion(ctx, access.EditRecord, moveOf(input, knowledge.Archive))
}

// RecordDiscard is the resolver for the recordDiscard field.
func (r *mutationResolver) RecordDiscard(ctx context.Context, input model.RecordMoveInput) (*model.RecordVersionPayload, error) {
	return r.moveVersion(ctx, access.EditRecord, moveOf(input, knowledge.Discard))
}

// RecordsReviewByAct is the resolver for the recordsReviewByAct field.
func (r *mutationResolver) RecordsReviewByAct(ctx context.Context, input model.RecordsReviewByActInput) (*model.RecordsReviewByActPayload, error) {
	within, err := r.segmentsToEdit(ctx)
	var done knowledge.ActReviewed
	if err == nil {
		done, err = r.Knowledge.ReviewByAct(ctx, knowledge.ActReview{
			Actor: viewer.From(ctx).AccountID, Act: input.Act, Article: value(input.Article), Reason: value(input.Reason), Within: within,
		})
	}
	errs, err := userErrors(err)
	return &model.RecordsReviewByActPayload{OpenedIds: listOf(done.Opened), BusyIds: listOf(done.Busy), UserErrors: errs}, err
}
