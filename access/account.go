package access

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/internal/fail"
)

// Bounds of an account's fields, in characters and chats.
const (
	maxDisplayName  = 200
	maxChatCapacity = 20
)

// NewAccount is an account to create.
type NewAccount struct {
	// Login: 3 to 64 of a-z, 0-9, dot, hyphen, underscore; begins with a letter.
	Login string
	// DisplayName: 1 to 200 characters.
	DisplayName string
	// Password: see CheckPassword.
	Password string
	// ChatCapacity: 0 to 20; nil means 3.
	ChatCapacity *int
	// Role is the first one; a segment administrator must give one inside the segment.
	Role *NewRole
}

// AccountChange is what to change of an account; nil leaves as is.
type AccountChange struct {
	DisplayName  *string
	Active       *bool
	ChatCapacity *int
	Password     *string
	// Unlock ends a lock-out when true.
	Unlock bool
}

// CreateAccount adds an account for the viewer of ctx, an administrator or a segment administrator who gives it a first
// role inside the segment. INVALID, FORBIDDEN, NOT_FOUND and CONFLICT name the field.
func (s *Service) CreateAccount(ctx context.Context, n NewAccount) (*ent.Account, error) {
	v, err := manager(ctx)
	if err != nil {
		return nil, err
	}
	if n.Role == nil && !everywhere(v) {
		return nil, fail.Field("role", fail.Invalid, "a first role inside your segment is required")
	}
	if err := CheckPassword("password", n.Login, n.Password); err != nil {
		return nil, err
	}
	return s.create(ctx, v, n)
}

// AddAccount adds an account as the system: the first administrator, and what `ekc user add` is given. The password is
// not held against the rules, only against emptiness: whoever has the server's console decides.
func (s *Service) AddAccount(ctx context.Context, n NewAccount) (*ent.Account, error) {
	if n.Password == "" || !utf8.ValidString(n.Password) || utf8.RuneCountInString(n.Password) > MaxPassword {
		return nil, fail.Field("password", fail.Invalid, "a password has 1 to %d characters", MaxPassword)
	}
	ctx = viewer.AsSystem(ctx)
	return s.create(ctx, viewer.From(ctx), n)
}

func (s *Service) create(ctx context.Context, v viewer.Viewer, n NewAccount) (*ent.Account, error) {
	name, err := checkAccount(n)
	if err != nil {
		return nil, err
	}
	if n.Role != nil {
		if err := s.checkRole("role", v, *n.Role); err != nil {
			return nil, err
		}
	}
	ctx = viewer.AsSystem(ctx)
	hash, err := s.hasher.Hash(ctx, n.Password)
	if err != nil {
		return nil, err
	}
	var created *ent.Account
	err = s.store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		a, err := tx.Account.Create().SetLogin(n.Login).SetDisplayName(name).SetPasswordHash(hash).
			SetNillableChatCapacity(n.ChatCapacity).SetCreatedAt(s.now()).SetPasswordSetAt(s.now()).
			SetMustChangePassword(v.AccountID != "").Save(ctx)
		switch {
		case ent.IsConstraintError(err):
			return fail.Field("login", fail.Conflict, "the login is taken")
		case err != nil:
			return fmt.Errorf("create account: %w", err)
		}
		if err := Audit(ctx, tx, auditAccountCreate, a.ID, nil); err != nil {
			return err
		}
		if n.Role != nil {
			if _, err := s.give(ctx, tx, "role", a.ID, *n.Role); err != nil {
				return err
			}
		}
		created, err = s.withRoles(tx.Account.Query()).Where(account.ID(a.ID)).Only(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return created.Unwrap(), nil
}

// checkAccount returns the display name as it is kept.
func checkAccount(n NewAccount) (string, error) {
	if !loginForm.MatchString(n.Login) {
		return "", fail.Field("login", fail.Invalid, "a login is 3 to 64 of a-z, 0-9, dot, hyphen, underscore and begins with a letter")
	}
	if n.ChatCapacity != nil {
		if err := checkCapacity(*n.ChatCapacity); err != nil {
			return "", err
		}
	}
	return checkDisplayName(n.DisplayName)
}

func checkDisplayName(name string) (string, error) {
	name = norm.NFC.String(strings.TrimSpace(name))
	n := utf8.RuneCountInString(name)
	if n < 1 || n > maxDisplayName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return "", fail.Field("displayName", fail.Invalid, "a name has 1 to %d characters and no control characters", maxDisplayName)
	}
	return name, nil
}

func checkCapacity(chats int) error {
	if chats < 0 || chats > maxChatCapacity {
		return fail.Field("chatCapacity", fail.Invalid, "0 to %d chats at once", maxChatCapacity)
	}
	return nil
}

// UpdateAccount changes an account that the viewer of ctx manages. Deactivating and setting a password close all of its
// sessions; the password must be changed at the next sign-in, unless the system sets it. Nobody deactivates themselves or
// sets their own password here.
func (s *Service) UpdateAccount(ctx context.Context, id string, change AccountChange) (*ent.Account, error) {
	v, err := manager(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkChange(v, id, &change); err != nil {
		return nil, err
	}
	hash, err := s.resetHash(ctx, v, id, change.Password)
	if err != nil {
		return nil, err
	}
	var updated *ent.Account
	err = s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		if err := lockAdministrators(ctx, tx); err != nil {
			return err
		}
		a, err := s.lockManaged(ctx, tx, v, "accountId", id)
		if err != nil {
			return err
		}
		if err := s.update(ctx, tx, a, change, hash); err != nil {
			return err
		}
		updated, err = s.withRoles(tx.Account.Query()).Where(account.ID(id)).Only(ctx)
		return err
	})
	s.cache.clear()
	if err != nil {
		return nil, err
	}
	return updated.Unwrap(), nil
}

func checkChange(v viewer.Viewer, id string, change *AccountChange) error {
	if !wellFormed(id) {
		return fail.Field("accountId", fail.NotFound, "no such account")
	}
	if id == v.AccountID && change.Active != nil && !*change.Active {
		return fail.Field("active", fail.Conflict, "nobody deactivates their own account")
	}
	if id == v.AccountID && change.Password != nil {
		return fail.Field("password", fail.Forbidden, "change your own password with passwordChange")
	}
	if change.DisplayName != nil {
		name, err := checkDisplayName(*change.DisplayName)
		if err != nil {
			return err
		}
		change.DisplayName = &name
	}
	if change.ChatCapacity != nil {
		return checkCapacity(*change.ChatCapacity)
	}
	return nil
}

// resetHash hashes the new password before the transaction, for hashing takes its time. Only for who manages the account,
// so that the answer tells nobody else of its login.
func (s *Service) resetHash(ctx context.Context, v viewer.Viewer, id string, password *string) (string, error) {
	if password == nil {
		return "", nil
	}
	a, err := s.client.Account.Query().Where(account.ID(id)).Where(s.managedBy(v)...).Only(viewer.AsSystem(ctx))
	switch {
	case ent.IsNotFound(err):
		return "", fail.Field("accountId", fail.NotFound, "no such account")
	case err != nil:
		return "", fmt.Errorf("read account: %w", err)
	}
	if err := CheckPassword("password", a.Login, *password); err != nil {
		return "", err
	}
	return s.hasher.Hash(ctx, *password)
}

func (s *Service) update(ctx context.Context, tx *ent.Tx, a *ent.Account, change AccountChange, hash string) error {
	u := tx.Account.UpdateOne(a)
	detail := map[string]string{}
	if change.DisplayName != nil {
		u.SetDisplayName(*change.DisplayName)
		detail["display_name"] = "changed"
	}
	if change.ChatCapacity != nil {
		u.SetChatCapacity(*change.ChatCapacity)
		detail["chat_capacity"] = fmt.Sprint(*change.ChatCapacity)
	}
	if change.Active != nil {
		u.SetActive(*change.Active)
		detail["active"] = fmt.Sprint(*change.Active)
	}
	if change.Unlock {
		u.ClearLockedUntil().SetFailedSignIns(0)
		detail["unlock"] = "true"
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("update account: %w", err)
	}
	if len(detail) > 0 {
		if err := Audit(ctx, tx, auditAccountUpdate, a.ID, detail); err != nil {
			return err
		}
	}
	if hash != "" {
		if _, err := s.setPassword(ctx, tx, a, hash, viewer.From(ctx).AccountID != ""); err != nil {
			return err
		}
		if err := s.afterReset(ctx, tx, a.ID); err != nil {
			return err
		}
	}
	if a.Active && change.Active != nil && !*change.Active {
		return s.afterDeactivation(ctx, tx, a.ID)
	}
	return nil
}

func (s *Service) afterReset(ctx context.Context, tx *ent.Tx, accountID string) error {
	closed, err := s.revoke(ctx, tx, accountID)
	if err != nil {
		return err
	}
	return Audit(ctx, tx, auditPasswordReset, accountID, map[string]string{"closed": fmt.Sprint(closed)})
}

func (s *Service) afterDeactivation(ctx context.Context, tx *ent.Tx, accountID string) error {
	if err := s.keepAdministrator(ctx, tx); err != nil {
		return err
	}
	if _, err := s.revoke(ctx, tx, accountID); err != nil {
		return err
	}
	if s.o.OnDeactivate == nil {
		return nil
	}
	return s.o.OnDeactivate(ctx, tx, accountID)
}
