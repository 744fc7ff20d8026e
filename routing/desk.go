package routing

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/internal/eventlog"
)

// deskOf reads what an operator has on the desk and whether they are a member of the queue with an open account.
func deskOf(ctx context.Context, q querier, accountID, queueID string) (member bool, load Load, capacity int, err error) {
	err = each(ctx, q, "desk", func(rows *sql.Rows) error {
		return rows.Scan(&capacity, &load.Chats, &load.Calls, &member)
	}, `
		SELECT a.chat_capacity, coalesce(l.chats, 0), coalesce(l.calls, 0),
			a.active AND EXISTS (SELECT FROM queue_members m WHERE m.queue_id = $2 AND m.account_id = $1)
		FROM accounts a
		LEFT JOIN (SELECT * FROM `+loadTable+` l WHERE account_id = $1) l ON true
		WHERE a.id = $1`, accountID, queueID)
	return member, load, capacity, err
}

// deskChange is what an offer's beginning or end changed on an operator's desk.
type deskChange struct {
	offer   *ent.Offer
	channel interaction.Channel
	// roomChanged says that the operator became full, or stopped being so.
	roomChanged bool
}

// appendDesk appends the events of a change: the offer, the operator's presence, and the other queues in which the operator
// is no longer, or again, among the available. Of the interaction's own queue Life tells.
func (s *Service) appendDesk(ctx context.Context, tx *ent.Tx, c deskChange) error {
	events := []eventlog.Event{
		offerEvent(c.offer.ID, c.offer.InteractionID, c.offer.AccountID, c.offer.QueueID),
		presenceEvent(c.offer.AccountID),
	}
	if c.roomChanged {
		others, err := queuesOf(ctx, tx, c.offer.AccountID, c.channel)
		if err != nil {
			return err
		}
		for _, id := range others {
			if id != c.offer.QueueID {
				events = append(events, queueEvents(id)...)
			}
		}
	}
	return s.log.Append(ctx, tx, events...)
}

// queuesOf returns the queues of the channel in which the account works; an empty channel means both.
func queuesOf(ctx context.Context, q querier, accountID string, channel interaction.Channel) ([]string, error) {
	return column(ctx, q, "queues of operator", `
		SELECT q.id FROM queue_members m JOIN queues q ON q.id = m.queue_id
		WHERE m.account_id = $1 AND ($2 = '' OR q.channel = $2) ORDER BY q.id`, accountID, string(channel))
}

// Loads returns what the accounts have on the desk, offers that wait for an answer included; who has nothing is not in
// the map. It decides no rights: show it to who may see the presence.
func (s *Service) Loads(ctx context.Context, accountIDs []string) (map[string]Load, error) {
	loads := map[string]Load{}
	err := each(viewer.AsSystem(ctx), s.client, "loads", func(rows *sql.Rows) error {
		var id string
		var l Load
		err := rows.Scan(&id, &l.Chats, &l.Calls)
		loads[id] = l
		return err
	}, `SELECT account_id, chats, calls FROM `+loadTable+` l WHERE account_id = ANY($1)`, pq.Array(accountIDs))
	return loads, err
}

// Released says that an interaction left the operator: closed, abandoned or handed on. It makes the operator the last in
// line among the idle and ends a wrap-up that no call needs any more. The caller holds the interaction's lock, calls this
// after the change within tx, and calls Wake once tx is committed.
func (s *Service) Released(ctx context.Context, tx *ent.Tx, accountID string) error {
	ctx = viewer.AsSystem(ctx)
	_, err := tx.ExecContext(ctx, `
		UPDATE presences SET idle_since = $2,
			since = CASE WHEN `+wrapUpOver+` THEN $2 ELSE since END,
			state = CASE WHEN `+wrapUpOver+` THEN 'AVAILABLE' ELSE state END
		WHERE account_id = $1`, accountID, s.clock())
	if err != nil {
		return fmt.Errorf("release operator: %w", err)
	}
	_, load, capacity, err := deskOf(ctx, tx, accountID, "")
	if err != nil {
		return err
	}
	events := []eventlog.Event{presenceEvent(accountID)}
	for _, channel := range []interaction.Channel{interaction.ChannelVoice, interaction.ChannelChat} {
		if load.Room(channel, capacity) != 1 { // neither full before nor available only now
			continue
		}
		queues, err := queuesOf(ctx, tx, accountID, channel)
		if err != nil {
			return err
		}
		events = append(events, queueEvents(queues...)...)
	}
	return s.log.Append(ctx, tx, events...)
}

// WrappingUp says that an interaction of the operator ended its talk and is being recorded. When it was a call, an
// AVAILABLE operator becomes WRAP_UP and gets nothing new until Released. A chat being recorded only keeps its own place
// on the desk: its operator goes on with the others, so their presence stays as it is.
func (s *Service) WrappingUp(ctx context.Context, tx *ent.Tx, accountID string) error {
	ctx = viewer.AsSystem(ctx)
	changed, err := found(ctx, tx, "begin wrap-up", `UPDATE presences SET state = 'WRAP_UP', since = $2
		WHERE account_id = $1 AND state = 'AVAILABLE' AND `+recordsCall+` RETURNING 1`, accountID, s.clock())
	if err != nil || !changed {
		return err
	}
	queues, err := queuesOf(ctx, tx, accountID, "")
	if err != nil {
		return err
	}
	return s.log.Append(ctx, tx, append(queueEvents(queues...), presenceEvent(accountID))...)
}

// recordsCall is true of a presence whose operator has a call in wrap-up.
const recordsCall = `EXISTS (SELECT FROM interactions i
	WHERE i.operator_id = presences.account_id AND i.channel = 'VOICE' AND i.state = 'WRAP_UP')`

// wrapUpOver is true of a presence in wrap-up with nothing left to record.
const wrapUpOver = `(state = 'WRAP_UP' AND NOT ` + recordsCall + `)`
