package interaction

import (
	"context"
	"fmt"
	"time"

	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/segment"
	"ekc/internal/eventlog"
	"ekc/internal/ids"
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

// turnSegment ends the open stretch of the timeline and begins that of the present state, in one statement.
func (s *Service) turnSegment(system context.Context, tx *ent.Tx, i *ent.Interaction, reason string, now time.Time) error {
	var queueID, accountID string
	if i.State != interaction.StateWithAssistant {
		queueID = i.QueueID
	}
	if withOperator(i.State) {
		accountID = i.OperatorID
	}
	_, err := tx.ExecContext(system, `
		WITH ended AS (UPDATE segments SET ended_at = $2::timestamptz, end_reason = $3 WHERE interaction_id = $1::text AND ended_at IS NULL)
		INSERT INTO segments (id, created_at, interaction_id, kind, queue_id, account_id, started_at)
		SELECT $4::text, $2::timestamptz, $1::text, $5::text, NULLIF($6, ''), NULLIF($7, ''), $2::timestamptz WHERE $5::text <> ''`,
		i.ID, now, reason, ids.New("seg"), string(segments[i.State]), queueID, accountID)
	if err != nil {
		return fmt.Errorf("turn the timeline: %w", err)
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
