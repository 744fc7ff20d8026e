package interaction

import (
	"context"
	"fmt"
	"time"

	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/segment"
	"ekc/internal/eventlog"
)

// change is one move of a locked interaction.
type change struct {
	move Move
	// reason goes into the timeline as the end of the segment before.
	reason string
	// set adds to the update what else changes with the state; it may be nil.
	set func(*ent.InteractionUpdateOne)
	// quietQueue leaves the event of the queue's figures to the caller.
	quietQueue bool
}

// segments says what stretch of the timeline a state is.
var segments = map[interaction.State]segment.Kind{
	interaction.StateWithAssistant: segment.KindAssistant,
	interaction.StateQueued:        segment.KindQueue,
	interaction.StateOffered:       segment.KindOffer,
	interaction.StateActive:        segment.KindTalk,
	interaction.StateHeld:          segment.KindHold,
	interaction.StateWrapUp:        segment.KindWrapUp,
	interaction.StateDeferred:      segment.KindDeferred,
}

// apply makes the move: state, timeline, events. It returns the interaction as it is then.
func (s *Service) apply(system context.Context, tx *ent.Tx, before *ent.Interaction, c change) (*ent.Interaction, error) {
	to, err := Next(before.State, c.move)
	if err != nil {
		return nil, err
	}
	now := s.now()
	update := tx.Interaction.UpdateOne(before).SetState(to)
	if Ended(to) {
		update.SetClosedAt(now).SetAwaitsAssistant(false)
	}
	if c.set != nil {
		c.set(update)
	}
	after, err := update.Save(system)
	if err != nil {
		return nil, fmt.Errorf("change interaction: %w", err)
	}
	if err := s.turnSegment(system, tx, after, c.reason, now); err != nil {
		return nil, err
	}
	return after, s.log.Append(system, tx, changeEvents(before, after, c.quietQueue)...)
}

// turnSegment ends the open stretch of the timeline and begins that of the present state.
func (s *Service) turnSegment(system context.Context, tx *ent.Tx, i *ent.Interaction, reason string, now time.Time) error {
	err := tx.Segment.Update().Where(segment.InteractionID(i.ID), segment.EndedAtIsNil()).
		SetEndedAt(now).SetEndReason(reason).Exec(system)
	if err != nil {
		return fmt.Errorf("end segment: %w", err)
	}
	kind, open := segments[i.State]
	if !open {
		return nil
	}
	create := tx.Segment.Create().SetInteractionID(i.ID).SetKind(kind).SetStartedAt(now)
	if i.QueueID != "" && i.State != interaction.StateWithAssistant {
		create.SetQueueID(i.QueueID)
	}
	if withOperator(i.State) {
		create.SetAccountID(i.OperatorID)
	}
	if err := create.Exec(system); err != nil {
		return fmt.Errorf("begin segment: %w", err)
	}
	return nil
}

// changeEvents tells the dialogue and the operator, the operator before if it was another, and the queues concerned.
func changeEvents(before, after *ent.Interaction, quietQueue bool) []eventlog.Event {
	events := []eventlog.Event{event(KindChanged, after, nil)}
	if withOperator(before.State) && before.OperatorID != events[0].AccountID {
		// No interaction id: those who follow the dialogue have the event above.
		events = append(events, eventlog.Event{
			Kind: KindChanged, AccountID: before.OperatorID, Data: map[string]string{DataInteraction: after.ID},
		})
	}
	if quietQueue {
		return events
	}
	for _, id := range []string{before.QueueID, after.QueueID} {
		if id != "" && (len(events) == 0 || events[len(events)-1].QueueID != id || events[len(events)-1].Kind != kindQueue) {
			events = append(events, eventlog.Event{Kind: kindQueue, QueueID: id})
		}
	}
	return events
}
