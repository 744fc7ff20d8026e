package interaction

import (
	"context"
	"fmt"
	"maps"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/ids"
)

// Round is one transaction in which several interactions are changed, each by a step of its own. Their rows are locked by one
// statement at its beginning; what the steps change is kept here, where the next step finds it, and written by one statement at its
// end. A step that fails is taken back by itself. It costs what one change costs, but for the rows.
//
// It belongs to one goroutine, and lives in the context that Together returns.
type Round struct {
	stored map[string]*ent.Interaction // as the database has them
	rows   map[string]*ent.Interaction // as they are after the steps so far
	turns  []turnRow
	said   []saidRow
	// wrapping and released are operators of whom routing is told once the rows are written.
	wrapping, released []string
	queues             map[string]*ent.Queue
	codes              map[string]string
	written            int
}

// roundKey finds the round of a transaction in its context.
type roundKey struct{}

func roundOf(ctx context.Context) *Round {
	r, _ := ctx.Value(roundKey{}).(*Round)
	return r
}

// Together begins a round of tx with these interactions, and those of these offers. Rows that somebody else has locked are not waited
// for, and not in it: nobody of the others shall wait with them.
func (s *Service) Together(ctx context.Context, tx *ent.Tx, interactions, offers []string) (context.Context, *Round, error) {
	r := &Round{
		stored: map[string]*ent.Interaction{}, rows: map[string]*ent.Interaction{},
		queues: map[string]*ent.Queue{}, codes: map[string]string{},
	}
	ctx = context.WithValue(ctx, roundKey{}, r)
	if len(interactions) == 0 && len(offers) == 0 {
		return ctx, r, nil
	}
	locked, err := tx.Interaction.Query().Where(func(sel *entsql.Selector) {
		sel.Where(entsql.P(func(b *entsql.Builder) {
			b.Ident(sel.C(interaction.FieldID)).WriteString(" = ANY(ARRAY(SELECT unnest((SELECT ").Arg(pq.Array(interactions)).WriteString("::text[]))")
			if len(offers) > 0 {
				b.WriteString(" UNION SELECT interaction_id FROM offers WHERE id = ANY((SELECT ").Arg(pq.Array(offers)).WriteString("::text[])::text[])")
			}
			b.WriteString("))")
		}))
	}).ForUpdate(database.LockOrSkip).All(viewer.AsSystem(ctx))
	if err != nil {
		return ctx, nil, fmt.Errorf("lock interactions: %w", err)
	}
	for _, i := range locked {
		r.stored[i.ID], r.rows[i.ID] = i, i
	}
	return ctx, r, nil
}

// Row is an interaction as the round has it; nil when it is not in it.
func (r *Round) Row(id string) *ent.Interaction { return r.rows[id] }

// errUndone says that a step has failed whose beginning is written already.
type errUndone struct{ error }

func (e errUndone) Unwrap() error { return e.error }

// Step runs one step and takes back what it has changed when it fails. fatal says that this is not possible: the transaction must end.
func (r *Round) Step(ctx context.Context, do func() error) (err error, fatal bool) { //nolint:revive // the error is the step's
	undo := eventlog.Mark(ctx)
	written, turns, said, wrapping, released := r.written, len(r.turns), len(r.said), len(r.wrapping), len(r.released)
	before := maps.Clone(r.rows)
	if err = do(); err == nil {
		return nil, false
	}
	if r.written != written {
		return errUndone{err}, true
	}
	undo()
	r.rows = before
	r.turns, r.said, r.wrapping, r.released = r.turns[:turns], r.said[:said], r.wrapping[:wrapping], r.released[:released]
	return err, false
}

// turnRow is the end of one stretch of a timeline and the beginning of the next.
type turnRow struct {
	Interaction string    `json:"interaction_id"`
	ID          string    `json:"id"`
	Kind        string    `json:"kind"`
	Queue       string    `json:"queue_id"`
	Account     string    `json:"account_id"`
	Reason      string    `json:"reason"`
	At          time.Time `json:"at"`
}

// turn takes down a turn of the timeline. Of one interaction one can be written at a time.
func (s *Service) turn(system context.Context, tx *ent.Tx, r *Round, reason string, now time.Time, i *ent.Interaction) error {
	for _, t := range r.turns {
		if t.Interaction == i.ID {
			if err := s.WriteRound(system, tx, r); err != nil {
				return err
			}
			break
		}
	}
	row := turnRow{Interaction: i.ID, ID: ids.New("seg"), Kind: string(segments[i.State]), Reason: reason, At: now}
	if i.State != interaction.StateWithAssistant {
		row.Queue = i.QueueID
	}
	row.Account = whose(i)
	r.turns = append(r.turns, row)
	return nil
}

// queueByID reads a queue, in a round once.
func queueByID(system context.Context, tx *ent.Tx, id string) (*ent.Queue, error) {
	r := roundOf(system)
	if r != nil && r.queues[id] != nil {
		return r.queues[id], nil
	}
	q, err := tx.Queue.Get(system, id)
	if err != nil {
		return nil, fmt.Errorf("read queue: %w", err)
	}
	if r != nil {
		r.queues[id] = q
	}
	return q, nil
}

// idOf finds the id behind a code, in a round once; empty when there is none.
func idOf(system context.Context, kind, code string, find func() (string, error)) (string, error) {
	r := roundOf(system)
	if r != nil {
		if id, ok := r.codes[kind+code]; ok {
			return id, nil
		}
	}
	id, err := find()
	if err != nil && !ent.IsNotFound(err) {
		return "", fmt.Errorf("find %s: %w", kind, err)
	}
	if r != nil {
		r.codes[kind+code] = id
	}
	return id, nil
}
