package interaction

import (
	"context"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/message"
)

// Gone ends what can be ended when a caller has left: with the menu it is closed, in the queue abandoned, and a talk goes into
// wrap-up. What is being recorded, deferred or over stays as it is. tx has locked the enquiry; it returns it as it is then.
func (s *Service) Gone(ctx context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	if i.State == interaction.StateWithAssistant {
		return s.close(system, tx, i, MoveClose, menuReason(i), nil)
	}
	return s.end(system, tx, i)
}

// menuReason: who hangs up after an answer of Yana's was helped by her.
func menuReason(i *ent.Interaction) interaction.CloseReason {
	if i.AnsweredByAssistant > 0 {
		return interaction.CloseReasonAnsweredByAssistant
	}
	return interaction.CloseReasonClosedByCitizen
}

// GiveUp ends an enquiry whose citizen cannot be called, or need not be: a talk is closed, a place in the queue abandoned. One
// that is being recorded or over stays as it is.
func (s *Service) GiveUp(ctx context.Context, tx *ent.Tx, interactionID string, why interaction.CloseReason) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	i, err := lock(system, tx, interactionID)
	if err != nil {
		return nil, err
	}
	switch i.State {
	case interaction.StateQueued, interaction.StateOffered:
		return s.abandon(system, tx, i, why)
	case interaction.StateWithAssistant, interaction.StateActive, interaction.StateHeld, interaction.StateDeferred:
		return s.close(system, tx, i, MoveClose, why, nil)
	default:
		return i, nil
	}
}

// EndTalk begins the wrap-up of a talk that has ended by itself; anything else stays as it is.
func (s *Service) EndTalk(ctx context.Context, tx *ent.Tx, interactionID, reason string) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	i, err := lock(system, tx, interactionID)
	if err != nil {
		return nil, err
	}
	if i.State != interaction.StateActive && i.State != interaction.StateHeld {
		return i, nil
	}
	return s.finish(system, tx, i, reason)
}

// RecordingPaused says in the dialogue that the recording was paused, or goes on.
func (s *Service) RecordingPaused(ctx context.Context, tx *ent.Tx, i *ent.Interaction, paused bool) error {
	text := textRecordingOn
	if paused {
		text = textRecordingPaused
	}
	_, err := s.notice(viewer.AsSystem(ctx), tx, i, message.KindNotice, text)
	return err
}

// Broken says in the dialogue that a call was broken off.
func (s *Service) Broken(ctx context.Context, tx *ent.Tx, i *ent.Interaction) error {
	_, err := s.notice(viewer.AsSystem(ctx), tx, i, message.KindNotice, textCallBroken)
	return err
}
