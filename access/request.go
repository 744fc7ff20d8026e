package access

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/accessrequest"
	"ekc/ent/account"
	"ekc/ent/predicate"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// KindAccessRequest is the event of a request that was made or has changed; its data names the request as "request".
const KindAccessRequest = "access.request"

// maxPending bounds the unanswered requests of one asker.
const maxPending = 20

// maxReason bounds a reason, in characters.
const maxReason = 1000

// Ask is a wish for access.
type Ask struct {
	// AccountID is who is to get the role; empty: the viewer.
	AccountID string
	// Role is what is wanted. ValidTo is required, at most Options.MaxTerm after ValidFrom; no ValidFrom means from the
	// approval on.
	Role NewRole
	// Reason: 1 to 1,000 characters.
	Reason string
}

// RequestAccess asks, as the viewer of ctx, for a role: anybody for themself, who manages an account for it. INVALID,
// FORBIDDEN, NOT_FOUND and CONFLICT name the field.
func (s *Service) RequestAccess(ctx context.Context, a Ask) (*ent.AccessRequest, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	if a.AccountID == "" {
		a.AccountID = v.AccountID
	}
	if a.Reason, err = checkReason("reason", a.Reason, true); err != nil {
		return nil, err
	}
	if err := s.checkWish(a.Role); err != nil {
		return nil, err
	}
	if a.AccountID != v.AccountID {
		if _, err := manager(ctx); err != nil {
			return nil, fail.Field("accountId", fail.CodeOf(err), "only administrators ask for others")
		}
	}
	var made *ent.AccessRequest
	err = s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) (err error) {
		// The asker's row orders their requests, so that neither the bound nor the rule of one at a time is passed by many at once.
		if _, err := tx.Account.Query().Where(account.ID(v.AccountID)).ForUpdate().OnlyID(ctx); err != nil {
			return fmt.Errorf("lock asker: %w", err)
		}
		if a.AccountID != v.AccountID {
			if _, err := s.lockManaged(ctx, tx, v, "accountId", a.AccountID); err != nil {
				return err
			}
		}
		if err := findSegment(ctx, tx, "role", a.Role); err != nil {
			return err
		}
		if err := s.checkRepeated(ctx, tx, v, a); err != nil {
			return err
		}
		made, err = s.createRequest(ctx, tx, v, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made.Unwrap(), nil
}

// checkWish decides what can be decided of a wanted role without the database.
func (s *Service) checkWish(n NewRole) error {
	if err := s.checkShape("role", n); err != nil {
		return err
	}
	if n.ValidTo == nil {
		return fail.Field("role.validTo", fail.Invalid, "access is asked for until a day")
	}
	return s.checkTerm("role.validTo", n)
}

// checkTerm refuses a role that holds longer than access may be given for on request.
func (s *Service) checkTerm(field string, n NewRole) error {
	from := s.now()
	if n.ValidFrom != nil && n.ValidFrom.After(from) {
		from = *n.ValidFrom
	}
	if n.ValidTo.Sub(from) > s.o.MaxTerm {
		return fail.Field(field, fail.Invalid, "access is given for at most %d days", int(s.o.MaxTerm/(24*time.Hour)))
	}
	return nil
}

func checkReason(field, reason string, required bool) (string, error) {
	reason = strings.TrimSpace(reason)
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	switch {
	case required && reason == "":
		return "", fail.Field(field, fail.Invalid, "a reason is required")
	case !utf8.ValidString(reason) || strings.ContainsFunc(reason, control) || utf8.RuneCountInString(reason) > maxReason:
		return "", fail.Field(field, fail.Invalid, "a reason has at most %d characters and no control characters", maxReason)
	}
	return reason, nil
}

func (s *Service) checkRepeated(ctx context.Context, tx *ent.Tx, v viewer.Viewer, a Ask) error {
	open := []predicate.AccessRequest{accessrequest.StateEQ(accessrequest.StatePending), accessrequest.ExpiresAtGT(s.now())}
	waiting, err := tx.AccessRequest.Query().Where(open...).Where(accessrequest.AskerID(v.AccountID)).Count(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("count requests: %w", err)
	case waiting >= maxPending:
		return fail.New(fail.RateLimited, "%d of your requests wait for an answer; withdraw some, or wait", waiting)
	}
	same := []predicate.AccessRequest{
		accessrequest.AccountID(a.AccountID), accessrequest.RoleEQ(accessrequest.Role(a.Role.Role)),
	}
	for _, bound := range []struct {
		id      string
		missing predicate.AccessRequest
		is      func(string) predicate.AccessRequest
	}{
		{a.Role.AgencyID, accessrequest.AgencyIDIsNil(), accessrequest.AgencyID},
		{a.Role.RegionID, accessrequest.RegionIDIsNil(), accessrequest.RegionID},
	} {
		if bound.id == "" {
			same = append(same, bound.missing)
		} else {
			same = append(same, bound.is(bound.id))
		}
	}
	if a.Role.Line == 0 {
		same = append(same, accessrequest.LineIsNil())
	} else {
		same = append(same, accessrequest.Line(a.Role.Line))
	}
	repeated, err := tx.AccessRequest.Query().Where(open...).Where(same...).Exist(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("look for requests: %w", err)
	case repeated:
		return fail.Field("role", fail.Conflict, "this was asked for already and waits for an answer")
	}
	return nil
}

func (s *Service) createRequest(ctx context.Context, tx *ent.Tx, v viewer.Viewer, a Ask) (*ent.AccessRequest, error) {
	now := s.now()
	ends := now.Add(s.o.RequestTTL)
	if a.Role.ValidTo.Before(ends) { // nothing is left to be approved then
		ends = a.Role.ValidTo.UTC()
	}
	create := tx.AccessRequest.Create().SetAccountID(a.AccountID).SetAskerID(v.AccountID).SetRole(accessrequest.Role(a.Role.Role)).
		SetReason(a.Reason).SetWantedTo(a.Role.ValidTo.UTC()).SetExpiresAt(ends).SetCreatedAt(now).
		SetNillableAgencyID(optional.Of(a.Role.AgencyID)).SetNillableRegionID(optional.Of(a.Role.RegionID)).SetNillableLine(optional.Of(a.Role.Line))
	if a.Role.ValidFrom != nil {
		create.SetWantedFrom(a.Role.ValidFrom.UTC())
	}
	made, err := create.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep request: %w", err)
	}
	return made, s.tellRequest(ctx, tx, made, auditRequestAsk)
}

// tellRequest writes what became of a request into the audit log and the event log.
func (s *Service) tellRequest(ctx context.Context, tx *ent.Tx, r *ent.AccessRequest, action string) error {
	detail := map[string]string{"account": r.AccountID, "role": string(r.Role)}
	for name, value := range map[string]string{"agency": r.AgencyID, "region": r.RegionID, "given": r.RoleAssignmentID} {
		if value != "" {
			detail[name] = value
		}
	}
	if r.Line != nil {
		detail["line"] = fmt.Sprint(*r.Line)
	}
	if err := Audit(ctx, tx, action, r.ID, detail); err != nil {
		return err
	}
	return s.o.Announce(ctx, tx, KindAccessRequest, r.AccountID, map[string]string{"request": r.ID})
}

// RequestFilter says which requests to list; zero fields let all through.
type RequestFilter struct {
	State     accessrequest.State
	AccountID string
	AgencyID  string
	RegionID  string
}

// AccessRequests are the requests that the viewer may see, for the caller to page through: those that they made or that are
// for them; of the segment, expert-system users and segment administrators; administrators all.
func (s *Service) AccessRequests(ctx context.Context, f RequestFilter) (*ent.AccessRequestQuery, error) {
	if _, err := signedIn(ctx); err != nil {
		return nil, err
	}
	for field, id := range map[string]string{"accountId": f.AccountID, "agencyId": f.AgencyID, "regionId": f.RegionID} {
		if !wellFormed(id) {
			return nil, fail.Field("filter."+field, fail.Invalid, "not an id")
		}
	}
	q := s.client.AccessRequest.Query()
	now := s.now()
	late := accessrequest.And(accessrequest.StateEQ(accessrequest.StatePending), accessrequest.ExpiresAtLTE(now))
	switch f.State {
	case "":
	case accessrequest.StatePending:
		q.Where(accessrequest.StateEQ(f.State), accessrequest.ExpiresAtGT(now))
	case accessrequest.StateExpired:
		q.Where(accessrequest.Or(accessrequest.StateEQ(f.State), late))
	default:
		q.Where(accessrequest.StateEQ(f.State))
	}
	if f.AccountID != "" {
		q.Where(accessrequest.AccountID(f.AccountID))
	}
	if f.AgencyID != "" {
		q.Where(accessrequest.AgencyID(f.AgencyID))
	}
	if f.RegionID != "" {
		q.Where(accessrequest.RegionID(f.RegionID))
	}
	return q, nil
}
