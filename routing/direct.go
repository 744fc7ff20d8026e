package routing

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/presence"
	"ekc/ent/queue"
	"ekc/ent/queuemember"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/routing/trace"
)

// RuleNamed is the rule of a trace that says that a colleague named the operator.
const RuleNamed = "named"

// PauseDeviceLost is the code of the reason with which the system pauses an operator whose phone or browser has vanished.
const PauseDeviceLost = "DEVICE_LOST"

// Occupy makes sure, until tx ends, that the account has room for one more of the channel: CONFLICT when not. It asks nothing of
// the presence, for an operator who is on a pause may still call; a supervisor has none.
func (s *Service) Occupy(ctx context.Context, tx *ent.Tx, accountID string, channel interaction.Channel) error {
	ctx = viewer.AsSystem(ctx)
	if _, err := found(ctx, tx, "lock presence", `SELECT 1 FROM presences WHERE account_id = $1 FOR NO KEY UPDATE`, accountID); err != nil {
		return err
	}
	d, err := deskOf(ctx, tx, accountID)
	if err != nil {
		return err
	}
	if d.load.Room(channel, d.capacity) == 0 {
		return fail.New(fail.Conflict, "the operator has no room for another one")
	}
	return nil
}

// DirectQueue is an active queue of the channel in which the operator works: the preferred one, or else the first by its code.
// NOT_FOUND when there is none.
func (s *Service) DirectQueue(ctx context.Context, tx *ent.Tx, accountID, preferred string, channel interaction.Channel) (*ent.Queue, error) {
	queues, err := tx.Queue.Query().Where(queue.Active(true), ofReadySite(), queue.ChannelEQ(queue.Channel(channel)),
		queue.HasMembersWith(queuemember.AccountID(accountID))).Order(ent.Asc(queue.FieldCode)).All(viewer.AsSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("queues of operator: %w", err)
	}
	without, err := lacking(viewer.AsSystem(ctx), tx, accountID, s.clock())
	if err != nil {
		return nil, err
	}
	queues = slices.DeleteFunc(queues, func(q *ent.Queue) bool { return slices.Contains(without, q.ID) })
	for _, q := range queues {
		if q.ID == preferred {
			return q, nil
		}
	}
	if len(queues) == 0 {
		return nil, fail.Field("accountId", fail.NotFound, "no such operator of this channel")
	}
	return queues[0], nil
}

// OfferTo offers a QUEUED interaction to one operator, who must be AVAILABLE with room: CONFLICT when not. When it is declined or
// missed, others get it. The caller holds the interaction's lock.
func (s *Service) OfferTo(ctx context.Context, tx *ent.Tx, interactionID, accountID string) error {
	ctx = viewer.AsSystem(ctx)
	i, err := tx.Interaction.Query().Where(interaction.ID(interactionID)).WithQueue().Only(ctx)
	if err != nil {
		return fmt.Errorf("read interaction: %w", err)
	}
	available, err := found(ctx, tx, "lock presence",
		`SELECT 1 FROM presences WHERE account_id = $1 AND state = 'AVAILABLE' FOR NO KEY UPDATE`, accountID)
	if err != nil {
		return err
	}
	d, err := deskOf(ctx, tx, accountID)
	if err != nil {
		return err
	}
	without, err := lacking(ctx, tx, accountID, s.clock())
	if err != nil {
		return err
	}
	if slices.Contains(without, i.QueueID) {
		return fail.Field("accountId", fail.Conflict, "the operator is not admitted to the queue's work")
	}
	candidate := trace.Candidate{AccountID: accountID, Load: d.load.Calls, Capacity: places(i.Channel, d.capacity)}
	others, free := d.reserve(i.QueueID, i.Channel)
	if !available || !free {
		return fail.Field("accountId", fail.Conflict, "the operator takes nothing now")
	}
	return s.propose(ctx, tx, []match{{
		interaction: i, accountID: accountID, offerFor: time.Duration(i.Edges.Queue.OfferSeconds) * time.Second, rule: RuleNamed,
		candidates: []trace.Candidate{candidate}, others: others,
	}}, s.clock())
}

// DeviceLost pauses an operator whose phone or browser has vanished, so that nobody else is offered to them until they say that
// they are back. Pending offers are withdrawn by the next tick. The caller holds the lock of the interaction.
func (s *Service) DeviceLost(ctx context.Context, tx *ent.Tx, accountID string) error {
	ctx = viewer.AsSystem(ctx)
	p, err := tx.Presence.Query().Where(presence.AccountID(accountID)).ForUpdate(database.Lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("lock presence: %w", err)
	}
	if p.State == presence.StateOffline || p.State == presence.StatePaused {
		return nil
	}
	now := s.clock()
	reason, err := systemReason(ctx, tx, PauseDeviceLost, "Потеряна связь с телефоном или браузером", now)
	if err != nil {
		return err
	}
	_, err = s.writePresence(ctx, tx, p, presence.StatePaused, reason, now)
	return err
}

// systemReason returns the id of a reason for a pause that only the system sets, which it makes when the centre has none.
func systemReason(ctx context.Context, tx *ent.Tx, code, name string, now time.Time) (string, error) {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO pause_reasons (id, created_at, code, name, selectable) VALUES ($1, $2, $3, $4, false)
		ON CONFLICT (code) DO NOTHING`, ids.New("pau"), now, code, name)
	if err != nil {
		return "", fmt.Errorf("make pause reason: %w", err)
	}
	reasons, err := column(ctx, tx, "read pause reason", `SELECT id FROM pause_reasons WHERE code = $1`, code)
	if err != nil {
		return "", err
	}
	return reasons[0], nil
}
