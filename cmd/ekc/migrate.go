package main

import (
	"context"
	"fmt"
	"os"

	"ekc/internal/app"
	"ekc/internal/config"
)

type migrateCommand struct {
	config.Storage
	config.Logging
}

// Run migrates both databases.
func (c *migrateCommand) Run(ctx context.Context) (err error) {
	if err := c.Storage.Validate(); err != nil {
		return err
	}
	storage, err := app.OpenStorage(ctx, c.Storage, app.BothDatabases, quiet(c.Logger(os.Stderr), c.LogLevel))
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, storage.Close(context.WithoutCancel(ctx))) }()
	if err := storage.Migrate(ctx); err != nil {
		return err
	}
	fmt.Println("both databases have the newest schema")
	return nil
}
