package app

import (
	"context"
	"fmt"
	"log/slog"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	entaccount "ekc/ent/account"
	entagency "ekc/ent/agency"
	entregion "ekc/ent/region"
	"ekc/internal/config"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/seed"
)

// Accounts manages accounts from the console, with nothing running but the database.
type Accounts struct {
	coreStore
	service *access.Service
}

// OpenAccounts opens the core's database, migrated and with its agencies and regions.
func OpenAccounts(ctx context.Context, c config.Storage, log *slog.Logger) (*Accounts, error) {
	a := &Accounts{}
	if err := a.openAlone(ctx, c, log, func() error { return a.open(ctx, log) }); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *Accounts) open(ctx context.Context, log *slog.Logger) (err error) {
	events := eventlog.New(a.core.DB, a.core.Client, a.core.URL, log)
	if a.service, err = access.New(a.core.Client, events, access.Options{Logger: log}); err != nil {
		return err
	}
	_, err = seed.Run(ctx, seed.Options{DB: a.core.DB, Client: a.core.Client})
	return err
}

// NewUser is an account to add; Agency and Region are codes, empty for all; Line is 1, 2 or 0 for both.
type NewUser struct {
	Login, Name, Password string
	Role                  viewer.Role
	Agency, Region        string
	Line                  int
}

// Add adds an account with one role.
func (a *Accounts) Add(ctx context.Context, n NewUser) error {
	ctx = viewer.AsSystem(ctx)
	role := access.NewRole{Role: n.Role, Line: n.Line}
	var err error
	if n.Agency != "" {
		if role.AgencyID, err = a.core.Client.Agency.Query().Where(entagency.Code(n.Agency)).OnlyID(ctx); err != nil {
			return unknownCode("agency", n.Agency, err)
		}
	}
	if n.Region != "" {
		if role.RegionID, err = a.core.Client.Region.Query().Where(entregion.Code(n.Region)).OnlyID(ctx); err != nil {
			return unknownCode("region", n.Region, err)
		}
	}
	if err := access.CheckPassword("password", n.Login, n.Password); err != nil {
		return err
	}
	_, err = a.service.AddAccount(ctx, access.NewAccount{Login: n.Login, DisplayName: n.Name, Password: n.Password, Role: &role})
	return err
}

// SetPassword gives an account a new password, closes its sessions and ends a lock-out.
func (a *Accounts) SetPassword(ctx context.Context, login, password string) error {
	ctx = viewer.AsSystem(ctx)
	id, err := a.core.Client.Account.Query().Where(entaccount.Login(login)).OnlyID(ctx)
	if ent.IsNotFound(err) {
		return fail.Field("login", fail.NotFound, "there is no account %q", login)
	}
	if err != nil {
		return fmt.Errorf("look for the account: %w", err)
	}
	_, err = a.service.UpdateAccount(ctx, id, access.AccountChange{Password: &password, Unlock: true})
	return err
}

func unknownCode(field, code string, err error) error {
	if ent.IsNotFound(err) {
		return fail.Field(field, fail.NotFound, "there is no %s %q", field, code)
	}
	return fmt.Errorf("look for the %s: %w", field, err)
}
