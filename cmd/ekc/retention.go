package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"ekc/internal/app"
	"ekc/internal/config"
	"ekc/internal/privacy"
)

type retentionCommands struct {
	Run retentionRunCommand `cmd:"" help:"Destroy what is kept no longer, as every node does by itself, and name the certificates."`
}

// privacyFlags open the data of citizens.
type privacyFlags struct {
	config.Storage
	config.Recordings
	config.Retention
	config.Knowledge
	config.Models
	config.Logging
}

func (f privacyFlags) with(ctx context.Context, work func(*app.Privacy) error) (err error) {
	if err := firstOf(f.Storage.Validate(), f.Recordings.Validate(), f.Retention.Validate(), f.Knowledge.Validate(), f.Models.Validate()); err != nil {
		return err
	}
	p, err := app.OpenPrivacy(ctx, app.PrivacyOptions{
		Storage: f.Storage, Recordings: f.Recordings, Retention: f.Retention, Knowledge: f.Knowledge, Models: f.Models,
		Logger: quiet(f.Logger(os.Stderr), f.LogLevel),
	})
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, p.Close(context.WithoutCancel(ctx))) }()
	return work(p)
}

type retentionRunCommand struct {
	privacyFlags
	DryRun bool `help:"Only tell what would be destroyed."`
}

// Run applies the rules.
func (c *retentionRunCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(p *app.Privacy) error {
		out, err := p.Retain(ctx, c.DryRun)
		if tellErr := tellRetention(os.Stdout, out); err == nil {
			err = tellErr
		}
		return err
	})
}

func tellRetention(to io.Writer, all []privacy.Outcome) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(to, "no rule is on: EKC_RETENTION_DIALOGUE, EKC_RETENTION_IDENTITY")
		return err
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "RULE\tWHAT\tTERM, DAYS\tDUE\tHELD\tDESTROYED\tCERTIFICATES") // Flush tells what goes wrong
	for _, o := range all {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%v\n", o.Rule.Name, o.Rule.What, int(o.Rule.Term.Hours()/24), o.Due, o.Held, o.Destroyed, o.ActIDs)
	}
	return w.Flush()
}

type keysCommands struct {
	Rotate keysRotateCommand `cmd:"" help:"Begin a new data key, and write anew what older ones encrypted, beside nodes that work. May be stopped and begun again; nodes go on with it too."`
}

type keysRotateCommand struct {
	privacyFlags
	Resume bool `help:"Begin no new key, only go on with what an earlier one left."`
}

// Run rotates.
func (c *keysRotateCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(p *app.Privacy) error {
		number, written, err := p.Rotate(ctx, !c.Resume)
		if err != nil {
			return err
		}
		if number > 0 {
			fmt.Printf("data key %d encrypts from now on; nodes that run take it up within 30 seconds\n", number)
		}
		fmt.Printf("%d values were encrypted anew\n", written)
		return nil
	})
}

type dataCopyCommand struct {
	privacyFlags
	Request string `arg:"" help:"Id of an approved request for a copy (citizenRequestAsk)."`
	Out     string `required:"" help:"File to write, a ZIP; it must not be there yet." placeholder:"FILE"`
}

// Run writes the copy.
func (c *dataCopyCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(p *app.Privacy) (err error) {
		file, err := os.OpenFile(c.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer func() {
			if err = firstOf(err, file.Close()); err != nil {
				err = firstOf(err, os.Remove(c.Out))
			}
		}()
		return p.Export(ctx, c.Request, file)
	})
}
