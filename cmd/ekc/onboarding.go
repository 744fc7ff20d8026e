package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"ekc/internal/app"
	"ekc/internal/config"
	"ekc/onboarding"
	"ekc/onboarding/stage"
)

type onboardingCommands struct {
	Import onboardingImportCommand `cmd:"" help:"Take over a plan of waves and sites (CSV or XLSX): all of it, or, where a row is bad, nothing; each bad row is named. Exit status 3 then. Columns: wave, starts, ends, planned, agency, region, name, operators_line_1, operators_line_2, supervisors, content_managers, coordinators, records."`
	Board  onboardingBoardCommand  `cmd:"" help:"Print how far the sites are, as the nodes have found them last."`
}

// onboardingFlags open the sites that join.
type onboardingFlags struct {
	config.Storage
	config.Logging
}

func (f onboardingFlags) with(ctx context.Context, work func(*app.Onboarding) error) (err error) {
	if err := f.Storage.Validate(); err != nil {
		return err
	}
	o, err := app.OpenOnboarding(ctx, f.Storage, quiet(f.Logger(os.Stderr), f.LogLevel))
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, o.Close(context.WithoutCancel(ctx))) }()
	return work(o)
}

type onboardingImportCommand struct {
	onboardingFlags
	File string `arg:"" type:"existingfile" help:"The plan."`
	Try  bool   `help:"Read and check it, and write nothing."`
}

// Run imports the plan.
func (c *onboardingImportCommand) Run(ctx context.Context) (err error) {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	return c.with(ctx, func(o *app.Onboarding) error {
		done, err := o.Import(ctx, file, c.Try)
		if err != nil {
			return err
		}
		return tellImported(os.Stdout, os.Stderr, done, c.Try)
	})
}

func tellImported(out, errs io.Writer, done onboarding.Imported, try bool) error {
	for _, bad := range done.Bad {
		if _, err := fmt.Fprintf(errs, "row %d: %s: %s\n", bad.Line, bad.Field, bad.Message); err != nil {
			return err
		}
	}
	if len(done.Bad) > 0 {
		_, err := fmt.Fprintf(errs, "%d bad rows; nothing was written\n", len(done.Bad)+done.MoreBad)
		return firstOf(err, exitStatus(statusPartial))
	}
	what := "written"
	if try {
		what = "good; nothing was written"
	}
	_, err := fmt.Fprintf(out, "%s: %d waves, %d sites added, %d changed, %d as they were\n", what, done.Waves, done.Added, done.Changed, done.Unchanged)
	return err
}

type onboardingBoardCommand struct {
	onboardingFlags
	Wave int  `enum:"0,1,2,3,4,5,6" default:"0" help:"Sites of one wave; 0: all."`
	Late bool `help:"Late sites only."`
}

// Run prints the board.
func (c *onboardingBoardCommand) Run(ctx context.Context) error {
	f := onboarding.Filter{Wave: c.Wave}
	if c.Late {
		f.Late = &c.Late
	}
	return c.with(ctx, func(o *app.Onboarding) error {
		b, err := o.Board(ctx, f)
		if err != nil {
			return err
		}
		return printBoard(os.Stdout, b)
	})
}

func printBoard(out io.Writer, b *onboarding.Board) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	lines := []string{"WAVE\tAGENCY\tREGION\tSITE\tSTAGE\tDUE\t"}
	for _, one := range b.Sites {
		at, note := string(one.At), ""
		if at == "" {
			at = "launched"
		}
		switch {
		case one.Late:
			note = "late"
		case one.Warning:
			note = "warning"
		}
		lines = append(lines, fmt.Sprintf("%d\t%s\t%s\t%s\t%s\t%s\t%s", one.Row.Wave, one.Row.Edges.Agency.Code, one.Row.Edges.Region.Code, one.Row.Name,
			at, one.DueOn, note))
	}
	if _, err := fmt.Fprintln(w, strings.Join(lines, "\n")); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	var stages []string
	for _, st := range stage.All {
		stages = append(stages, fmt.Sprintf("%s %d", st, b.Totals.At[st]))
	}
	_, err := fmt.Fprintf(out, "\n%d sites: %s; launched %d, late %d\n", b.Totals.Sites, strings.Join(stages, ", "), b.Totals.Launched, b.Totals.Late)
	return err
}
