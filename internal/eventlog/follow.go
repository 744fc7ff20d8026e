package eventlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
	"golang.org/x/sync/errgroup"
)

const (
	eventChannel  = "ekc_events"
	signalChannel = "ekc_signals"

	pollEvery   = 500 * time.Millisecond // when no notification comes
	pace        = 4 * time.Millisecond   // between two looks at least; when an open appender holds the horizon back
	longestPace = 20 * time.Millisecond  // and at most, however many commits there are
	announceGap = 10 * time.Millisecond  // between two announcements to the other nodes
	failedRetry = 200 * time.Millisecond // when Postgres does not answer
	pruneEvery  = time.Hour
)

// Run follows the log until ctx ends. While Postgres is away it keeps trying; the streams stay open and go on later.
func (l *Log) Run(ctx context.Context) error {
	listener := pq.NewListener(l.url, failedRetry, 10*time.Second, nil)
	defer func() { _ = listener.Close() }()
	err := listenTo(ctx, listener)
	if err == nil {
		err = l.begin(ctx)
	}
	if err != nil {
		l.hub.close()
		if ctx.Err() != nil { // stopped before it had begun
			return nil
		}
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return l.listen(ctx, listener) })
	group.Go(func() error { return l.announcements(ctx) })
	group.Go(func() error { return l.follow(ctx) })
	group.Go(func() error { return l.pruning(ctx) })
	err = group.Wait()
	l.hub.close()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// listenTo opens the channels. The listener itself knows no context and would wait for Postgres for ever.
func listenTo(ctx context.Context, listener *pq.Listener) error {
	defer context.AfterFunc(ctx, func() { _ = listener.Close() })()
	for _, channel := range []string{eventChannel, signalChannel} {
		if err := listener.Listen(channel); err != nil && !errors.Is(err, pq.ErrChannelAlreadyOpen) {
			return fmt.Errorf("listen to %s: %w", channel, err)
		}
	}
	return ctx.Err()
}

// Started is closed when the follower has begun: from then on Tail is a position of the log, and streams live.
func (l *Log) Started() <-chan struct{} { return l.hub.started }

// begin puts the tail at the present horizon.
func (l *Log) begin(ctx context.Context) error {
	conn, err := l.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("follow the event log: %w", err)
	}
	defer func() { _ = conn.Close() }()
	position, _, err := l.horizon(ctx, conn)
	if err != nil {
		return err
	}
	l.tail.Store(position)
	l.hub.start(position)
	return nil
}

func (l *Log) follow(ctx context.Context) error {
	timer := time.NewTimer(pollEvery)
	defer timer.Stop()
	for {
		begin := time.Now()
		again, err := l.advance(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			l.log.WarnContext(ctx, "event log not readable, trying again", "error", err)
			again = failedRetry
		}
		// Where looking takes long, the machine is busy, and more is found by looking less often.
		pause := min(max(pace, 2*time.Since(begin)), longestPace)
		if !rest(ctx, pause) {
			return ctx.Err()
		}
		timer.Reset(max(0, again-pause))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-l.wake:
		case <-timer.C:
		}
	}
}

// rest waits, so that what comes in quick succession is handled together; it returns false when ctx ended first.
func rest(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// advance hands on everything up to the horizon and returns when to look again if nothing wakes the follower before.
func (l *Log) advance(ctx context.Context) (time.Duration, error) {
	conn, err := l.db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	horizon, drawn, err := l.horizon(ctx, conn)
	if err != nil {
		return 0, err
	}
	if l.tail.Load() > drawn {
		l.setBack(ctx, horizon)
	}
	for after := l.tail.Load(); after < horizon; after = l.tail.Load() {
		events, err := read(ctx, conn, selection{}, after, horizon)
		if err != nil {
			return 0, err
		}
		position := horizon
		if len(events) == batch {
			position = events[len(events)-1].ID
		}
		l.hub.publish(events, position)
		l.tail.Store(position)
	}
	if horizon < drawn {
		return pace, nil
	}
	return pollEvery, nil
}

// setBack begins anew at a position before the tail: the database has lost its last transactions, in a failover to a standby
// that lagged behind or by a restored backup. What the streams showed may not have happened, and its positions come again.
func (l *Log) setBack(ctx context.Context, position int64) {
	l.log.ErrorContext(ctx, "the event log was set back; all streams begin anew", "from", l.tail.Load(), "to", position)
	l.tail.Store(position)
	l.hub.setBack(position)
}

// listen turns notifications into wake-ups and signals.
func (l *Log) listen(ctx context.Context, listener *pq.Listener) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case n := <-listener.Notify:
			if n == nil || n.Channel == eventChannel { // nil: the connection was lost and is back
				l.Wake()
				continue
			}
			var s signal
			if err := json.Unmarshal([]byte(n.Extra), &s); err != nil {
				l.log.WarnContext(ctx, "unreadable signal", "error", err)
				continue
			}
			l.hub.signal(Event{Kind: s.Kind, InteractionID: s.InteractionID, AccountID: s.AccountID, Data: s.Data, At: time.Now().UTC()})
		}
	}
}

// announcements tells the other nodes, once for all commits of a moment. It is a statement of its own, because a
// NOTIFY inside the transactions would make their commits wait for each other.
func (l *Log) announcements(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-l.announce:
			if _, err := l.db.ExecContext(ctx, `SELECT pg_notify($1, '')`, eventChannel); err != nil && ctx.Err() == nil {
				l.log.WarnContext(ctx, "event log not announced, others will poll", "error", err)
			}
			rest(ctx, announceGap)
		}
	}
}

func (l *Log) pruning(ctx context.Context) error {
	ticker := time.NewTicker(pruneEvery)
	defer ticker.Stop()
	for {
		if _, err := l.Prune(ctx); err != nil && ctx.Err() == nil {
			l.log.WarnContext(ctx, "old events not removed", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

type signal struct {
	Kind          string            `json:"k"`
	InteractionID string            `json:"i,omitempty"`
	AccountID     string            `json:"a,omitempty"`
	Data          map[string]string `json:"d,omitempty"`
}

// Signal tells the streams of all nodes something that is not kept, such as that somebody is typing.
func (l *Log) Signal(ctx context.Context, e Event) error {
	text, err := json.Marshal(signal{Kind: e.Kind, InteractionID: e.InteractionID, AccountID: e.AccountID, Data: e.Data})
	if err != nil {
		return fmt.Errorf("signal: %w", err)
	}
	if _, err := l.db.ExecContext(ctx, `SELECT pg_notify($1, $2)`, signalChannel, string(text)); err != nil {
		return fmt.Errorf("signal: %w", err)
	}
	return nil
}
