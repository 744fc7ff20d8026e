package interaction

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/disposition"
	"ekc/ent/interaction"
	"ekc/ent/queue"
	"ekc/internal/fail"
)

const maxNoteRunes = 4000

// Hold asks the citizen to wait. The viewer is its operator.
func (s *Service) Hold(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	return s.act(ctx, interactionID, access.WorkInteraction,
		func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
			return s.apply(system, tx, i, change{move: MoveHold, reason: "hold"})
		})
}

// Resume ends a hold. The viewer is its operator.
func (s *Service) Resume(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	return s.act(ctx, interactionID, access.WorkInteraction,
		func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
			return s.apply(system, tx, i, change{move: MoveResume, reason: "resume"})
		})
}

// Finish ends the talk and begins the wrap-up. The viewer is its operator.
func (s *Service) Finish(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	return s.act(ctx, interactionID, access.WorkInteraction,
		func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
			return s.finish(system, tx, i, "finished")
		})
}

// FinishCall is Finish within tx, for the phone.
func (s *Service) FinishCall(ctx context.Context, tx *ent.Tx, interactionID string) error {
	system := viewer.AsSystem(ctx)
	i, err := s.allowed(ctx, system, tx, interactionID, access.WorkInteraction)
	if err != nil {
		return err
	}
	_, err = s.finish(system, tx, i, "finished")
	return err
}

// finish begins the wrap-up of a locked interaction and asks the citizen for a rating.
func (s *Service) finish(system context.Context, tx *ent.Tx, i *ent.Interaction, reason string) (*ent.Interaction, error) {
	seconds := queue.DefaultWrapUpSeconds // of a call that the operator has made, which is in no queue
	if i.QueueID != "" {
		q, err := queueByID(system, tx, i.QueueID)
		if err != nil {
			return nil, err
		}
		seconds = q.WrapUpSeconds
	}
	until := s.now().Add(time.Duration(seconds) * time.Second)
	i, err := s.apply(system, tx, i, change{move: MoveFinish, reason: reason, set: func(i *ent.Interaction) {
		i.WrapUpUntil = &until
	}})
	if err != nil {
		return nil, err
	}
	if i.Channel == interaction.ChannelVoice {
		if r := roundOf(system); r != nil {
			r.wrapping = append(r.wrapping, i.OperatorID)
		} else if err := s.router.WrappingUp(system, tx, i.OperatorID); err != nil {
			return nil, err
		}
	}
	return s.askAtTheEnd(system, tx, i)
}

// Transfer hands the interaction to another queue with all of its history. The viewer is its operator or supervises its
// segment. The note is for the next operator.
func (s *Service) Transfer(ctx context.Context, interactionID, queueID, note string) (*ent.Interaction, error) {
	note, err := validNote(note, "note")
	if err != nil {
		return nil, err
	}
	return s.act(ctx, interactionID, access.TransferInteraction,
		func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
			q, err := tx.Queue.Query().Where(queue.ID(queueID)).Only(system)
			switch {
			case ent.IsNotFound(err):
				return nil, fail.Field("queueId", fail.NotFound, "no such queue")
			case err != nil:
				return nil, fmt.Errorf("read queue: %w", err)
			case string(q.Channel) != string(i.Channel):
				return nil, fail.Field("queueId", fail.Invalid, "is a queue of another channel")
			case !q.Active:
				return nil, fail.Field("queueId", fail.Conflict, "the queue takes nothing now")
			case i.State == interaction.StateWrapUp:
				return nil, fail.New(fail.Conflict, "the talk is over; it cannot be transferred")
			}
			if note != "" {
				if i, err = tx.Interaction.UpdateOne(i).SetNote(note).Save(system); err != nil {
					return nil, fmt.Errorf("write note: %w", err)
				}
			}
			if err := s.auditTransfer(ctx, tx, i, q); err != nil {
				return nil, err
			}
			return s.enqueue(system, tx, i, q, "transferred", textTransferred)
		})
}

// auditTransfer keeps that somebody other than its operator moved an interaction.
func (s *Service) auditTransfer(ctx context.Context, tx *ent.Tx, i *ent.Interaction, q *ent.Queue) error {
	if v := viewer.From(ctx); v.AccountID == i.OperatorID {
		return nil
	}
	return access.Audit(ctx, tx, "interaction.transfer", i.ID, map[string]string{"queue": q.ID})
}

// CloseInput says what an operator records.
type CloseInput struct {
	InteractionID string
	DispositionID string
	Outcome       interaction.Outcome
	Note          string
}

// Close records topic and outcome and ends the interaction. The viewer is its operator.
func (s *Service) Close(ctx context.Context, in CloseInput) (*ent.Interaction, error) {
	note, err := validNote(in.Note, "note")
	if err != nil {
		return nil, err
	}
	if err := interaction.OutcomeValidator(in.Outcome); err != nil {
		return nil, fail.Field("outcome", fail.Invalid, "is not an outcome")
	}
	in.Note = note
	closed := &closing{CloseInput: in, by: viewer.From(ctx)}
	if err := s.closings.Do(ctx, closed); !errors.Is(err, errApart) {
		return closed.result, err
	}
	return s.act(ctx, in.InteractionID, access.WorkInteraction,
		func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
			return s.record(system, tx, i, in)
		})
}

// record ends a locked interaction with what its operator has recorded.
func (s *Service) record(system context.Context, tx *ent.Tx, i *ent.Interaction, in CloseInput) (*ent.Interaction, error) {
	if err := knownDisposition(system, tx, in.DispositionID); err != nil {
		return nil, err
	}
	i, err := s.askAtTheEnd(system, tx, i)
	if err != nil {
		return nil, err
	}
	return s.close(system, tx, i, MoveClose, interaction.CloseReasonClosedByOperator, func(i *ent.Interaction) {
		i.DispositionID, i.Outcome = in.DispositionID, &in.Outcome
		if in.Note != "" {
			i.Note = in.Note
		}
	})
}

// knownDisposition makes sure that a disposition may be recorded; in a round it is looked for once.
func knownDisposition(system context.Context, tx *ent.Tx, id string) error {
	found, err := idOf(system, "disposition", id, func() (string, error) {
		return tx.Disposition.Query().Where(disposition.ID(id), disposition.Active(true)).OnlyID(system)
	})
	if err == nil && found == "" {
		return fail.Field("dispositionId", fail.NotFound, "no such disposition")
	}
	return err
}

// close ends a locked interaction and frees its operator.
func (s *Service) close(system context.Context, tx *ent.Tx, i *ent.Interaction, move Move, why interaction.CloseReason,
	set func(*ent.Interaction),
) (*ent.Interaction, error) {
	held := withOperator(i.State)
	i, err := s.apply(system, tx, i, change{move: move, reason: string(why), set: func(i *ent.Interaction) {
		i.CloseReason, i.WrapUpUntil = &why, nil
		if set != nil {
			set(i)
		}
	}})
	if err != nil || !held {
		return i, err
	}
	if r := roundOf(system); r != nil {
		r.released = append(r.released, i.OperatorID)
		return i, nil
	}
	return i, s.router.Released(system, tx, i.OperatorID)
}

func validNote(note, field string) (string, error) {
	note = strings.TrimSpace(note)
	if !utf8.ValidString(note) || strings.ContainsRune(note, 0) {
		return "", fail.Field(field, fail.Invalid, "is not valid text")
	}
	if utf8.RuneCountInString(note) > maxNoteRunes {
		return "", fail.Field(field, fail.Invalid, "is longer than %d characters", maxNoteRunes)
	}
	return note, nil
}
