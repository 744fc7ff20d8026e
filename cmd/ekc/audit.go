package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"ekc/access/auditlog"
	"ekc/internal/app"
	"ekc/internal/config"
)

type auditCommands struct {
	Verify auditVerifyCommand `cmd:"" help:"Check the hash chain of the audit log. Exit status 3 when something was changed, removed, put in or reordered; the first broken place is told."`
	Export auditExportCommand `cmd:"" help:"Print the sealed audit log, a JSON object a line, each with the hash of its link."`
}

// auditFlags open the audit log.
type auditFlags struct {
	config.Storage
	config.Logging
}

func (f auditFlags) with(ctx context.Context, work func(*app.Audit) error) (err error) {
	if err := f.Storage.Validate(); err != nil {
		return err
	}
	audit, err := app.OpenAudit(ctx, f.Storage, quiet(f.Logger(os.Stderr), f.LogLevel))
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, audit.Close(context.WithoutCancel(ctx))) }()
	return work(audit)
}

type auditVerifyCommand struct {
	auditFlags
	Anchor []string `help:"An anchor that was kept outside, as verify prints it and nodes log it: shows that the log was cut off or written anew." placeholder:"SEQUENCE:HASH"`
	JSON   bool     `name:"json" help:"Print one JSON object."`
}

// Run checks the log.
func (c *auditVerifyCommand) Run(ctx context.Context) error {
	anchors := make([]auditlog.Anchor, 0, len(c.Anchor))
	for _, text := range c.Anchor {
		a, err := auditlog.ParseAnchor(text)
		if err != nil {
			return err
		}
		anchors = append(anchors, a)
	}
	return c.with(ctx, func(a *app.Audit) error {
		report, err := a.Verify(ctx, anchors...)
		if err != nil {
			return err
		}
		if err := tellAudit(os.Stdout, report, c.JSON); err != nil {
			return err
		}
		if !report.Whole() {
			return exitStatus(statusPartial)
		}
		return nil
	})
}

func tellAudit(out io.Writer, r auditlog.Report, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(struct {
			auditlog.Report
			Whole  bool   `json:"whole"`
			Anchor string `json:"anchor"`
		}{r, r.Whole(), r.Last.String()})
	}
	w := bufio.NewWriter(out)
	_, _ = fmt.Fprintf(w, "%d entries in %d seals, %d waiting for theirs\n", r.Entries, r.Seals, r.Waiting) // Flush tells what goes wrong
	for _, f := range r.Faults {
		_, _ = fmt.Fprintf(w, "BROKEN at %d %s: %s\n", f.Sequence, f.EntryID, f.What)
	}
	if r.Whole() {
		_, _ = fmt.Fprintln(w, "the chain is whole")
	}
	_, _ = fmt.Fprintf(w, "anchor to keep outside: %s\n", r.Last)
	return w.Flush()
}

type auditExportCommand struct {
	auditFlags
	From int64 `default:"1" help:"Sequence to begin with."`
}

// Run prints the log.
func (c *auditExportCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.Audit) error {
		w := bufio.NewWriterSize(os.Stdout, 1<<16)
		if _, err := a.Export(ctx, c.From, w); err != nil {
			return err
		}
		return w.Flush()
	})
}
