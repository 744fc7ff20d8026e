package privacy

import (
	"context"
	"fmt"
	"strings"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/citizenrequest"
	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/internal/seal"
)

// NewRequest is what a citizen asks.
type NewRequest struct {
	Kind citizenrequest.Kind
	// Phone of the citizen, in any common form; whoever enters it has made sure whose it is.
	Phone string
	// Basis such as the number and day of the letter, at most 1,000 characters.
	Basis string
}

// What the audit log names.
const (
	auditRequestAsk     = "citizen_request.ask"
	auditRequestApprove = "citizen_request.approve"
	auditRequestRefuse  = "citizen_request.refuse"
	auditRequestDone    = "citizen_request.done"
)

// Ask enters a request. Administrators. INVALID; NOT_FOUND when nobody has the number.
func (s *Service) Ask(ctx context.Context, in NewRequest) (*ent.CitizenRequest, error) {
	if err := may(ctx); err != nil {
		return nil, err
	}
	if err := checkWords("basis", in.Basis); err != nil {
		return nil, err
	}
	number, err := e164(in.Phone)
	if err != nil {
		return nil, err
	}
	id, index := ids.New("req"), s.index(number)
	sealed, err := s.o.Ring.Seal(ctx, requestPlace(id), []byte(number))
	if err != nil {
		return nil, err
	}
	var made *ent.CitizenRequest
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		known, err := texts(system, tx, `SELECT id FROM citizens WHERE phone_index = $1 LIMIT 1`, index)
		if err != nil {
			return fmt.Errorf("look for the citizen: %w", err)
		}
		if len(known) == 0 {
			return fail.Field("phone", fail.NotFound, "nobody with this number has turned to the centre")
		}
		made, err = tx.CitizenRequest.Create().SetID(id).SetKind(in.Kind).SetPhoneIndex(index).SetPhone(sealed).
			SetBasis(strings.TrimSpace(in.Basis)).SetAskedBy(viewer.From(ctx).AccountID).SetCreatedAt(s.now()).Save(system)
		if err != nil {
			return fmt.Errorf("write the request: %w", err)
		}
		return access.Audit(ctx, tx, auditRequestAsk, id, map[string]string{"kind": string(in.Kind)})
	})
	return made, err
}

func requestPlace(id string) seal.Place {
	return seal.Place{Table: citizenrequest.Table, Column: citizenrequest.FieldPhone, Row: id}
}

// Approve lets a request be carried out. Administrators, but not the one who entered it. NOT_FOUND; FORBIDDEN; CONFLICT when it was
// decided already, when an erasure is barred by a legal hold, or an interaction of the citizen goes on.
func (s *Service) Approve(ctx context.Context, id string) (*ent.CitizenRequest, error) {
	return s.decide(ctx, id, func(system context.Context, tx *ent.Tx, r *ent.CitizenRequest) (*ent.CitizenRequest, error) {
		me := viewer.From(ctx).AccountID
		if r.AskedBy == me {
			return nil, fail.Field("requestId", fail.Forbidden, "another person must approve it than the one who entered it")
		}
		if r.Kind == citizenrequest.KindErase {
			if err := s.barred(system, tx, r); err != nil {
				return nil, err
			}
		}
		now := s.now()
		r, err := tx.CitizenRequest.UpdateOne(r).SetState(citizenrequest.StateApproved).SetDecidedBy(me).SetDecidedAt(now).SetNextAttemptAt(now).Save(system)
		if err != nil {
			return nil, fmt.Errorf("approve the request: %w", err)
		}
		return r, access.Audit(ctx, tx, auditRequestApprove, id, map[string]string{"kind": string(r.Kind)})
	})
}

// Refuse ends a request with the reason that the citizen is told. Administrators. NOT_FOUND, INVALID, CONFLICT.
func (s *Service) Refuse(ctx context.Context, id, reason string) (*ent.CitizenRequest, error) {
	if err := checkWords("reason", reason); err != nil {
		return nil, err
	}
	return s.decide(ctx, id, func(system context.Context, tx *ent.Tx, r *ent.CitizenRequest) (*ent.CitizenRequest, error) {
		r, err := tx.CitizenRequest.UpdateOne(r).SetState(citizenrequest.StateRefused).SetDecidedBy(viewer.From(ctx).AccountID).
			SetDecidedAt(s.now()).SetRefusal(strings.TrimSpace(reason)).ClearPhone().Save(system)
		if err != nil {
			return nil, fmt.Errorf("refuse the request: %w", err)
		}
		return r, access.Audit(ctx, tx, auditRequestRefuse, id, map[string]string{"kind": string(r.Kind)})
	})
}

// decide locks a request that waits for its decision.
func (s *Service) decide(ctx context.Context, id string,
	do func(context.Context, *ent.Tx, *ent.CitizenRequest) (*ent.CitizenRequest, error),
) (*ent.CitizenRequest, error) {
	if err := may(ctx); err != nil {
		return nil, err
	}
	var decided *ent.CitizenRequest
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		r, err := tx.CitizenRequest.Query().Where(citizenrequest.ID(id)).ForUpdate().Only(system)
		if ent.IsNotFound(err) {
			return fail.Field("requestId", fail.NotFound, "no such request")
		}
		if err != nil {
			return fmt.Errorf("read the request: %w", err)
		}
		if r.State != citizenrequest.StateAsked {
			return fail.Field("requestId", fail.Conflict, "was decided already")
		}
		decided, err = do(system, tx, r)
		return err
	})
	return decided, err
}

// barred tells why a citizen's data cannot be destroyed now: CONFLICT.
func (s *Service) barred(system context.Context, tx *ent.Tx, r *ent.CitizenRequest) error {
	held, err := texts(system, tx, `SELECT i.id FROM interactions i JOIN citizens c ON c.id = i.citizen_id AND c.phone_index = $1
		WHERE i.id IN (`+heldInteractions+`) LIMIT 1`, r.PhoneIndex)
	if err != nil {
		return fmt.Errorf("look for holds: %w", err)
	}
	if len(held) > 0 {
		return fail.Field("requestId", fail.Conflict, "is barred by a legal hold")
	}
	open, err := texts(system, tx, `SELECT i.id FROM interactions i JOIN citizens c ON c.id = i.citizen_id AND c.phone_index = $1
		WHERE i.state NOT IN ('CLOSED', 'ABANDONED') LIMIT 1`, r.PhoneIndex)
	if err != nil {
		return fmt.Errorf("look for open interactions: %w", err)
	}
	if len(open) > 0 {
		return fail.Field("requestId", fail.Conflict, "must wait: interaction %s of the citizen goes on", open[0])
	}
	return nil
}

// subject are a request's citizens: one person turned to the centre under several.
func subject(system context.Context, tx *ent.Tx, r *ent.CitizenRequest) (citizens []string, err error) {
	return texts(system, tx, `SELECT id FROM citizens WHERE phone_index = $1 ORDER BY id`, r.PhoneIndex)
}
