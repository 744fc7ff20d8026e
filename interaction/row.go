package interaction

import (
	"context"
	"fmt"
	"time"

	"ekc/ent"
	"ekc/ent/interaction"
)

// write brings the locked row from before to after in one statement, if they differ. The fields are those that a move, a message
// or the menu changes; others are written where they change.
func write(system context.Context, tx *ent.Tx, before, after *ent.Interaction) error {
	if r := roundOf(system); r != nil {
		r.rows[before.ID] = after
		return nil
	}
	update := tx.Interaction.Update().Where(interaction.ID(before.ID))
	differ(update.Mutation(), before, after)
	if len(update.Mutation().Fields()) == 0 && len(update.Mutation().ClearedFields()) == 0 {
		return nil
	}
	if err := update.Exec(system); err != nil {
		return fmt.Errorf("change interaction: %w", err)
	}
	return nil
}

func differ(m *ent.InteractionMutation, before, after *ent.Interaction) {
	set(before.State, after.State, m.SetState)
	set(before.Line, after.Line, m.SetLine)
	set(before.Priority, after.Priority, m.SetPriority)
	set(before.MessageCount, after.MessageCount, m.SetMessageCount)
	set(before.AwaitsAssistant, after.AwaitsAssistant, m.SetAwaitsAssistant)
	setTime(&before.LastActivityAt, &after.LastActivityAt, m.SetLastActivityAt, nil)
	setText(before.QueueID, after.QueueID, m.SetQueueID, m.ClearQueueID)
	setText(before.OperatorID, after.OperatorID, m.SetOperatorID, m.ClearOperatorID)
	setText(before.AgencyID, after.AgencyID, m.SetAgencyID, m.ClearAgencyID)
	setText(before.RegionID, after.RegionID, m.SetRegionID, m.ClearRegionID)
	setText(before.Topic, after.Topic, m.SetTopic, m.ClearTopic)
	setText(before.DispositionID, after.DispositionID, m.SetDispositionID, m.ClearDispositionID)
	setText(before.Note, after.Note, m.SetNote, m.ClearNote)
	setTime(before.QueuedAt, after.QueuedAt, m.SetQueuedAt, m.ClearQueuedAt)
	setTime(before.PlaceAt, after.PlaceAt, m.SetPlaceAt, m.ClearPlaceAt)
	setTime(before.AcceptedAt, after.AcceptedAt, m.SetAcceptedAt, m.ClearAcceptedAt)
	setTime(before.WrapUpUntil, after.WrapUpUntil, m.SetWrapUpUntil, m.ClearWrapUpUntil)
	setTime(before.ClosedAt, after.ClosedAt, m.SetClosedAt, m.ClearClosedAt)
	if after.CloseReason != nil && (before.CloseReason == nil || *before.CloseReason != *after.CloseReason) {
		m.SetCloseReason(*after.CloseReason)
	}
	if after.Outcome != nil && (before.Outcome == nil || *before.Outcome != *after.Outcome) {
		m.SetOutcome(*after.Outcome)
	}
}

func set[T comparable](before, after T, to func(T)) {
	if after != before {
		to(after)
	}
}

// setText clears an optional column for the empty text.
func setText(before, after string, to func(string), empty func()) {
	switch after {
	case before:
	case "":
		empty()
	default:
		to(after)
	}
}

func setTime(before, after *time.Time, to func(time.Time), empty func()) {
	switch {
	case after == nil && before == nil || after != nil && before != nil && after.Equal(*before):
	case after == nil:
		empty()
	default:
		to(*after)
	}
}
