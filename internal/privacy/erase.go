package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/citizenrequest"
	"ekc/internal/fail"
)

const (
	// lease is how long a node has for a step of a request before another tries; rest, how long one waits that is barred.
	lease = 5 * time.Minute
	rest  = time.Hour
	// eraseBatch is how many interactions are destroyed in a transaction.
	eraseBatch = 20
	eraseRule  = "erasure"
)

// Work carries out erasures that were approved. Several nodes may do it at once, and go on where another died.
func (s *Service) Work(ctx context.Context) error {
	system := viewer.AsSystem(ctx)
	var failed error
	for {
		r, err := s.nextErasure(system)
		if err != nil || r == nil {
			return errors.Join(failed, err)
		}
		if err := s.erase(system, r); err != nil {
			failed = errors.Join(failed, fmt.Errorf("erasure %s: %w", r.ID, err))
		}
	}
}

// nextErasure takes the request that waits longest, for the time of the lease; nil when none waits.
func (s *Service) nextErasure(system context.Context) (taken *ent.CitizenRequest, err error) {
	err = s.inTx(system, func(system context.Context, tx *ent.Tx) error {
		taken = nil
		now := s.now()
		found, err := texts(system, tx, `UPDATE citizen_requests SET next_attempt_at = $2 WHERE id = (
			SELECT id FROM citizen_requests WHERE state = 'APPROVED' AND kind = 'ERASE' AND next_attempt_at <= $1
			ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id`, now, now.Add(lease))
		if err != nil || len(found) == 0 {
			return err
		}
		taken, err = tx.CitizenRequest.Get(system, found[0])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for requests: %w", err)
	}
	return taken, nil
}

// erase destroys a citizen's data, a step a transaction; the last one forgets who it was and settles the request.
func (s *Service) erase(system context.Context, r *ent.CitizenRequest) error {
	for {
		more := false
		err := s.inTx(system, func(system context.Context, tx *ent.Tx) (err error) {
			if _, err := tx.ExecContext(system, `SELECT pg_advisory_xact_lock($1)`, destroyLock); err != nil {
				return err
			}
			r, err := tx.CitizenRequest.Query().Where(citizenrequest.ID(r.ID)).ForUpdate().Only(system)
			if err != nil || r.State != citizenrequest.StateApproved {
				return err
			}
			more, err = s.eraseStep(system, tx, r)
			return err
		})
		if fail.CodeOf(err) == fail.Conflict { // a hold, or the citizen is talking: later
			return s.o.Client.CitizenRequest.UpdateOneID(r.ID).SetNextAttemptAt(s.now().Add(rest)).Exec(system)
		}
		if err != nil || !more {
			return err
		}
	}
}

func (s *Service) eraseStep(system context.Context, tx *ent.Tx, r *ent.CitizenRequest) (more bool, err error) {
	if err := s.barred(system, tx, r); err != nil {
		return false, err
	}
	citizens, err := subject(system, tx, r)
	if err != nil {
		return false, err
	}
	c := certificate{rule: eraseRule, basis: "request of the citizen (152-FZ, article 21): " + r.Basis, requestID: r.ID, began: s.now(), objects: destroyed{}}
	next, err := texts(system, tx, `SELECT id FROM interactions i WHERE citizen_id = ANY($1)
		AND NOT EXISTS (SELECT FROM destroyed_objects x WHERE x.rule = $2 AND x.object_id = i.id) ORDER BY id LIMIT $3`,
		pq.Array(citizens), r.ID, eraseBatch)
	if err != nil {
		return false, err
	}
	if len(next) == 0 {
		return false, s.forget(system, tx, r, citizens, c)
	}
	if err := s.removeFiles(system, tx, next, true); err != nil {
		return false, err
	}
	if err := s.forgetInBase(system, tx, next, c.objects); err != nil {
		return false, err
	}
	if err := destroyRows(system, tx, next, c.objects, words, sounds, numbersOfCalls); err != nil {
		return false, err
	}
	act, err := s.certify(system, tx, c)
	if err != nil {
		return false, err
	}
	return true, s.mark(system, tx, r.ID, next, act.ID)
}

// forget takes away who the citizens were, and settles the request.
func (s *Service) forget(system context.Context, tx *ent.Tx, r *ent.CitizenRequest, citizens []string, c certificate) error {
	// Whoever had read a dialogue just before it was destroyed may have told the base of it since.
	theirs, err := texts(system, tx, `SELECT id FROM interactions WHERE citizen_id = ANY($1)`, pq.Array(citizens))
	if err == nil {
		err = s.forgetInBase(system, tx, theirs, destroyed{})
	}
	if err != nil {
		return err
	}
	if err := destroyRows(system, tx, citizens, c.objects, person); err != nil {
		return err
	}
	act, err := s.certify(system, tx, c)
	if err != nil {
		return err
	}
	err = tx.CitizenRequest.UpdateOne(r).SetState(citizenrequest.StateDone).SetDoneAt(s.now()).SetActID(act.ID).ClearPhone().Exec(system)
	if err != nil {
		return fmt.Errorf("settle the request: %w", err)
	}
	return access.Audit(system, tx, auditRequestDone, r.ID, map[string]string{"kind": string(r.Kind), "act": act.ID})
}
