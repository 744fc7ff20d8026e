package routing

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/internal/eventlog"
)

// desk is what an operator has and where they work.
type desk struct {
	active   bool // the account is open
	capacity int
	load     Load
	queues   []deskQueue
}

type deskQueue struct {
	id      string
	channel interaction.Channel
}

// member reports whether the operator may be offered what waits in the queue.
func (d *desk) member(queueID string) bool {
	return d.active && slices.ContainsFunc(d.queues, func(q deskQueue) bool { return q.id == queueID })
}

// reserve takes a place for an interaction of the queue; ok is false when there is none. others are the queues in which the
// operator, who is full now, is no longer among the available.
func (d *desk) reserve(queueID string, channel interaction.Channel) (others []string, ok bool) {
	room := d.load.Room(channel, d.capacity)
	if room == 0 || !d.member(queueID) {
		return nil, false
	}
	d.load = d.load.with(channel)
	if room == 1 {
		others = d.others(queueID, channel)
	}
	return others, true
}

// others are the operator's queues of the channel but for one.
func (d *desk) others(queueID string, channel interaction.Channel) []string {
	var ids []string
	for _, q := range d.queues {
		if q.channel == channel && q.id != queueID {
			ids = append(ids, q.id)
		}
	}
	return ids
}

// desksOf reads the desks of accounts, by their ids.
func desksOf(ctx context.Context, q querier, accountIDs []string) (map[string]*desk, error) {
	return readDesks(ctx, q, `= ANY((SELECT $1::text[])::text[])`, pq.Array(accountIDs))
}

// deskOf reads one desk, in words of its own: a plan for a list of unknown length is never kept. That of an account that does not
// exist is empty.
func deskOf(ctx context.Context, q querier, accountID string) (*desk, error) {
	desks, err := readDesks(ctx, q, `= $1`, accountID)
	if d := desks[accountID]; d != nil || err != nil {
		return d, err
	}
	return &desk{}, nil
}

// readDesks reads the desks of the accounts that match the condition.
func readDesks(ctx context.Context, q querier, condition string, arg any) (map[string]*desk, error) {
	desks := map[string]*desk{}
	err := each(ctx, q, "desks", func(rows *sql.Rows) error {
		var id string
		var queues, channels []string
		d := &desk{}
		err := rows.Scan(&id, &d.active, &d.capacity, &d.load.Chats, &d.load.Calls, pq.Array(&queues), pq.Array(&channels))
		for n, queue := range queues {
			d.queues = append(d.queues, deskQueue{id: queue, channel: interaction.Channel(channels[n])})
		}
		desks[id] = d
		return err
	}, `
		SELECT a.id, a.active, a.chat_capacity, coalesce(l.chats, 0), coalesce(l.calls, 0), w.ids, w.channels
		FROM accounts a
		LEFT JOIN (SELECT * FROM `+loadTable+` l WHERE account_id `+condition+`) l ON l.account_id = a.id
		CROSS JOIN LATERAL (
			SELECT array_agg(q.id ORDER BY q.id) AS ids, array_agg(q.channel ORDER BY q.id) AS channels
			FROM queue_members m JOIN queues q ON q.id = m.queue_id WHERE m.account_id = a.id) w
		WHERE a.id `+condition, arg)
	return desks, err
}

// appendDesk appends the events of an offer's beginning or end: the offer, the operator's presence, and the other queues in which
// the operator is no longer, or again, among the available. Of the interaction's own queue Life tells.
func (s *Service) appendDesk(ctx context.Context, tx *ent.Tx, o *ent.Offer, others []string) error {
	events := []eventlog.Event{offerEvent(o.ID, o.InteractionID, o.AccountID, o.QueueID), presenceEvent(o.AccountID)}
	return s.log.Append(ctx, tx, append(events, queueEvents(others...)...)...)
}

// queuesOf returns the queues in which the account works.
func queuesOf(ctx context.Context, q querier, accountID string) ([]string, error) {
	return column(ctx, q, "queues of operator", `SELECT queue_id FROM queue_members WHERE account_id = $1 ORDER BY queue_id`, accountID)
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
	}, `SELECT account_id, chats, calls FROM `+loadTable+` l WHERE account_id = ANY((SELECT $1::text[])::text[])`, pq.Array(accountIDs))
	return loads, err
}

// Released says that an interaction left each operator: closed, abandoned or handed on. It makes them the last in line among the
// idle and ends wrap-ups that no call needs any more. The caller holds the interactions' locks, calls this after the change
// within tx, and calls Wake once tx is committed.
func (s *Service) Released(ctx context.Context, tx *ent.Tx, accountIDs ...string) error {
	ctx = viewer.AsSystem(ctx)
	condition, arg := ofAccounts(accountIDs)
	_, err := tx.ExecContext(ctx, `
		UPDATE presences SET idle_since = $2,
			since = CASE WHEN `+wrapUpOver+` THEN $2 ELSE since END,
			state = CASE WHEN `+wrapUpOver+` THEN 'AVAILABLE' ELSE state END
		WHERE account_id `+condition, arg, s.clock())
	if err != nil {
		return fmt.Errorf("release operators: %w", err)
	}
	desks, err := someDesks(ctx, tx, accountIDs)
	if err != nil {
		return err
	}
	var events []eventlog.Event
	for _, id := range accountIDs {
		events = append(events, presenceEvent(id))
		d := desks[id]
		for _, channel := range []interaction.Channel{interaction.ChannelVoice, interaction.ChannelChat} {
			if d != nil && d.load.Room(channel, d.capacity) == 1 { // full before, and available only now
				events = append(events, queueEvents(d.others("", channel)...)...)
			}
		}
	}
	return s.log.Append(ctx, tx, events...)
}

// someDesks reads the desks of one account or of many, in the words that are best for it.
func someDesks(ctx context.Context, q querier, accountIDs []string) (map[string]*desk, error) {
	if len(accountIDs) == 1 {
		return readDesks(ctx, q, `= $1`, accountIDs[0])
	}
	return desksOf(ctx, q, accountIDs)
}

// ofAccounts is a condition on the account of a presence, and its argument, the first. Presences of many are locked in the order of
// their accounts, so that two who change the same ones never wait for each other.
func ofAccounts(accountIDs []string) (condition string, arg any) {
	if len(accountIDs) == 1 {
		return `= $1`, accountIDs[0]
	}
	return `IN (SELECT account_id FROM presences WHERE account_id = ANY((SELECT $1::text[])::text[]) ORDER BY account_id FOR NO KEY UPDATE)`, pq.Array(accountIDs)
}

// WrappingUp says that an interaction of each operator ended its talk and is being recorded. When it was a call, an
// AVAILABLE operator becomes WRAP_UP and gets nothing new until Released. A chat being recorded only keeps its own place
// on the desk: its operator goes on with the others, so their presence stays as it is.
func (s *Service) WrappingUp(ctx context.Context, tx *ent.Tx, accountIDs ...string) error {
	ctx = viewer.AsSystem(ctx)
	var events []eventlog.Event
	condition, arg := ofAccounts(accountIDs)
	err := each(ctx, tx, "begin wrap-up", func(rows *sql.Rows) error {
		var id string
		var queues []string
		err := rows.Scan(&id, pq.Array(&queues))
		events = append(append(events, queueEvents(queues...)...), presenceEvent(id))
		return err
	}, `UPDATE presences SET state = 'WRAP_UP', since = $2
		WHERE account_id `+condition+` AND state = 'AVAILABLE' AND `+recordsCall+`
		RETURNING account_id, ARRAY(SELECT m.queue_id FROM queue_members m WHERE m.account_id = presences.account_id ORDER BY m.queue_id)`,
		arg, s.clock())
	if err != nil {
		return err
	}
	return s.log.Append(ctx, tx, events...)
}

// recordsCall is true of a presence whose operator has a call in wrap-up.
const recordsCall = `EXISTS (SELECT FROM interactions i
	WHERE i.operator_id = presences.account_id AND i.channel = 'VOICE' AND i.state = 'WRAP_UP')`

// wrapUpOver is true of a presence in wrap-up with nothing left to record.
const wrapUpOver = `(state = 'WRAP_UP' AND NOT ` + recordsCall + `)`
