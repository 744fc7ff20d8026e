package interaction

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

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
	// set makes in the interaction what else changes with the state; it may be nil.
	set func(*ent.Interaction)
	// say is what is said with it.
	say []draft
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

// apply makes the move: state, timeline, messages, events. It returns the interaction as it is then.
func (s *Service) apply(system context.Context, tx *ent.Tx, before *ent.Interaction, c change) (*ent.Interaction, error) {
	to, err := Next(before.State, c.move)
	if err != nil {
		return nil, err
	}
	now := s.now()
	after := *before // the row is locked, so this is what it will hold
	after.State = to
	if Ended(to) {
		after.ClosedAt, after.AwaitsAssistant = &now, false
	}
	if c.set != nil {
		c.set(&after)
	}
	if err := s.log.Append(system, tx, changeEvents(before, &after)...); err != nil {
		return nil, err
	}
	if r := roundOf(system); r != nil {
		err = s.turn(system, tx, r, c.reason, now, &after)
	} else {
		err = turnSegments(system, tx, c.reason, now, &after)
	}
	if err != nil {
		return nil, err
	}
	_, i, err := s.speak(system, tx, before, after, c.say...)
	return i, err
}

// turnSegments ends the open stretch of each timeline and begins that of the present state, in one statement. One interaction and
// many take different words: a plan for lists of unknown length is never kept, and planning costs more than the work.
func turnSegments(system context.Context, tx *ent.Tx, reason string, now time.Time, interactions ...*ent.Interaction) error {
	var columns [5][]string
	for _, i := range interactions {
		row := [5]string{i.ID, ids.New("seg"), string(segments[i.State])}
		if i.State != interaction.StateWithAssistant {
			row[3] = i.QueueID
		}
		row[4] = whose(i)
		for n, value := range row {
			columns[n] = append(columns[n], value)
		}
	}
	query, args := turnMany, []any{now, reason}
	if len(interactions) == 1 {
		query = turnOne
	}
	for _, column := range columns {
		if len(interactions) == 1 {
			args = append(args, column[0])
		} else {
			args = append(args, pq.Array(column))
		}
	}
	if _, err := tx.ExecContext(system, query, args...); err != nil {
		return fmt.Errorf("turn the timeline: %w", err)
	}
	return nil
}

const (
	turnOne  = turnEnd + `= $3::text` + turnBegin + `(VALUES ($3::text, $4::text, $5::text, $6::text, $7::text))` + turnRows
	turnMany = turnEnd + `= ANY((SELECT $3::text[])::text[])` + turnBegin + `unnest((SELECT $3::text[]), (SELECT $4::text[]), (SELECT $5::text[]), (SELECT $6::text[]), (SELECT $7::text[]))` + turnRows

	turnEnd   = `WITH ended AS (UPDATE segments SET ended_at = $1::timestamptz, end_reason = $2 WHERE ended_at IS NULL AND interaction_id `
	turnBegin = `)
		INSERT INTO segments (id, created_at, interaction_id, kind, queue_id, account_id, started_at)
		SELECT n.id, $1::timestamptz, n.interaction_id, n.kind, NULLIF(n.queue_id, ''), NULLIF(n.account_id, ''), $1::timestamptz FROM `
	turnRows = ` AS n(interaction_id, id, kind, queue_id, account_id) WHERE n.kind <> ''`
)

// changeEvents tells the dialogue and the operator, the operator before if it was another, and the queues concerned.
func changeEvents(before, after *ent.Interaction) []eventlog.Event {
	events := []eventlog.Event{event(KindChanged, after, nil)}
	if had := whose(before); had != "" && had != events[0].AccountID {
		// No interaction id: those who follow the dialogue have the event above.
		events = append(events, eventlog.Event{
			Kind: KindChanged, AccountID: had, Data: map[string]string{DataInteraction: after.ID},
		})
	}
	for _, id := range []string{before.QueueID, after.QueueID} {
		if id != "" && (len(events) == 0 || events[len(events)-1].QueueID != id || events[len(events)-1].Kind != kindQueue) {
			events = append(events, eventlog.Event{Kind: kindQueue, QueueID: id})
		}
	}
	return events
}
