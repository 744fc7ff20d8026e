package voice

import (
	"context"
	"fmt"
	"time"

	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/interaction"
	"ekc/ent/recording"
	"ekc/internal/fail"
	"ekc/telephony"
)

// KindCall says that a call, a leg or a recording of an interaction changed. It names the interaction and its operator, and the call in
// its data.
const KindCall = "call.changed"

// DataCall is a key of its data.
const DataCall = "call"

// How long recordings are kept: information is not personal and is kept for questions about quality; a personal matter as long as
// a claim from it may be brought (Civil Code, art. 196).
const (
	keepInformation = 183 * 24 * time.Hour
	keepPersonal    = 3 * 366 * 24 * time.Hour
)

// callOf finds the call of a report, or writes it: a call to a citizen is first heard of by its legs.
func (s *Service) callOf(ctx context.Context, tx *ent.Tx, callID, interactionID string, at time.Time) (*ent.Call, error) {
	c, err := tx.Call.Query().Where(call.ID(callID)).Only(ctx)
	if err == nil || !ent.IsNotFound(err) {
		return c, err
	}
	if interactionID == "" {
		return nil, fail.New(fail.NotFound, "no such call")
	}
	if err := s.writeOutbound(ctx, tx, callID, interactionID, at); err != nil {
		return nil, err
	}
	return tx.Call.Get(ctx, callID)
}

// writeOutbound writes the row of a call to a citizen, unless it is there.
func (s *Service) writeOutbound(ctx context.Context, tx *ent.Tx, callID, interactionID string, at time.Time) error {
	i, err := lockInteraction(ctx, tx, interactionID)
	if err != nil {
		return err
	}
	if there, err := tx.Call.Query().Where(call.ID(callID)).Exist(ctx); there || err != nil {
		return err
	}
	create := tx.Call.Create().SetID(callID).SetInteractionID(i.ID).SetNodeID(s.node).SetDirection(call.DirectionOutbound).SetBeganAt(at)
	cb, err := openCallback(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	number := ""
	if cb != nil {
		create.SetCallbackID(cb.ID)
		number = cb.Number
	} else if number, err = s.numberOf(ctx, tx, i, nil); err != nil {
		return err
	}
	from, err := s.shown(ctx, i.AgencyID)
	if err != nil {
		return err
	}
	return create.SetCalled(number).SetCaller(from).Exec(ctx)
}

// Recorded is part of telephony.Centre.
func (s *Service) Recorded(ctx context.Context, r telephony.RecordingReport) error {
	return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		c, err := s.callOf(ctx, tx, r.CallID, r.InteractionID, r.BeganAt)
		if err != nil {
			return err
		}
		i, err := tx.Interaction.Get(ctx, c.InteractionID)
		if err != nil {
			return gone(err)
		}
		if c.AwaitsRecovery {
			if err := tx.Call.UpdateOne(c).SetAwaitsRecovery(false).Exec(ctx); err != nil {
				return fmt.Errorf("write call: %w", err)
			}
		}
		if there, err := tx.Recording.Query().Where(recording.ID(r.ID)).Exist(ctx); there || err != nil {
			return err
		}
		class, keep := recording.RetentionInformation, keepInformation
		if i.Line == 2 {
			class, keep = recording.RetentionPersonal, keepPersonal
		}
		err = tx.Recording.Create().SetID(r.ID).SetCallID(c.ID).SetInteractionID(c.InteractionID).SetObject(r.Object).SetSha256(r.SHA256).
			SetSize(r.Bytes).SetBeganAt(r.BeganAt).SetLengthMs(r.Length.Milliseconds()).SetRecovered(r.Recovered).
			SetRetention(class).SetDestroyAfter(r.BeganAt.Add(keep)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("write recording: %w", err)
		}
		if err := s.wantTranscript(ctx, tx, r.ID); err != nil {
			return err
		}
		operator := ""
		switch i.State {
		case interaction.StateActive, interaction.StateHeld, interaction.StateWrapUp:
			operator = i.OperatorID
		}
		return s.o.Log.Append(ctx, tx, callEvent(c.ID, c.InteractionID, operator))
	})
}
