package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"ekc/internal/app"
	"ekc/internal/config"
	"ekc/knowledge"
)

type exportCommand struct {
	config.Storage
	config.Knowledge
	config.Models
	config.Logging
	File   string `arg:"" help:"The file to write, compressed when its name ends with .gz; - writes to the standard output. A file of that name is replaced when the export is complete, not before." type:"path"`
	Format string `enum:"jsonl,csv,xlsx," default:"" help:"jsonl, csv or xlsx; empty: told by the file's name."`
	Status string `enum:"published,draft,review,approved,archived,all" default:"published" help:"Only records whose current version has this status (${enum}). Import takes published ones only."`
	Agency string `help:"Only records of this agency." placeholder:"CODE"`
	Region string `help:"Only records of this region." placeholder:"CODE"`
	Topic  string `help:"Only records of this topic." placeholder:"NAME"`
}

// Run exports the records.
func (c *exportCommand) Run(ctx context.Context) (err error) {
	if err := firstOf(c.Storage.Validate(), c.Knowledge.Validate(), c.Models.Validate()); err != nil {
		return err
	}
	ctx, release := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	base, err := app.UseBase(ctx, c.Storage, c.Knowledge, c.Models, quiet(c.Logger(os.Stderr), c.LogLevel))
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, base.Close()) }()
	var s knowledge.ExportSummary
	write := func(to io.Writer, name string) (err error) {
		s, err = knowledge.Export(ctx, base, to, c.options(name))
		return err
	}
	if filepath.Base(c.File) == "-" {
		err = write(os.Stdout, "")
	} else {
		err = replaceFile(c.File, write)
	}
	if err == nil {
		fmt.Fprintf(os.Stderr, "\r%d records in %s\n", s.Records, s.Elapsed.Round(time.Millisecond))
	}
	return err
}

func (c *exportCommand) options(name string) knowledge.ExportOptions {
	status := knowledge.Status(c.Status)
	if c.Status == "all" {
		status = ""
	}
	return knowledge.ExportOptions{
		Format: c.Format, Name: name,
		Filter: knowledge.RecordFilter{Status: status, Agency: c.Agency, Region: c.Region, Topic: c.Topic},
		Progress: func(p knowledge.ExportProgress) {
			fmt.Fprintf(os.Stderr, "\r%d of %d records ", p.Records, p.Total)
		},
	}
}

// replaceFile writes a file beside the one that is meant and renames it at the end, so that an export that is cut off leaves
// nothing behind and spoils nothing.
func replaceFile(path string, write func(to io.Writer, name string) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := write(f, path); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
