package access

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/apikey"
	"ekc/ent/interaction"
	"ekc/ent/predicate"
	"ekc/ent/roleassignment"
	"ekc/ent/session"
)

// touchEvery is how exact a session's last use is.
const touchEvery = time.Minute

// Authenticate says who a bearer token belongs to: an account with the grants that are in force now, or the citizen of one
// interaction. Address and user agent are those of the viewer in ctx. A token that opens nothing is UNAUTHENTICATED.
// What was revoked on another node may still be accepted for Options.CacheTTL.
func (s *Service) Authenticate(ctx context.Context, token string) (viewer.Viewer, error) {
	find := s.ofAccess
	prefix := AccessPrefix
	switch {
	case strings.HasPrefix(token, CitizenPrefix):
		find, prefix = s.ofCitizen, CitizenPrefix
	case strings.HasPrefix(token, KeyPrefix):
		find, prefix = s.ofKey, KeyPrefix
	}
	if _, ok := parseToken(token, prefix, secretBytes); !ok {
		return viewer.Viewer{}, errToken()
	}
	hash := [32]byte(HashToken(token))
	base := viewer.From(ctx)
	v, cached := s.cache.get(hash)
	if !cached {
		seen := s.cache.begin()
		var err error
		if v, err = find(viewer.AsSystem(ctx), hash[:]); err != nil {
			return viewer.Viewer{}, err
		}
		s.cache.put(hash, v, seen)
	}
	v.Address, v.UserAgent, v.Certificate = base.Address, base.UserAgent, base.Certificate
	if err := s.admitHere(ctx, v); err != nil {
		return viewer.Viewer{}, err
	}
	return v, nil
}

// Renew looks the viewer up again, for connections that outlive a request: what they may do changes, and ends with their
// session. It reads the database each time.
func (s *Service) Renew(ctx context.Context, v viewer.Viewer) (viewer.Viewer, error) {
	var fresh viewer.Viewer
	var err error
	switch v.Kind {
	case viewer.Account:
		fresh, err = s.ofSession(viewer.AsSystem(ctx), session.ID(v.SessionID))
	case viewer.Citizen:
		fresh, err = s.ofInteraction(viewer.AsSystem(ctx), interaction.ID(v.InteractionID))
	case viewer.Key:
		fresh, err = s.keyBy(viewer.AsSystem(ctx), apikey.ID(v.KeyID))
	default:
		return v, nil
	}
	fresh.Address, fresh.UserAgent, fresh.Certificate, fresh.TokenEnds = v.Address, v.UserAgent, v.Certificate, v.TokenEnds
	return fresh, err
}

func (s *Service) ofAccess(ctx context.Context, hash []byte) (viewer.Viewer, error) {
	return s.ofSession(ctx, session.AccessHash(hash), session.AccessExpiresAtGT(s.now()))
}

// ofSession is the viewer of the open session that is selected.
func (s *Service) ofSession(ctx context.Context, which ...predicate.Session) (viewer.Viewer, error) {
	now := s.now()
	found, err := s.client.Session.Query().Where(which...).
		Where(session.RevokedAtIsNil(), session.ExpiresAtGT(now), session.HasAccountWith(account.Active(true))).WithAccount().Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return viewer.Viewer{}, errToken()
	case err != nil:
		return viewer.Viewer{}, fmt.Errorf("find session: %w", err)
	}
	grants, err := s.grantsOf(ctx, s.client.RoleAssignment, found.AccountID)
	if err != nil {
		return viewer.Viewer{}, err
	}
	nets, err := networksOf(ctx, s.client.AgencyNetwork, grants)
	if err != nil {
		return viewer.Viewer{}, err
	}
	s.touch(ctx, found, now)
	return viewer.Viewer{
		Kind: viewer.Account, AccountID: found.AccountID, SessionID: found.ID, Grants: grants, TokenEnds: found.AccessExpiresAt,
		Networks: nets.of(grants), MustShow: found.Edges.Account.CertificateSubject,
	}, nil
}

// grantsOf are the account's roles that are in force now.
func (s *Service) grantsOf(ctx context.Context, client *ent.RoleAssignmentClient, accountID string) ([]viewer.Grant, error) {
	now := s.now()
	held, err := client.Query().Where(roleassignment.AccountID(accountID),
		roleassignment.ValidFromLTE(now), roleassignment.Or(roleassignment.ValidToIsNil(), roleassignment.ValidToGT(now))).
		Order(ent.Asc(roleassignment.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	grants := make([]viewer.Grant, len(held))
	for i, r := range held {
		grants[i] = grantOf(r)
	}
	return grants, nil
}

func grantOf(r *ent.RoleAssignment) viewer.Grant {
	g := viewer.Grant{Role: viewer.Role(r.Role), AgencyID: r.AgencyID, RegionID: r.RegionID}
	if r.Line != nil {
		g.Line = *r.Line
	}
	if r.ValidTo != nil {
		g.Until = *r.ValidTo
	}
	return g
}

// touch keeps the session's last use. It is for people to look at, so a failure does not refuse the request.
func (s *Service) touch(ctx context.Context, found *ent.Session, now time.Time) {
	if now.Sub(found.LastUsedAt) < touchEvery {
		return
	}
	err := s.client.Session.Update().Where(session.ID(found.ID), session.LastUsedAtLT(now)).SetLastUsedAt(now).Exec(ctx)
	if err != nil {
		s.o.Logger.WarnContext(ctx, "last use of a session not kept", "session", found.ID, "error", err)
	}
}

func (s *Service) ofCitizen(ctx context.Context, hash []byte) (viewer.Viewer, error) {
	return s.ofInteraction(ctx, interaction.TokenHash(hash))
}

// ofInteraction is the citizen of the selected interaction, until some time after it has ended.
func (s *Service) ofInteraction(ctx context.Context, which predicate.Interaction) (viewer.Viewer, error) {
	ended := s.now().Add(-s.o.CitizenTTL)
	id, err := s.client.Interaction.Query().Where(which, interaction.TokenHashNotNil(),
		interaction.Or(interaction.ClosedAtIsNil(), interaction.ClosedAtGT(ended))).OnlyID(ctx)
	switch {
	case ent.IsNotFound(err):
		return viewer.Viewer{}, errToken()
	case err != nil:
		return viewer.Viewer{}, fmt.Errorf("find interaction: %w", err)
	}
	return viewer.Viewer{Kind: viewer.Citizen, InteractionID: id}, nil
}
