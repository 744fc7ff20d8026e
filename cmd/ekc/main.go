// Command ekc is the contact centre: `ekc serve` runs a node, the other commands look after its databases.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	_ "time/tzdata" // regions keep their time on machines without a zone database

	"github.com/alecthomas/kong"
)

// version is set by the linker.
var version = "unknown"

// Exit statuses.
const (
	statusFailed  = 1
	statusUsage   = 2
	statusPartial = 3
)

// commands are the command line.
type commands struct {
	Version kong.VersionFlag `help:"Print the version and quit."`

	Serve      serveCommand       `cmd:"" help:"Run a node: API, playground, widget, routing, Yana. Several may share one data directory or one pair of databases."`
	Migrate    migrateCommand     `cmd:"" help:"Bring the databases to the newest schema, and do nothing else. serve does it too."`
	User       userCommands       `cmd:"" help:"Accounts, from the console."`
	Knowledge  baseCommands       `cmd:"" help:"The question base."`
	Numbering  numberingCommands  `cmd:"" help:"The numbering plan, by which the region of a caller is told."`
	Assistant  assistantCommands  `cmd:"" help:"Yana."`
	Audit      auditCommands      `cmd:"" help:"The audit log."`
	Data       dataCommands       `cmd:"" help:"Personal data."`
	Retention  retentionCommands  `cmd:"" help:"How long data is kept."`
	Keys       keysCommands       `cmd:"" help:"The keys of encrypted columns."`
	Onboarding onboardingCommands `cmd:"" help:"Sites that join the centre: the plan, and how far they are."`
	Rights     rightsCommand      `cmd:"" help:"Print the matrix of rights as a Markdown table."`
}

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	var c commands
	parser, err := kong.New(&c, kong.Name("ekc"), kong.Description("EKC, the open unified contact centre. Every flag can be given by the variable that it names."),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Vars{"version": version},
		kong.BindTo(context.Background(), (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, "ekc:", err)
		return statusFailed
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ekc:", err)
		fmt.Fprintln(os.Stderr, "`ekc --help` lists the commands.")
		return statusUsage
	}
	err = command.Run()
	var status exitStatus
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	default:
		fmt.Fprintln(os.Stderr, "ekc:", err)
		return statusFailed
	}
}

// exitStatus ends the process with a status when everything was said already.
type exitStatus int

// Error is part of error.
func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }
