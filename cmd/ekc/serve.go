package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"ekc/internal/app"
	"ekc/internal/config"
)

type serveCommand struct {
	config.Config
}

// collectAt lets a node's heap grow to three times what is alive, in place of Go's two: it has memory to spare, and the
// collector then runs half as often. GOGC says otherwise.
const collectAt = 200

// Run serves until Ctrl-C or SIGTERM; a second one ends the process at once.
func (c *serveCommand) Run(ctx context.Context) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	signal.Ignore(syscall.SIGXFSZ) // a file that may not grow is an error of its writing, as on a full disk, and no end of calls
	ctx, release := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	node, err := app.Start(ctx, c.Config, app.Options{Log: c.Logger(os.Stderr)})
	if err != nil {
		return err
	}
	failure := node.Describe(os.Stdout)
	if failure == nil {
		select {
		case <-ctx.Done():
		case failure = <-node.Failed():
		case <-node.Drained():
		}
	}
	release() // from here on a signal ends the process at once
	if calls := node.Calls(); calls > 0 {
		fmt.Fprintf(os.Stderr, "ekc: taking no new calls, waiting for %d that last, at most %s\n", calls, c.DrainTimeout)
	}
	fmt.Fprintln(os.Stderr, "ekc: stopping; once more Ctrl-C to stop at once")
	if err := node.Close(context.WithoutCancel(ctx)); err != nil {
		fmt.Fprintln(os.Stderr, "ekc: stopped, but:", err)
		if failure == nil {
			return exitStatus(statusFailed)
		}
	}
	return failure
}
