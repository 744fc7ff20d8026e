package voice

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/phone"
	"ekc/ent/phonebinding"
	"ekc/ent/roleassignment"
	"ekc/internal/fail"
	"ekc/internal/voice/secret"
)

var phoneName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,63}$`)

// CreatePhone gives an account a phone and returns its password, which is shown this once and not kept. username is what devices
// register with; empty: the account's login. For segment administrators of the account and administrators.
func (s *Service) CreatePhone(ctx context.Context, accountID, username string) (*ent.Phone, string, error) {
	a, err := s.accountFor(ctx, accountID, access.CreatePhone)
	if err != nil {
		return nil, "", err
	}
	if username = strings.ToLower(strings.TrimSpace(username)); username == "" {
		username = a.Login
	}
	if !phoneName.MatchString(username) {
		return nil, "", fail.Field("username", fail.Invalid, "use 2 to 64 of a-z, 0-9, dot, underscore and hyphen")
	}
	password := secret.Draw()
	weak, strong := secret.HA1(username, secret.Realm, password)
	var made *ent.Phone
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) (err error) {
		made, err = tx.Phone.Create().SetAccountID(a.ID).SetUsername(username).SetRealm(secret.Realm).SetHa1Md5(weak).SetHa1Sha256(strong).
			SetSecretSetAt(s.now()).Save(system)
		if ent.IsConstraintError(err) {
			return fail.Field("username", fail.Conflict, "another phone has this name")
		}
		if err != nil {
			return fmt.Errorf("write phone: %w", err)
		}
		return access.Audit(ctx, tx, "phone.create", made.ID, map[string]string{"account": a.ID})
	})
	if err != nil {
		return nil, "", err
	}
	return made.Unwrap(), password, nil
}

// ResetPhone draws a new password, shown this once; devices with the old one are forgotten. Its owner too.
func (s *Service) ResetPhone(ctx context.Context, phoneID string) (*ent.Phone, string, error) {
	password := secret.Draw()
	p, err := s.changePhone(ctx, phoneID, access.ResetPhone, "phone.reset", func(system context.Context, tx *ent.Tx, p *ent.Phone) (*ent.Phone, error) {
		weak, strong := secret.HA1(p.Username, secret.Realm, password)
		return tx.Phone.UpdateOne(p).SetRealm(secret.Realm).SetHa1Md5(weak).SetHa1Sha256(strong).SetSecretSetAt(s.now()).Save(system)
	})
	if err != nil {
		return nil, "", err
	}
	return p, password, nil
}

// SetPhoneActive switches a phone on or off; off, its devices are forgotten.
func (s *Service) SetPhoneActive(ctx context.Context, phoneID string, active bool) (*ent.Phone, error) {
	return s.changePhone(ctx, phoneID, access.CreatePhone, "phone.update", func(system context.Context, tx *ent.Tx, p *ent.Phone) (*ent.Phone, error) {
		return tx.Phone.UpdateOne(p).SetActive(active).Save(system)
	})
}

func (s *Service) changePhone(ctx context.Context, phoneID string, action access.Action, what string,
	do func(system context.Context, tx *ent.Tx, p *ent.Phone) (*ent.Phone, error),
) (*ent.Phone, error) {
	missing := fail.Field("phoneId", fail.NotFound, "no such phone")
	p, err := s.o.Client.Phone.Query().Where(phone.ID(phoneID)).Only(viewer.AsSystem(ctx))
	if ent.IsNotFound(err) {
		if viewer.From(ctx).Kind == viewer.Nobody {
			return nil, access.Check(ctx, action, access.Anywhere)
		}
		return nil, missing
	}
	if err != nil {
		return nil, away(err)
	}
	if _, err := s.accountFor(ctx, p.AccountID, action); err != nil {
		if fail.CodeOf(err) == fail.NotFound {
			return nil, missing
		}
		return nil, err
	}
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if p, err = do(system, tx, p); err != nil {
			return fmt.Errorf("change phone: %w", err)
		}
		if _, err := tx.PhoneBinding.Delete().Where(phonebinding.PhoneID(p.ID)).Exec(system); err != nil {
			return fmt.Errorf("forget devices: %w", err)
		}
		return access.Audit(ctx, tx, what, p.ID, map[string]string{"account": p.AccountID})
	})
	if err != nil {
		return nil, err
	}
	return p.Unwrap(), nil
}

// accountFor decides on an account by all of its roles: a segment administrator manages who holds none elsewhere.
func (s *Service) accountFor(ctx context.Context, accountID string, action access.Action) (*ent.Account, error) {
	missing := fail.Field("accountId", fail.NotFound, "no such account")
	system := viewer.AsSystem(ctx)
	a, err := s.o.Client.Account.Get(system, accountID)
	if ent.IsNotFound(err) {
		if viewer.From(ctx).Kind == viewer.Nobody {
			return nil, access.Check(ctx, action, access.Anywhere)
		}
		return nil, missing
	}
	if err != nil {
		return nil, away(err)
	}
	own := viewer.From(ctx).AccountID == a.ID
	now := s.now()
	roles, err := s.o.Client.RoleAssignment.Query().Where(roleassignment.AccountID(a.ID),
		roleassignment.Or(roleassignment.ValidToIsNil(), roleassignment.ValidToGT(now))).All(system)
	if err != nil {
		return nil, away(err)
	}
	if len(roles) == 0 {
		return a, hide(access.CheckObject(ctx, action, access.Object{Own: own, Seen: own}), missing)
	}
	for _, r := range roles {
		scope := viewer.Scope{AgencyID: r.AgencyID, RegionID: r.RegionID}
		if r.Line != nil {
			scope.Line = *r.Line
		}
		if err := access.CheckObject(ctx, action, access.Object{Scope: scope, Own: own, Seen: own}); err != nil {
			return nil, hide(err, missing)
		}
	}
	return a, nil
}

func hide(err, missing error) error {
	if fail.CodeOf(err) == fail.NotFound {
		return missing
	}
	return err
}
