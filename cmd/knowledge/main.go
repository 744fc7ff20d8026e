// Command knowledge is the question base as a service of its own: the contact centre asks it over RPC when EKC_KNOWLEDGE_URL
// names it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // dates of records hold where the citizen is

	"github.com/alecthomas/kong"

	"ekc/internal/app"
	"ekc/internal/config"
)

// version is set by the linker.
var version = "unknown"

type command struct {
	Version kong.VersionFlag `help:"Print the version and quit."`
	config.KnowledgeService
}

func main() {
	var c command
	kong.Parse(&c, kong.Name("knowledge"), kong.Vars{"version": version}, kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.UsageOnError(),
		kong.Description("The question base of EKC as a service: records, search, import. Every flag can be given by the variable that it names."))
	if err := c.run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "knowledge:", err)
		os.Exit(1)
	}
}

// run serves until Ctrl-C or SIGTERM; a second one ends the process at once.
func (c *command) run(ctx context.Context) error {
	ctx, release := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	service, err := app.StartKnowledge(ctx, c.KnowledgeService, c.Logger(os.Stderr))
	if err != nil {
		return err
	}
	fmt.Printf("\nThe question base serves at %s\n  Health  %[1]s/healthz  %[1]s/readyz  %[1]s/metrics\n  A node uses it with EKC_KNOWLEDGE_URL=%[1]s\n\nCtrl-C stops it.\n",
		service.URL())
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-service.Failed():
	}
	release()
	fmt.Fprintln(os.Stderr, "knowledge: stopping; once more Ctrl-C to stop at once")
	if err := service.Close(context.WithoutCancel(ctx)); failure == nil {
		failure = err
	}
	return failure
}
