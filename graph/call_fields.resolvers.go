package graph

import (
	"context"
	"time"

	"ekc/access"
	"ekc/ent"
	"ekc/ent/callleg"
	"ekc/ent/menuversion"
	"ekc/ent/phonebinding"
	"ekc/graph/model"
)

// CitizenNumber is the resolver for the citizenNumber field.
func (r *callResolver) CitizenNumber(ctx context.Context, obj *ent.Call) (*string, error) {
	return r.citizenNumber(ctx, obj)
}

// Legs is the resolver for the legs field.
func (r *callResolver) Legs(ctx context.Context, obj *ent.Call) ([]*ent.CallLeg, error) {
	legs, err := obj.Legs(ctx)
	if err != nil {
		return nil, err
	}
	return oldestFirst(ctx, legs, began[*ent.CallLeg]{
		id: func(l *ent.CallLeg) string { return l.ID }, at: func(l *ent.CallLeg) time.Time { return l.BeganAt },
		read: func(ctx context.Context, ids []string) ([]*ent.CallLeg, error) {
			return r.Client.CallLeg.Query().Where(callleg.IDIn(ids...)).Select(callleg.FieldBeganAt).All(ctx)
		},
	})
}

// Operator is the resolver for the operator field.
func (r *callLegResolver) Operator(ctx context.Context, obj *ent.CallLeg) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// Interaction is the resolver for the interaction field.
func (r *callInvitationResolver) Interaction(ctx context.Context, obj *ent.CallInvitation) (*ent.Interaction, error) {
	i, err := r.Client.Interaction.Get(ctx, obj.InteractionID)
	return i, ignoreMissing(err)
}

// Inviter is the resolver for the inviter field.
func (r *callInvitationResolver) Inviter(ctx context.Context, obj *ent.CallInvitation) (*model.Operator, error) {
	return r.operator(ctx, obj.InviterID)
}

// URL is the resolver for the url field.
func (r *recordingResolver) URL(ctx context.Context, obj *ent.Recording, purpose *access.Purpose, note *string) (*string, error) {
	return r.recordingURL(ctx, obj, access.Reason{Purpose: value(purpose), Note: value(note)})
}

// ClearTranscript is the resolver for the clearTranscript field.
func (r *recordingResolver) ClearTranscript(ctx context.Context, obj *ent.Recording, purpose access.Purpose, note *string) ([]*model.TranscriptLine, error) {
	return r.clearTranscript(ctx, obj, access.Reason{Purpose: purpose, Note: value(note)})
}

// Transcript is the resolver for the transcript field.
func (r *recordingResolver) Transcript(ctx context.Context, obj *ent.Recording) (*model.RecordingTranscript, error) {
	return r.transcript(ctx, obj)
}

// Status is the resolver for the status field.
func (r *trunkResolver) Status(ctx context.Context, obj *ent.Trunk) ([]*model.TrunkStatus, error) {
	return r.trunkStatus(ctx, obj)
}

// Interaction is the resolver for the interaction field.
func (r *callbackResolver) Interaction(ctx context.Context, obj *ent.Callback) (*ent.Interaction, error) {
	i, err := obj.Interaction(ctx)
	return i, ignoreMissing(err)
}

// Number is the resolver for the number field.
func (r *callbackResolver) Number(ctx context.Context, obj *ent.Callback) (string, error) {
	return r.callbackNumber(ctx, obj)
}

// Versions is the resolver for the versions field.
func (r *menuResolver) Versions(ctx context.Context, obj *ent.Menu) ([]*ent.MenuVersion, error) {
	return r.Client.MenuVersion.Query().Where(menuversion.MenuID(obj.ID)).Order(ent.Desc(menuversion.FieldNumber)).
		Limit(manyVersions).All(ctx)
}

// Published is the resolver for the published field.
func (r *menuResolver) Published(ctx context.Context, obj *ent.Menu) (*ent.MenuVersion, error) {
	v, err := r.Client.MenuVersion.Query().Where(menuversion.MenuID(obj.ID), menuversion.StateEQ(menuversion.StatePublished)).Only(ctx)
	return v, ignoreMissing(err)
}

// Document is the resolver for the document field.
func (r *menuVersionResolver) Document(ctx context.Context, obj *ent.MenuVersion) (string, error) {
	return r.menuDocument(ctx, obj)
}

// Author is the resolver for the author field.
func (r *menuVersionResolver) Author(ctx context.Context, obj *ent.MenuVersion) (*model.Operator, error) {
	return r.operator(ctx, obj.AuthorID)
}

// Publisher is the resolver for the publisher field.
func (r *menuVersionResolver) Publisher(ctx context.Context, obj *ent.MenuVersion) (*model.Operator, error) {
	return r.operator(ctx, obj.PublisherID)
}

// Owner is the resolver for the owner field.
func (r *phoneResolver) Owner(ctx context.Context, obj *ent.Phone) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// Devices is the resolver for the devices field.
func (r *phoneResolver) Devices(ctx context.Context, obj *ent.Phone) ([]*ent.PhoneBinding, error) {
	return r.Client.PhoneBinding.Query().Where(phonebinding.PhoneID(obj.ID), phonebinding.ExpiresAtGT(r.Clock())).
		Order(ent.Desc(phonebinding.FieldQ), ent.Desc(phonebinding.FieldUpdatedAt)).Limit(fewDevices).All(ctx)
}
