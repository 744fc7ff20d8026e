package voice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ekc/internal/fail"
)

// command is an order that this node has taken.
type command struct {
	id, sender string
	request    []byte
	within     time.Duration
}

// serveNodes carries out what other nodes ask for, until ctx ends and the last is done.
func (s *Service) serveNodes(ctx context.Context) {
	defer s.relay.serving.Wait()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.relay.asked:
		case <-ticker.C:
		}
		if err := s.serveAll(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "what other nodes ask for is not readable, trying again", "error", err)
		}
	}
}

// serveAll takes what there is and begins it.
func (s *Service) serveAll(ctx context.Context) error {
	for {
		room := servedAtOnce - len(s.relay.room)
		if room == 0 { // whoever is done looks again
			return nil
		}
		taken, err := s.takeCommands(ctx, room)
		if err != nil || len(taken) == 0 {
			return err
		}
		for _, c := range taken {
			s.relay.room <- struct{}{}
			s.relay.serving.Go(func() {
				s.serveOne(ctx, c)
				<-s.relay.room
				poke(s.relay.asked)
			})
		}
	}
}

// takeCommands claims commands; who claims one does it.
func (s *Service) takeCommands(ctx context.Context, limit int) (taken []command, err error) {
	rows, err := s.o.DB.QueryContext(ctx, `UPDATE node_commands SET taken_at = clock_timestamp() WHERE id IN (
			SELECT id FROM node_commands WHERE node_id = $1 AND taken_at IS NULL AND expires_at > clock_timestamp()
			ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
		RETURNING id, sender_id, request, extract(epoch FROM expires_at - clock_timestamp())`, s.node, limit)
	if err != nil {
		return nil, fmt.Errorf("take commands of other nodes: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var c command
		var seconds float64
		if err := rows.Scan(&c.id, &c.sender, &c.request, &seconds); err != nil {
			return nil, err
		}
		c.within = time.Duration(seconds * float64(time.Second))
		taken = append(taken, c)
	}
	return taken, rows.Err()
}

// serveOne carries a command out and answers it. Whoever asked may have given up meanwhile.
func (s *Service) serveOne(ctx context.Context, c command) {
	work, cancel := context.WithTimeout(ctx, c.within)
	defer cancel()
	reply, err := json.Marshal(s.carryOut(work, c.request))
	if err != nil {
		s.log.ErrorContext(ctx, "an answer to a node cannot be written", "command", c.id, "error", err)
		return
	}
	bounded, done := context.WithTimeout(context.WithoutCancel(ctx), askFor)
	defer done()
	if _, err := s.o.DB.ExecContext(bounded, `UPDATE node_commands SET reply = $2 WHERE id = $1`, c.id, reply); err != nil {
		s.log.WarnContext(ctx, "a node could not be answered", "command", c.id, "error", err)
		return
	}
	s.signal(bounded, kindAnswered, c.sender, c.id)
}

func (s *Service) carryOut(ctx context.Context, request []byte) verdict {
	var o order
	if err := json.Unmarshal(request, &o); err != nil {
		return failed(fail.New(fail.Invalid, "this node does not understand the other; is it of another version?"))
	}
	carry := orders[o.Kind]
	if carry == nil {
		return failed(fail.New(fail.Unavailable, "this node does not know the order; it is of another version"))
	}
	value, err := carry(ctx, s, o)
	if err != nil {
		return failed(err)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return failed(err)
	}
	return verdict{Value: text}
}

// failed passes an expected failure on; the text of any other stays here.
func failed(err error) verdict {
	if e, ok := fail.As(err); ok {
		return verdict{Failed: &failure{e.Code, e.Field, e.Message}}
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return verdict{Failed: &failure{Code: fail.Unavailable, Message: "the call did not answer in time"}}
	}
	return verdict{Failed: &failure{Code: fail.Internal, Message: "the node that has the call has failed"}}
}

// sweepCommands removes what nobody waits for any more: whoever asked has died.
func (s *Service) sweepCommands(ctx context.Context) error {
	_, err := s.o.DB.ExecContext(ctx, `DELETE FROM node_commands WHERE expires_at < clock_timestamp() - interval '1 minute'`)
	return err
}
