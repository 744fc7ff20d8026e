package graph

import (
	"context"
	"time"

	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/recording"
	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/internal/voice"
)

// CallJoin is the resolver for the callJoin field.
func (r *mutationResolver) CallJoin(ctx context.Context, input model.CallJoinInput) (*model.CallJoinPayload, error) {
	joined, err := r.Voice.Join(ctx, input.InteractionID, input.Offer)
	errs, err := userErrors(err)
	return &model.CallJoinPayload{LegID: optional.Text(joined.LegID), Answer: optional.Text(joined.Answer), UserErrors: errs}, err
}

// CallCandidateAdd is the resolver for the callCandidateAdd field.
func (r *mutationResolver) CallCandidateAdd(ctx context.Context, input model.CallCandidateInput) (*model.CallCandidatePayload, error) {
	err := r.Voice.AddCandidate(ctx, input.InteractionID, input.LegID, input.Candidate)
	taken := err == nil
	errs, err := userErrors(err)
	return &model.CallCandidatePayload{Taken: taken, UserErrors: errs}, err
}

// CallCandidates is the resolver for the callCandidates field.
func (r *subscriptionResolver) CallCandidates(ctx context.Context, interactionID, legID string) (<-chan *model.CallCandidate, error) {
	return r.candidates(ctx, interactionID, legID)
}

// CallMute is the resolver for the callMute field.
func (r *mutationResolver) CallMute(ctx context.Context, input model.CallMuteInput) (*model.CallMutePayload, error) {
	payload := &model.CallMutePayload{}
	err := r.Voice.Mute(ctx, input.InteractionID, input.Muted)
	if err == nil {
		payload.Muted = &input.Muted
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

// CallKeysPress is the resolver for the callKeysPress field.
func (r *mutationResolver) CallKeysPress(ctx context.Context, input model.CallKeysInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Voice.Keys(ctx, input.InteractionID, input.Keys))
}

// CallRecordingPause is the resolver for the callRecordingPause field.
func (r *mutationResolver) CallRecordingPause(ctx context.Context, input model.CallRecordingPauseInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.pauseRecording(ctx, input))
}

// CallRecordingResume is the resolver for the callRecordingResume field.
func (r *mutationResolver) CallRecordingResume(ctx context.Context, input model.InteractionInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Voice.ResumeRecording(ctx, input.InteractionID))
}

// CallConsult is the resolver for the callConsult field.
func (r *mutationResolver) CallConsult(ctx context.Context, input model.CallConsultInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Voice.Consult(ctx, input.InteractionID, voice.Party{AccountID: value(input.AccountID), Number: value(input.Number)}))
}

// CallConsultComplete is the resolver for the callConsultComplete field.
func (r *mutationResolver) CallConsultComplete(ctx context.Context, input model.InteractionInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Voice.CompleteConsult(ctx, input.InteractionID))
}

// CallConsultCancel is the resolver for the callConsultCancel field.
func (r *mutationResolver) CallConsultCancel(ctx context.Context, input model.InteractionInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Voice.CancelConsult(ctx, input.InteractionID))
}

// CallInvitationDecline is the resolver for the callInvitationDecline field.
func (r *mutationResolver) CallInvitationDecline(ctx context.Context, input model.CallInvitationInput) (*model.CallInvitationPayload, error) {
	n, err := r.Voice.DeclineInvitation(ctx, input.InvitationID)
	errs, err := userErrors(err)
	return &model.CallInvitationPayload{Invitation: n, UserErrors: errs}, err
}

// CallConference is the resolver for the callConference field.
func (r *mutationResolver) CallConference(ctx context.Context, input model.InteractionInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Voice.Conference(ctx, input.InteractionID))
}

// CallPassOn is the resolver for the callPassOn field.
func (r *mutationResolver) CallPassOn(ctx context.Context, input model.CallPassOnInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Voice.PassOn(ctx, input.InteractionID, input.Number))
}

// CallHangUp is the resolver for the callHangUp field.
func (r *mutationResolver) CallHangUp(ctx context.Context, input model.InteractionInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Voice.HangUp(ctx, input.InteractionID))
}

// CallSupervise is the resolver for the callSupervise field.
func (r *mutationResolver) CallSupervise(ctx context.Context, input model.CallSuperviseInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Voice.Supervise(ctx, input.InteractionID, input.Mode))
}

// CallSuperviseStop is the resolver for the callSuperviseStop field.
func (r *mutationResolver) CallSuperviseStop(ctx context.Context, input model.InteractionInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Voice.StopSupervising(ctx, input.InteractionID))
}

// CallTakeOver is the resolver for the callTakeOver field.
func (r *mutationResolver) CallTakeOver(ctx context.Context, input model.InteractionInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Voice.TakeOver(ctx, input.InteractionID))
}

// CallDial is the resolver for the callDial field.
func (r *mutationResolver) CallDial(ctx context.Context, input model.CallDialInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Voice.Dial(ctx, input.Number, value(input.AgencyID)))
}

// InteractionTransferToOperator is the resolver for the interactionTransferToOperator field.
func (r *mutationResolver) InteractionTransferToOperator(ctx context.Context, input model.InteractionTransferToOperatorInput) (*model.InteractionPayload, error) {
	return interactionPayload(r.Interactions.TransferToOperator(ctx, input.InteractionID, input.AccountID, value(input.Note)))
}

// Calls is the resolver for the calls field.
func (r *interactionResolver) Calls(ctx context.Context, obj *ent.Interaction) ([]*ent.Call, error) {
	if !staff(ctx) {
		return []*ent.Call{}, nil
	}
	calls, err := obj.Calls(ctx)
	if err != nil {
		return nil, err
	}
	return oldestFirst(ctx, calls, began[*ent.Call]{
		id: func(c *ent.Call) string { return c.ID }, at: func(c *ent.Call) time.Time { return c.BeganAt },
		read: func(ctx context.Context, ids []string) ([]*ent.Call, error) {
			return r.Client.Call.Query().Where(call.IDIn(ids...)).Select(call.FieldBeganAt).All(ctx)
		},
	})
}

// Recordings is the resolver for the recordings field.
func (r *interactionResolver) Recordings(ctx context.Context, obj *ent.Interaction) ([]*ent.Recording, error) {
	if !staff(ctx) {
		return []*ent.Recording{}, nil
	}
	all, err := obj.Recordings(ctx)
	if err != nil {
		return nil, err
	}
	return oldestFirst(ctx, all, began[*ent.Recording]{
		id: func(c *ent.Recording) string { return c.ID }, at: func(c *ent.Recording) time.Time { return c.BeganAt },
		read: func(ctx context.Context, ids []string) ([]*ent.Recording, error) {
			return r.Client.Recording.Query().Where(recording.IDIn(ids...)).Select(recording.FieldBeganAt).All(ctx)
		},
	})
}

// Callbacks is the resolver for the callbacks field.
func (r *interactionResolver) Callbacks(ctx context.Context, obj *ent.Interaction) ([]*ent.Callback, error) {
	if !staff(ctx) {
		return []*ent.Callback{}, nil
	}
	all, err := obj.Callbacks(ctx)
	return sorted(all, func(c *ent.Callback) string { return c.ID }), err
}
