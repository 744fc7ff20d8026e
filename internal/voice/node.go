package voice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/callback"
	"ekc/ent/callleg"
	"ekc/ent/phonebinding"
)

const (
	// pulse is how often a node says that it lives; deadAfter is the silence after which it is dead.
	pulse     = 2 * time.Second
	deadAfter = 10 * time.Second
	// causeNodeLost is the end of a call whose node has died.
	causeNodeLost = "node_lost"
)

// errBuried says that others have taken this node for dead: its calls have become callbacks, and it must not go on with them.
var errBuried = errors.New("this node was taken for dead by another; it must begin anew")

// pulses says since when this node has reached the database without a break. After an outage of the database all nodes have been
// silent: nobody is buried until they have had time to speak again.
type pulses struct{ since, last time.Time }

func (p *pulses) beat(at time.Time) {
	if p.last.IsZero() || at.Sub(p.last) > deadAfter/2 {
		p.since = at
	}
	p.last = at
}

// steady reports whether others can be judged.
func (p *pulses) steady(at time.Time) bool {
	return !p.since.IsZero() && at.Sub(p.since) > deadAfter && at.Sub(p.last) < deadAfter/2
}

// register makes this node known.
func (s *Service) register(ctx context.Context) error {
	_, err := s.o.DB.ExecContext(ctx, `INSERT INTO server_nodes (id, created_at, host, seen_at, draining, phone)
		VALUES ($1, clock_timestamp(), $2, clock_timestamp(), false, $3)
		ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()`, s.node, limited(s.o.Host, 255), s.board != nil)
	if err != nil {
		return fmt.Errorf("register the node: %w", err)
	}
	return nil
}

// beat says that this node lives, by the clock of the database.
func (s *Service) beat(ctx context.Context) error {
	result, err := s.o.DB.ExecContext(ctx, `UPDATE server_nodes SET seen_at = clock_timestamp() WHERE id = $1 AND buried_at IS NULL`, s.node)
	if err != nil {
		return fmt.Errorf("say that the node lives: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errBuried, err)
	}
	s.pulses.beat(s.o.Clock())
	return nil
}

// Draining says that this node takes no new calls.
func (s *Service) Draining(ctx context.Context) error {
	s.draining.Store(true)
	_, err := s.o.DB.ExecContext(ctx, `UPDATE server_nodes SET draining = true WHERE id = $1`, s.node)
	return err
}

// leave says that this node has stopped and has no calls any more.
func (s *Service) leave(ctx context.Context) error {
	_, err := s.o.DB.ExecContext(ctx, `UPDATE server_nodes SET stopped_at = clock_timestamp(), seen_at = clock_timestamp() - make_interval(secs => $2)
		WHERE id = $1`, s.node, deadAfter.Seconds())
	return err
}

// dead lists the nodes that have been silent for too long and are not buried.
func (s *Service) dead(ctx context.Context) (ids []string, err error) {
	rows, err := s.o.DB.QueryContext(ctx, `SELECT id FROM server_nodes
		WHERE buried_at IS NULL AND id <> $1 AND seen_at < clock_timestamp() - make_interval(secs => $2) ORDER BY seen_at LIMIT 20`,
		s.node, deadAfter.Seconds())
	if err != nil {
		return nil, fmt.Errorf("look for dead nodes: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Bury takes care of what dead nodes have left: their calls end, their citizens are called back before all others, their
// recordings wait to be closed. Run does it when others can be judged.
func (s *Service) Bury(ctx context.Context) error {
	ctx = viewer.AsSystem(ctx)
	ids, err := s.dead(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		err = errors.Join(err, s.bury(ctx, id))
	}
	return err
}

func (s *Service) bury(ctx context.Context, node string) error {
	calls, err := s.o.Client.Call.Query().Where(call.NodeID(node), call.EndedAtIsNil()).Order(ent.Asc(call.FieldInteractionID)).All(ctx)
	if err != nil {
		return fmt.Errorf("calls of a dead node: %w", err)
	}
	for _, c := range calls {
		if err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error { return s.buryCall(ctx, tx, c.ID) }); err != nil {
			return fmt.Errorf("bury call %s: %w", c.ID, err)
		}
	}
	if err := s.releaseOf(ctx, node); err != nil {
		return err
	}
	// A stream to a device is gone with its node; a phone on UDP is reached from any.
	if _, err := s.o.Client.PhoneBinding.Delete().Where(phonebinding.NodeID(node), phonebinding.TransportNEQ("UDP")).Exec(ctx); err != nil {
		return fmt.Errorf("forget devices: %w", err)
	}
	_, err = s.o.DB.ExecContext(ctx, `UPDATE server_nodes SET buried_at = clock_timestamp()
		WHERE id = $1 AND buried_at IS NULL AND seen_at < clock_timestamp() - make_interval(secs => $2)`, node, deadAfter.Seconds())
	if err == nil && len(calls) > 0 {
		s.log.WarnContext(ctx, "a node has died; its citizens are called back", "node", node, "calls", len(calls))
	}
	return err
}

// buryCall ends one call of a dead node, unless another node has.
func (s *Service) buryCall(ctx context.Context, tx *ent.Tx, callID string) error {
	c, err := tx.Call.Get(ctx, callID)
	if err != nil {
		return err
	}
	i, err := lockInteraction(ctx, tx, c.InteractionID)
	if err != nil {
		return err
	}
	if c, err = tx.Call.Get(ctx, callID); err != nil || c.EndedAt != nil {
		return err
	}
	now := s.now()
	if err := tx.Call.UpdateOne(c).SetEndedAt(now).SetEndCause(causeNodeLost).SetAwaitsRecovery(true).
		SetHeld(false).SetTape(call.TapeOff).SetConsulting(call.ConsultingNone).Exec(ctx); err != nil {
		return fmt.Errorf("end call: %w", err)
	}
	if err := tx.CallLeg.Update().Where(callleg.CallID(c.ID), callleg.EndedAtIsNil()).SetEndedAt(now).SetEndCause(causeNodeLost).Exec(ctx); err != nil {
		return fmt.Errorf("end legs: %w", err)
	}
	if err := s.withdrawInvitations(ctx, tx, c.ID); err != nil {
		return err
	}
	cb, err := openCallback(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	if cb != nil && cb.State == callback.StateWaiting { // promised before; its caller was only being told so
		return nil
	}
	return s.rescue(ctx, tx, i, c)
}

// releaseOf lets the callbacks wait again that a dead node was about to dial.
func (s *Service) releaseOf(ctx context.Context, node string) error {
	left, err := s.o.Client.Callback.Query().Where(callback.NodeID(node), callback.StateEQ(callback.StateDialling)).All(ctx)
	if err != nil {
		return fmt.Errorf("callbacks of a dead node: %w", err)
	}
	for _, one := range left {
		err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			i, err := lockInteraction(ctx, tx, one.InteractionID)
			if err != nil {
				return err
			}
			cb, err := openCallback(ctx, tx, one.InteractionID)
			if err != nil || cb == nil || cb.NodeID != node {
				return err
			}
			if err := s.release(ctx, tx, cb); err != nil {
				return err
			}
			return s.rescue(ctx, tx, i, nil)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
