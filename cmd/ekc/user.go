package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"ekc/access/viewer"
	"ekc/internal/app"
	"ekc/internal/config"
)

type userCommands struct {
	Add      userAddCommand      `cmd:"" help:"Add an account with one role. The password is asked for, read from a pipe, or drawn and printed."`
	Password userPasswordCommand `cmd:"" help:"Give an account a new password, close its sessions and end a lock-out. The password comes as for add."`
}

// accountFlags open the accounts.
type accountFlags struct {
	config.Storage
	config.Logging
}

func (f accountFlags) with(ctx context.Context, work func(*app.Accounts) error) (err error) {
	if err := f.Storage.Validate(); err != nil {
		return err
	}
	accounts, err := app.OpenAccounts(ctx, f.Storage, f.log())
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, accounts.Close(context.WithoutCancel(ctx))) }()
	return work(accounts)
}

func (f accountFlags) log() *slog.Logger { return quiet(f.Logger(os.Stderr), f.LogLevel) }

type userAddCommand struct {
	accountFlags
	Login  string `required:"" help:"3 to 64 of a-z, 0-9, dot, hyphen, underscore; begins with a letter." placeholder:"LOGIN"`
	Name   string `required:"" help:"Name as colleagues and citizens see it." placeholder:"NAME"`
	Role   string `required:"" enum:"OPERATOR,SUPERVISOR,CONTENT_MANAGER,EXPERT_SYSTEM_ADMINISTRATOR,SEGMENT_ADMINISTRATOR,SEGMENT_COORDINATOR,EXPERT_SYSTEM_USER,ADMINISTRATOR" help:"One of ${enum}."`
	Agency string `help:"Code of the agency the role is bound to, such as PFR; empty: all." placeholder:"CODE"`
	Region string `help:"Code of the region the role is bound to, such as 77; empty: all." placeholder:"CODE"`
	Line   int    `enum:"0,1,2" default:"0" help:"Line of an operator or supervisor, 1 or 2; 0: both."`
}

// Run adds the account.
func (c *userAddCommand) Run(ctx context.Context) error {
	password, drawn, err := askPassword()
	if err != nil {
		return err
	}
	err = c.with(ctx, func(a *app.Accounts) error {
		return a.Add(ctx, app.NewUser{
			Login: c.Login, Name: c.Name, Password: password, Role: viewer.Role(c.Role), Agency: c.Agency, Region: c.Region, Line: c.Line,
		})
	})
	if err != nil {
		return err
	}
	fmt.Printf("account %s was added\n", c.Login)
	tellDrawn(password, drawn)
	return nil
}

type userPasswordCommand struct {
	accountFlags
	Login string `required:"" help:"The account." placeholder:"LOGIN"`
}

// Run sets the password.
func (c *userPasswordCommand) Run(ctx context.Context) error {
	password, drawn, err := askPassword()
	if err != nil {
		return err
	}
	if err := c.with(ctx, func(a *app.Accounts) error { return a.SetPassword(ctx, c.Login, password) }); err != nil {
		return err
	}
	fmt.Printf("account %s has a new password\n", c.Login)
	tellDrawn(password, drawn)
	return nil
}

func tellDrawn(password string, drawn bool) {
	if drawn {
		fmt.Printf("password, shown only now: %s\n", password)
	}
}
