package voice

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/ids"
)

// Nodes ask each other over the database, which they share anyway: they need not reach each other, have no address and no key of
// their own, and no further port is open. A command is a row; whoever sets taken_at does it, so it is done once; whoever asked deletes the row with the answer, or takes
// it back at the deadline. Signals say that there is something to read; a lost one costs time, not a command.
const (
	// askFor bounds an ordinary command, answerAfter how often an answer is looked for without a signal.
	askFor      = 5 * time.Second
	answerAfter = 250 * time.Millisecond
	// servedAtOnce bounds the commands that a node works on, lookEvery is how often it looks without a signal.
	servedAtOnce = 64
	lookEvery    = time.Second
	// kindAsked and kindAnswered are signals; the account is the node that is meant.
	kindAsked    = "node.asked"
	kindAnswered = "node.answered"
	dataCommand  = "command"
)

// relay is this node's side of the conversation between nodes.
type relay struct {
	mu      sync.Mutex
	waiting map[string]chan struct{} // by command: poked when its answer may be there
	asked   chan struct{}
	room    chan struct{}
	serving sync.WaitGroup
}

func newRelay() *relay {
	return &relay{waiting: map[string]chan struct{}{}, asked: make(chan struct{}, 1), room: make(chan struct{}, servedAtOnce)}
}

func (r *relay) wait(id string) chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := make(chan struct{}, 1)
	r.waiting[id] = c
	return c
}

func (r *relay) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.waiting, id)
}

func (r *relay) answered(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.waiting[id]; c != nil {
		poke(c)
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// verdict is the answer to a command.
type verdict struct {
	Failed *failure        `json:"failed,omitempty"`
	Value  json.RawMessage `json:"value,omitempty"`
}

type failure struct {
	Code    fail.Code `json:"code"`
	Field   string    `json:"field,omitempty"`
	Message string    `json:"message"`
}

var (
	errNodeGone   = fail.New(fail.Unavailable, "the node that has the call does not answer; when it is dead, the citizen is called back")
	errNodeSilent = fail.New(fail.Unavailable, "the node that has the call was asked and has not answered in time; it may have been done")
)

// ask has another node carry out an order and reads what came of it into value, which may be nil. It takes at most within, or until ctx ends. UNAVAILABLE: the node is gone
// or silent.
func (s *Service) ask(ctx context.Context, node string, o order, within time.Duration, value any) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	request, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("ask a node: %w", err)
	}
	id := ids.New("cmd")
	news := s.relay.wait(id)
	defer s.relay.forget(id)
	// By the database's clock, so that a node whose clock is wrong is asked as well.
	result, err := s.o.DB.ExecContext(ctx, `INSERT INTO node_commands (id, created_at, node_id, sender_id, kind, request, expires_at)
		SELECT $1, clock_timestamp(), n.id, $3, $4, $5, clock_timestamp() + make_interval(secs => $6) FROM server_nodes n
		WHERE n.id = $2 AND n.buried_at IS NULL AND n.stopped_at IS NULL AND n.seen_at > clock_timestamp() - make_interval(secs => $7)`,
		id, node, s.node, o.Kind, request, within.Seconds(), deadAfter.Seconds())
	if err != nil {
		return away(fmt.Errorf("ask a node: %w", err))
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errNodeGone, err)
	}
	s.signal(ctx, kindAsked, node, id)
	answer, err := s.awaited(ctx, id, news)
	if err != nil {
		return err
	}
	return answer.into(value)
}

// awaited waits for an answer, and takes the command back when there is none in time.
func (s *Service) awaited(ctx context.Context, id string, news <-chan struct{}) (verdict, error) {
	ticker := time.NewTicker(answerAfter)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return s.takeBack(ctx, id)
		case <-news:
		case <-ticker.C:
		}
		var reply []byte
		err := s.o.DB.QueryRowContext(ctx, `DELETE FROM node_commands WHERE id = $1 AND reply IS NOT NULL RETURNING reply`, id).Scan(&reply)
		switch {
		case err == nil:
			return verdictOf(reply)
		case !errors.Is(err, sql.ErrNoRows) && ctx.Err() == nil:
			return verdict{}, away(fmt.Errorf("read the answer of a node: %w", err))
		}
	}
}

func (s *Service) takeBack(ctx context.Context, id string) (verdict, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	var taken bool
	var reply []byte
	err := s.o.DB.QueryRowContext(ctx, `DELETE FROM node_commands WHERE id = $1 RETURNING taken_at IS NOT NULL, reply`, id).Scan(&taken, &reply)
	switch {
	case err == nil && len(reply) > 0:
		return verdictOf(reply)
	case err == nil && !taken:
		return verdict{}, errNodeGone
	default:
		return verdict{}, errors.Join(errNodeSilent, err)
	}
}

func verdictOf(reply []byte) (v verdict, err error) {
	if err = json.Unmarshal(reply, &v); err != nil {
		err = fmt.Errorf("read the answer of a node: %w", err)
	}
	return v, err
}

func (v verdict) into(value any) error {
	switch {
	case v.Failed != nil:
		return &fail.Error{Code: v.Failed.Code, Field: v.Failed.Field, Message: v.Failed.Message}
	case value == nil || len(v.Value) == 0:
		return nil
	}
	if err := json.Unmarshal(v.Value, value); err != nil {
		return fmt.Errorf("read the answer of a node: %w", err)
	}
	return nil
}

// signal says to a node that there is something to read. A lost one is made up for by looking.
func (s *Service) signal(ctx context.Context, kind, node, command string) {
	err := s.o.Log.Signal(ctx, eventlog.Event{Kind: kind, AccountID: node, Data: map[string]string{dataCommand: command}})
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "a node could not be told that it is asked; it will look", "error", err)
	}
}

// listenToNodes passes signals on until ctx ends.
func (s *Service) listenToNodes(ctx context.Context) {
	for ctx.Err() == nil {
		err := s.o.Log.OfAccount(s.node, -1).Each(ctx, func(e eventlog.Event) error {
			switch e.Kind {
			case kindAsked:
				poke(s.relay.asked)
			case kindAnswered:
				s.relay.answered(e.Data[dataCommand])
			}
			return nil
		})
		if ctx.Err() != nil || errors.Is(err, eventlog.ErrClosed) {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(s.o.Tick):
		}
	}
}
