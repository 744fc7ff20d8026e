package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ekc/internal/app"
	"ekc/internal/config"
	"ekc/telephony/ivr/numbering"
)

type numberingCommands struct {
	Import numberingImport `cmd:"" help:"Take the public register of the numbering plan over into the data directory: CSV with semicolons, code;from;to;capacity;operator;region. Nodes use it within half a minute. Bad rows are named and left out."`
}

type numberingImport struct {
	config.Storage
	File string `arg:"" help:"The register; - reads the standard input." type:"path"`
}

// Run imports the register; it replaces the one that was imported before.
func (c *numberingImport) Run() error {
	if err := c.Storage.Validate(); err != nil {
		return err
	}
	from := io.Reader(os.Stdin)
	if filepath.Base(c.File) != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // it was only read
		from = file
	}
	register, bad, err := numbering.ReadRegister(from)
	for _, row := range bad {
		fmt.Fprintf(os.Stderr, "line %d: %s\n", row.Line, row.Reason)
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return err
	}
	err = replaceFile(filepath.Join(c.DataDir, app.NumberingFile), func(to io.Writer, _ string) error { return register.Write(to) })
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d ranges, %d rows refused\n", register.Len(), len(bad))
	if len(bad) > 0 {
		return exitStatus(statusPartial)
	}
	return nil
}
