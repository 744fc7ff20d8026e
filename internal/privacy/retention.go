package privacy

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/ent"
)

// Rule is a term and what it ends.
type Rule struct {
	// Name is in certificates.
	Name string
	// What and Term, for people; Term zero: the rule is off.
	What string
	Term time.Duration
	// due selects ids of what is due: ended before $1, not destroyed by this rule yet. It has a column id.
	due string
	// heldOf is the condition that row d is kept by a hold.
	heldOf string
	// destroy carries it out.
	destroy func(s *Service, system context.Context, tx *ent.Tx, ids []string, into destroyed) error
}

const endedBefore = `i.closed_at < $1 AND i.state IN ('CLOSED', 'ABANDONED')`

// Rules are the terms that this centre keeps.
func (s *Service) Rules() []Rule {
	return []Rule{
		{
			Name: "dialogue", What: "what was said, written and sent in an interaction", Term: s.o.Terms.Dialogue,
			due: `SELECT i.id FROM interactions i WHERE ` + endedBefore + `
				AND NOT EXISTS (SELECT FROM destroyed_objects x WHERE x.rule = 'dialogue' AND x.object_id = i.id)`,
			heldOf:  `d.id IN (` + heldInteractions + `)`,
			destroy: (*Service).destroyDialogues,
		},
		{
			Name: "identity", What: "who a citizen was: name, numbers", Term: s.o.Terms.Identity,
			due: `SELECT c.id FROM citizens c WHERE c.created_at < $1
				AND NOT EXISTS (SELECT FROM interactions i WHERE i.citizen_id = c.id AND NOT (` + endedBefore + `))
				AND NOT EXISTS (SELECT FROM destroyed_objects x WHERE x.rule = 'identity' AND x.object_id = c.id)`,
			heldOf:  `EXISTS (SELECT FROM interactions i WHERE i.citizen_id = d.id AND i.id IN (` + heldInteractions + `))`,
			destroy: (*Service).destroyIdentities,
		},
	}
}

// Outcome is what a rule did, or would do.
type Outcome struct {
	Rule Rule
	// Due are those whose time is over, Held those of them that a hold keeps.
	Due, Held int
	// Destroyed are the due ones that were; ActIDs certify it.
	Destroyed int
	ActIDs    []string
}

// retainBatch is how much is destroyed in a transaction.
const retainBatch = 200

// Retain applies all rules; dry only tells what would be destroyed. Several nodes may do it at once.
func (s *Service) Retain(ctx context.Context, dry bool) ([]Outcome, error) {
	var all []Outcome
	for _, rule := range s.Rules() {
		if rule.Term <= 0 {
			continue
		}
		o, err := s.apply(viewer.AsSystem(ctx), rule, dry)
		if err != nil {
			return all, fmt.Errorf("retention, rule %s: %w", rule.Name, err)
		}
		all = append(all, o)
	}
	return all, nil
}

func (s *Service) apply(system context.Context, rule Rule, dry bool) (Outcome, error) {
	o := Outcome{Rule: rule}
	before := s.now().Add(-rule.Term)
	err := s.inTx(system, func(system context.Context, tx *ent.Tx) error {
		rows, err := tx.QueryContext(system, `SELECT count(*), count(*) FILTER (WHERE `+rule.heldOf+`) FROM (`+rule.due+`) d`, before)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }() // one row, which Err reports
		for rows.Next() {
			if err := rows.Scan(&o.Due, &o.Held); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil || dry {
		return o, err
	}
	for {
		act, n, err := s.applySome(system, rule, before, o.Held)
		if err != nil || n == 0 {
			return o, err
		}
		o.Destroyed, o.ActIDs = o.Destroyed+n, append(o.ActIDs, act)
	}
}

// applySome destroys a batch. Rows are locked first, files go next, then rows with the certificate: whoever dies in between has destroyed
// files of which the rows are still due.
func (s *Service) applySome(system context.Context, rule Rule, before time.Time, held int) (act string, n int, err error) {
	err = s.inTx(system, func(system context.Context, tx *ent.Tx) error {
		act, n = "", 0
		if _, err := tx.ExecContext(system, `SELECT pg_advisory_xact_lock($1)`, destroyLock); err != nil {
			return err
		}
		ids, err := texts(system, tx, `SELECT d.id FROM (`+rule.due+`) d WHERE NOT (`+rule.heldOf+`) ORDER BY d.id LIMIT $2`, before, retainBatch)
		if err != nil || len(ids) == 0 {
			return err
		}
		c := certificate{
			rule: rule.Name, basis: fmt.Sprintf("%s; term: %d days (152-FZ, article 21, part 4)", rule.What, int(rule.Term.Hours()/24)),
			began: s.now(), objects: destroyed{}, held: held,
		}
		if err := rule.destroy(s, system, tx, ids, c.objects); err != nil {
			return err
		}
		made, err := s.certify(system, tx, c)
		if err != nil {
			return err
		}
		act, n = made.ID, len(ids)
		return s.mark(system, tx, rule.Name, ids, made.ID)
	})
	return act, n, err
}

func (s *Service) destroyDialogues(system context.Context, tx *ent.Tx, ids []string, into destroyed) error {
	if err := s.removeFiles(system, tx, ids, false); err != nil {
		return err
	}
	if err := s.forgetInBase(system, tx, ids, into); err != nil {
		return err
	}
	return destroyRows(system, tx, ids, into, words)
}

func (s *Service) destroyIdentities(system context.Context, tx *ent.Tx, ids []string, into destroyed) error {
	theirs, err := texts(system, tx, `SELECT id FROM interactions WHERE citizen_id = ANY($1)`, pq.Array(ids))
	if err != nil {
		return err
	}
	if err := destroyRows(system, tx, theirs, into, numbersOfCalls); err != nil {
		return err
	}
	return destroyRows(system, tx, ids, into, person)
}

// mark notes that a rule is done with objects, and which act says so.
func (s *Service) mark(system context.Context, tx *ent.Tx, rule string, ids []string, actID string) error {
	_, err := tx.ExecContext(system, `INSERT INTO destroyed_objects (rule, object_id, act_id) SELECT $1, unnest($2::text[]), $3
		ON CONFLICT DO NOTHING`, rule, pq.Array(ids), actID)
	if err != nil {
		return fmt.Errorf("mark what was destroyed: %w", err)
	}
	return nil
}
