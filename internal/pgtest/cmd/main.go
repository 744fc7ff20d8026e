// Command cmd looks after the shared test database server: `start` starts it or makes sure that it runs and prints its URL,
// `stop` ends it unless tests of another process are using it, and `remove` deletes it as well.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"ekc/internal/pgtest"
	"ekc/internal/postgres"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "pgtest:", err)
		os.Exit(1) //nolint:gocritic // the timer needs no cleaning up
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("usage: go run ./internal/pgtest/cmd start|stop|remove")
	}
	switch args[0] {
	case "start":
		cluster, err := postgres.Start(ctx, pgtest.Options())
		if err != nil {
			return err
		}
		_, err = fmt.Println(cluster.URL("postgres"))
		return err
	case "stop":
		return stop(ctx)
	case "remove":
		if err := stop(ctx); err != nil {
			return err
		}
		return os.RemoveAll(pgtest.Options().DataDir)
	default:
		return fmt.Errorf("unknown command %q", args[0])
	}
}

func stop(ctx context.Context) error {
	cluster, err := postgres.Attach(ctx, pgtest.Options())
	if errors.Is(err, postgres.ErrNotRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	return cluster.Stop(ctx)
}
