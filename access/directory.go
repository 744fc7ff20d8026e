package access

import (
	"context"
	"fmt"

	"ekc/access/policy"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/auditentry"
	"ekc/ent/predicate"
	"ekc/ent/roleassignment"
	"ekc/internal/fail"
)

// maxFilterText bounds the text of a filter, in bytes of UTF-8.
const maxFilterText = 400

// AccountFilter says which accounts to list; zero fields let all through.
type AccountFilter struct {
	// Role: only those that hold it now.
	Role viewer.Role
	// Active: only those with, or without, the right to sign in.
	Active *bool
	// Text: only those whose login or name contains it, in any case.
	Text string
}

// Accounts are the accounts of the viewer's segment, for the caller to page through: supervisors and coordinators those
// with a role that theirs reaches, segment administrators those that they manage, administrators all.
func (s *Service) Accounts(ctx context.Context, f AccountFilter) (*ent.AccountQuery, error) {
	v := viewer.From(ctx)
	if err := listing(v, ReadAccounts); err != nil {
		return nil, err
	}
	if len(f.Text) > maxFilterText {
		return nil, fail.Field("filter.text", fail.Invalid, "at most 100 characters")
	}
	q := s.client.Account.Query().Where(s.listed(v)...)
	if f.Role != "" {
		now := s.now()
		q.Where(account.HasRolesWith(roleassignment.RoleEQ(roleassignment.Role(f.Role)), roleassignment.ValidFromLTE(now),
			roleassignment.Or(roleassignment.ValidToIsNil(), roleassignment.ValidToGT(now))))
	}
	if f.Active != nil {
		q.Where(account.Active(*f.Active))
	}
	if f.Text != "" {
		text := cut(f.Text, maxFilterText)
		q.Where(account.Or(account.LoginContainsFold(text), account.DisplayNameContainsFold(text)))
	}
	return q, nil
}

// listing decides whether the viewer may list at all what the action is about.
func listing(v viewer.Viewer, action Action) error {
	if v.Kind == viewer.System {
		return nil
	}
	for _, g := range v.Grants {
		if reach := ReachOf(action, g.Role); v.Kind == viewer.Account && (reach == Inside || reach == Covered) {
			return nil
		}
	}
	if v.Kind == viewer.Nobody {
		return fail.New(fail.Unauthenticated, "sign in first")
	}
	return fail.New(fail.Forbidden, "you may not do this")
}

// listed selects the accounts of the viewer's segment.
func (s *Service) listed(v viewer.Viewer) []predicate.Account {
	if everywhere(v) {
		return nil
	}
	var either []predicate.Account
	if watched := v.GrantsOf(viewer.Supervisor, viewer.SegmentCoordinator); len(watched) > 0 {
		either = append(either, policy.Reached(watched, s.now()))
	}
	if own := v.GrantsOf(viewer.SegmentAdministrator); len(own) > 0 {
		either = append(either, policy.Managed(own, s.now()))
	}
	if len(either) == 1 {
		return either
	}
	return []predicate.Account{account.Or(either...)}
}

// MayManage reports whether the viewer of ctx manages the account: administrators all, segment administrators those whose
// roles lie wholly inside their segment. It decides who is shown a lock-out.
func (s *Service) MayManage(ctx context.Context, accountID string) (bool, error) {
	v, err := manager(ctx)
	if err != nil {
		return false, nil //nolint:nilerr // who manages nobody does not manage this one
	}
	found, err := s.client.Account.Query().Where(account.ID(accountID)).Where(s.managedBy(v)...).Exist(viewer.AsSystem(ctx))
	if err != nil {
		return false, fmt.Errorf("read account: %w", err)
	}
	return found, nil
}

// Names returns the display names of accounts, whoever asks: it is for those who speak or spoke in an interaction that the
// viewer was already found to see, who may be of another segment. Unknown ids are left out.
func (s *Service) Names(ctx context.Context, ids []string) (map[string]string, error) {
	found, err := s.client.Account.Query().Where(account.IDIn(ids...)).
		Select(account.FieldID, account.FieldDisplayName).All(viewer.AsSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	names := make(map[string]string, len(found))
	for _, a := range found {
		names[a.ID] = a.DisplayName
	}
	return names, nil
}

// AuditFilter says which audit entries to list; zero fields let all through.
type AuditFilter struct {
	ActorID  string
	Action   string
	ObjectID string
}

// AuditEntries is the audit log for the caller to page through: administrators all of it; segment administrators what the
// accounts that they manage did and what was done to them.
func (s *Service) AuditEntries(ctx context.Context, f AuditFilter) (*ent.AuditEntryQuery, error) {
	if err := listing(viewer.From(ctx), ReadAudit); err != nil {
		return nil, err
	}
	if !wellFormed(f.ActorID) || !wellFormed(f.ObjectID) || !wellFormed(f.Action) {
		return nil, fail.Field("filter", fail.Invalid, "not an id or action")
	}
	q := s.client.AuditEntry.Query()
	if f.ActorID != "" {
		q.Where(auditentry.ActorID(f.ActorID))
	}
	if f.Action != "" {
		q.Where(auditentry.Action(f.Action))
	}
	if f.ObjectID != "" {
		q.Where(auditentry.ObjectID(f.ObjectID))
	}
	return q, nil
}
