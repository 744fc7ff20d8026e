package access

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/roleassignment"
	"ekc/ent/session"
)

// Held is a viewer whose connection outlives a request.
type Held struct {
	Viewer viewer.Viewer
	// TokenHash is that of a citizen's token, and of a program's key.
	TokenHash []byte
}

// RenewAll is Renew for many at once, in a fixed number of queries: the viewers as they are now, with an error for each
// whose session or token ended meanwhile, the access token that they came with too. The error of the whole says that nothing could be found out.
func (s *Service) RenewAll(ctx context.Context, held []Held) (fresh []viewer.Viewer, ended []error, err error) {
	ctx = viewer.AsSystem(ctx)
	var sessions []string
	var hashes, keys [][]byte
	for _, h := range held {
		switch h.Viewer.Kind {
		case viewer.Account:
			sessions = append(sessions, h.Viewer.SessionID)
		case viewer.Citizen:
			hashes = append(hashes, h.TokenHash)
		case viewer.Key:
			keys = append(keys, h.TokenHash)
		}
	}
	accounts, err := s.openAccounts(ctx, sessions)
	if err != nil {
		return nil, nil, err
	}
	tokens, err := s.openTokens(ctx, hashes)
	if err != nil {
		return nil, nil, err
	}
	usable, err := s.openKeys(ctx, keys)
	if err != nil {
		return nil, nil, err
	}
	now := s.now()
	fresh, ended = make([]viewer.Viewer, len(held)), make([]error, len(held))
	for i, h := range held {
		open := true
		fresh[i] = h.Viewer
		switch h.Viewer.Kind {
		case viewer.Account:
			held, found := accounts[h.Viewer.SessionID]
			fresh[i].Grants, fresh[i].Networks, fresh[i].MustShow = held.Grants, held.Networks, held.MustShow
			open = found && (h.Viewer.TokenEnds.IsZero() || h.Viewer.TokenEnds.After(now)) && admits(fresh[i]) == ""
		case viewer.Citizen:
			open = tokens[string(h.TokenHash)]
		case viewer.Key:
			var held viewer.Viewer
			held, open = usable[string(h.TokenHash)]
			fresh[i].Grants, fresh[i].Actions, fresh[i].MustShow = held.Grants, held.Actions, held.MustShow
			open = open && admits(fresh[i]) == ""
		}
		if !open {
			ended[i] = errToken()
		}
	}
	return fresh, ended, nil
}

// openAccounts returns, by session, what the accounts of the sessions that are open may do, and where from.
func (s *Service) openAccounts(ctx context.Context, sessions []string) (map[string]viewer.Viewer, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	now := s.now()
	found, err := s.client.Session.Query().Where(session.IDIn(sessions...), session.RevokedAtIsNil(),
		session.ExpiresAtGT(now), session.HasAccountWith(account.Active(true))).
		Select(session.FieldID, session.FieldAccountID).
		WithAccount(func(q *ent.AccountQuery) { q.Select(account.FieldID, account.FieldCertificateSubject) }).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	accounts := make([]string, len(found))
	for i, f := range found {
		accounts[i] = f.AccountID
	}
	roles, err := s.client.RoleAssignment.Query().Where(roleassignment.AccountIDIn(accounts...),
		roleassignment.ValidFromLTE(now), roleassignment.Or(roleassignment.ValidToIsNil(), roleassignment.ValidToGT(now))).
		Order(ent.Asc(roleassignment.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	byAccount := make(map[string][]viewer.Grant, len(found))
	for _, r := range roles {
		byAccount[r.AccountID] = append(byAccount[r.AccountID], grantOf(r))
	}
	nets, err := networksOf(ctx, s.client.AgencyNetwork, slices.Concat(slices.Collect(maps.Values(byAccount))...))
	if err != nil {
		return nil, err
	}
	held := make(map[string]viewer.Viewer, len(found))
	for _, f := range found {
		grants := byAccount[f.AccountID]
		held[f.ID] = viewer.Viewer{Grants: grants, Networks: nets.of(grants), MustShow: f.Edges.Account.CertificateSubject}
	}
	return held, nil
}

// openTokens says which hashes are of citizens' tokens that open something.
func (s *Service) openTokens(ctx context.Context, hashes [][]byte) (map[string]bool, error) {
	open := make(map[string]bool, len(hashes))
	if len(hashes) == 0 {
		return open, nil
	}
	rows, err := s.client.QueryContext(ctx, `SELECT token_hash FROM interactions
		WHERE token_hash = ANY($1) AND (closed_at IS NULL OR closed_at > $2)`,
		pq.ByteaArray(hashes), s.now().Add(-s.o.CitizenTTL))
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var hash []byte
		if err := rows.Scan(&hash); err != nil {
			return nil, fmt.Errorf("read tokens: %w", err)
		}
		open[string(hash)] = true
	}
	return open, rows.Err()
}
