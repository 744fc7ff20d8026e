package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/apikey"
	"ekc/ent/predicate"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// KeyPrefix is that of an API key's secret.
const KeyPrefix = "ekk_"

// Bounds of API keys.
const (
	maxKeyTerm = 366 * 24 * time.Hour // a key ends within a year
	maxOverlap = 7 * 24 * time.Hour   // for so long two secrets may be right after a rotation
	keyHint    = len(KeyPrefix) + 6   // characters of the secret that are shown again
	maxKeyName = 200
)

// NewKey is an API key to create.
type NewKey struct {
	// Name: 1 to 200 characters.
	Name string
	// AgencyID and RegionID bound it; only administrators leave the agency out.
	AgencyID, RegionID string
	// Actions are what it may do, of those that the matrix has for keys; at least one.
	Actions []Action
	// ExpiresAt is at most a year away.
	ExpiresAt time.Time
	// CertificateSubject must come with it when set, in the form of RFC 2253.
	CertificateSubject string
}

// KeyActions are what API keys may be given.
func KeyActions() []Action {
	var actions []Action
	for _, r := range matrix {
		if r.roles[viewer.Program] != None {
			actions = append(actions, r.action)
		}
	}
	return actions
}

// CreateKey creates an API key within the segment of the viewer of ctx and returns its secret, which is shown once.
func (s *Service) CreateKey(ctx context.Context, n NewKey) (*ent.APIKey, string, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return nil, "", err
	}
	if err := s.checkKey(&n); err != nil {
		return nil, "", err
	}
	if err := Check(ctx, ManageKeys, viewer.Scope{AgencyID: n.AgencyID, RegionID: n.RegionID}); err != nil {
		return nil, "", fail.Field("agencyId", fail.Forbidden, "the key reaches beyond your segment")
	}
	if !lasts(v.GrantsOf(viewer.SegmentAdministrator), NewRole{AgencyID: n.AgencyID, RegionID: n.RegionID, ValidTo: &n.ExpiresAt}) {
		return nil, "", fail.Field("expiresAt", fail.Forbidden, "the key would outlast your own role")
	}
	secret, err := newToken(s.o.Rand, KeyPrefix, secretBytes)
	if err != nil {
		return nil, "", err
	}
	var key *ent.APIKey
	err = s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		if err := findSegment(ctx, tx, "key", NewRole{AgencyID: n.AgencyID, RegionID: n.RegionID}); err != nil {
			return err
		}
		actions := make([]string, len(n.Actions))
		for i, a := range n.Actions {
			actions[i] = string(a)
		}
		create := tx.APIKey.Create().SetName(n.Name).SetActions(actions).SetHint(secret[:keyHint]).SetHash(HashToken(secret)).
			SetExpiresAt(n.ExpiresAt.UTC()).SetCreatorID(v.AccountID).SetCertificateSubject(n.CertificateSubject).SetCreatedAt(s.now()).
			SetNillableAgencyID(optional.Of(n.AgencyID)).SetNillableRegionID(optional.Of(n.RegionID))
		made, err := create.Save(ctx)
		if err != nil {
			return fmt.Errorf("keep key: %w", err)
		}
		detail := map[string]string{"actions": strings.Join(actions, " "), "agency": n.AgencyID, "region": n.RegionID}
		if err := Audit(ctx, tx, auditKeyCreate, made.ID, detail); err != nil {
			return err
		}
		key, err = keyWithPlace(ctx, tx, made.ID)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return key.Unwrap(), secret, nil
}

func (s *Service) checkKey(n *NewKey) (err error) {
	if n.Name, err = checkDisplayName(n.Name); err != nil {
		return fail.Field("name", fail.Invalid, "a name has 1 to %d characters and no control characters", maxKeyName)
	}
	if len(n.Actions) == 0 {
		return fail.Field("actions", fail.Invalid, "at least one action")
	}
	slices.Sort(n.Actions)
	n.Actions = slices.Compact(n.Actions)
	for _, a := range n.Actions {
		if rows[a].roles[viewer.Program] == None {
			return fail.Field("actions", fail.Invalid, "a key is given some of %v", KeyActions())
		}
	}
	now := s.now()
	if !n.ExpiresAt.After(now) || n.ExpiresAt.Sub(now) > maxKeyTerm {
		return fail.Field("expiresAt", fail.Invalid, "a key ends within a year, and not in the past")
	}
	return checkSubject("certificateSubject", n.CertificateSubject)
}

// keyWithPlace reads a key with what it names.
func keyWithPlace(ctx context.Context, tx *ent.Tx, id string) (*ent.APIKey, error) {
	return tx.APIKey.Query().Where(apikey.ID(id)).WithAgency().WithRegion().Only(ctx)
}

// RotateKey gives a key a new secret, which is shown once. The present one stays right for the overlap, 0 to 7 days; one
// from before it ends at once.
func (s *Service) RotateKey(ctx context.Context, id string, overlap time.Duration) (*ent.APIKey, string, error) {
	if overlap < 0 || overlap > maxOverlap {
		return nil, "", fail.Field("overlapHours", fail.Invalid, "from 0 to %d hours", int(maxOverlap/time.Hour))
	}
	secret, err := newToken(s.o.Rand, KeyPrefix, secretBytes)
	if err != nil {
		return nil, "", err
	}
	key, err := s.changeKey(ctx, id, func(ctx context.Context, tx *ent.Tx, k *ent.APIKey) error {
		if !k.ExpiresAt.After(s.now()) {
			return fail.Field("apiKeyId", fail.Conflict, "the key has expired")
		}
		change := tx.APIKey.UpdateOne(k).SetHash(HashToken(secret)).SetHint(secret[:keyHint]).SetRotatedAt(s.now())
		if overlap > 0 {
			change.SetPreviousHash(k.Hash).SetPreviousEndsAt(s.now().Add(overlap))
		} else {
			change.ClearPreviousHash().ClearPreviousEndsAt()
		}
		if err := change.Exec(ctx); err != nil {
			return fmt.Errorf("rotate key: %w", err)
		}
		return Audit(ctx, tx, auditKeyRotate, k.ID, map[string]string{"overlap": overlap.String()})
	})
	return key, secret, err
}

// RevokeKey ends a key at once, with all of its secrets.
func (s *Service) RevokeKey(ctx context.Context, id string) (*ent.APIKey, error) {
	return s.changeKey(ctx, id, func(ctx context.Context, tx *ent.Tx, k *ent.APIKey) error {
		if err := tx.APIKey.UpdateOne(k).SetRevokedAt(s.now()).Exec(ctx); err != nil {
			return fmt.Errorf("revoke key: %w", err)
		}
		return Audit(ctx, tx, auditKeyRevoke, k.ID, nil)
	})
}

// changeKey changes a locked key that was not revoked and that the viewer of ctx manages.
func (s *Service) changeKey(ctx context.Context, id string, change func(context.Context, *ent.Tx, *ent.APIKey) error) (*ent.APIKey, error) {
	if err := listing(viewer.From(ctx), ManageKeys); err != nil {
		return nil, err
	}
	missing := fail.Field("apiKeyId", fail.NotFound, "no such key")
	if !wellFormed(id) {
		return nil, missing
	}
	var changed *ent.APIKey
	err := s.store.InTx(viewer.AsSystem(ctx), func(sys context.Context, tx *ent.Tx) error {
		k, err := tx.APIKey.Query().Where(apikey.ID(id)).ForUpdate().Only(sys)
		switch {
		case ent.IsNotFound(err):
			return missing
		case err != nil:
			return fmt.Errorf("lock key: %w", err)
		case Check(ctx, ManageKeys, viewer.Scope{AgencyID: k.AgencyID, RegionID: k.RegionID}) != nil:
			return missing
		case k.RevokedAt != nil:
			return fail.Field("apiKeyId", fail.Conflict, "the key was revoked already")
		}
		if err := change(sys, tx, k); err != nil {
			return err
		}
		changed, err = keyWithPlace(sys, tx, id)
		return err
	})
	s.cache.clear()
	if err != nil {
		return nil, err
	}
	return changed.Unwrap(), nil
}

// Keys are the API keys of the viewer's segment, revoked and expired ones too, for the caller to page through.
func (s *Service) Keys(ctx context.Context) (*ent.APIKeyQuery, error) {
	if err := listing(viewer.From(ctx), ManageKeys); err != nil {
		return nil, err
	}
	return s.client.APIKey.Query(), nil
}

// ofKey is the program whose key has the secret, the one before the last rotation too while it overlaps.
func (s *Service) ofKey(ctx context.Context, hash []byte) (viewer.Viewer, error) {
	return s.keyBy(ctx, s.bySecret(hash))
}

func (s *Service) bySecret(hashes ...[]byte) predicate.APIKey {
	return apikey.Or(apikey.HashIn(hashes...), apikey.And(apikey.PreviousHashIn(hashes...), apikey.PreviousEndsAtGT(s.now())))
}

// usable selects the keys that have neither ended nor been revoked.
func (s *Service) usable() predicate.APIKey {
	return apikey.And(apikey.RevokedAtIsNil(), apikey.ExpiresAtGT(s.now()))
}

func (s *Service) keyBy(ctx context.Context, which predicate.APIKey) (viewer.Viewer, error) {
	k, err := s.client.APIKey.Query().Where(which, s.usable()).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return viewer.Viewer{}, errToken()
	case err != nil:
		return viewer.Viewer{}, fmt.Errorf("find key: %w", err)
	}
	s.touchKey(ctx, k)
	return programOf(k), nil
}

func programOf(k *ent.APIKey) viewer.Viewer {
	grant := viewer.Grant{Role: viewer.Program, AgencyID: k.AgencyID, RegionID: k.RegionID}
	return viewer.Viewer{
		Kind: viewer.Key, KeyID: k.ID, Grants: []viewer.Grant{grant}, Actions: k.Actions, TokenEnds: k.ExpiresAt,
		MustShow: k.CertificateSubject,
	}
}

// touchKey keeps the key's last use, to the minute, and where it came from. It is for people to look at, so a failure does
// not refuse the request.
func (s *Service) touchKey(ctx context.Context, k *ent.APIKey) {
	now := s.now()
	if k.LastUsedAt != nil && now.Sub(*k.LastUsedAt) < touchEvery {
		return
	}
	err := s.client.APIKey.Update().Where(apikey.ID(k.ID), apikey.Or(apikey.LastUsedAtIsNil(), apikey.LastUsedAtLT(now))).
		SetLastUsedAt(now.Truncate(touchEvery)).SetLastAddress(cut(viewer.From(ctx).Address, maxAddress)).Exec(ctx)
	if err != nil {
		s.o.Logger.WarnContext(ctx, "last use of a key not kept", "key", k.ID, "error", err)
	}
}

// openKeys returns the programs whose secrets have the hashes and are right, by hash.
func (s *Service) openKeys(ctx context.Context, hashes [][]byte) (map[string]viewer.Viewer, error) {
	if len(hashes) == 0 {
		return nil, nil
	}
	found, err := s.client.APIKey.Query().Where(s.bySecret(hashes...), s.usable()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	programs := map[string]viewer.Viewer{}
	for _, k := range found {
		programs[string(k.Hash)] = programOf(k)
		if k.PreviousEndsAt != nil && k.PreviousEndsAt.After(s.now()) {
			programs[string(k.PreviousHash)] = programOf(k)
		}
	}
	return programs, nil
}
