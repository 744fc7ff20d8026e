package main

import (
	"context"
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

type baseCommands struct {
	Import importCommand `cmd:"" help:"Import records: JSON lines, CSV or XLSX, plain or gzip. A record with a known id gets a new version; unchanged ones are left alone. An import that was cut off goes on where it stopped when the same file is given again. Works while serve runs, and through the knowledge service when EKC_KNOWLEDGE_URL names one. Exit status: 0 every row was imported; 3 some rows were refused, each reported with its line, and the others imported; 1 the file could not be read to its end."`
	Export exportCommand `cmd:"" help:"Export records as JSON lines, CSV or XLSX, in a form that import reads back without loss. Works while serve runs, and through the knowledge service when EKC_KNOWLEDGE_URL names one."`
	Stats  statsCommand  `cmd:"" help:"Print how much Yana answers and how well: coverage, containment by agency, region and topic, precision of the judged samples, records that nobody is told. Works while serve runs."`
	Bench  benchCommand  `cmd:"" help:"Run the editors' test bench, over the base as it is or as if a draft were published. Works while serve runs. Exit status: 3 when cases would break."`
	Status statusCommand `cmd:"" help:"Show how far the vectors of each embedder are: what is searched, what is being built beside it, what is to be removed. Works while serve runs, and through the knowledge service when EKC_KNOWLEDGE_URL names one."`
	Eval   evalCommand   `cmd:"" help:"Measure search and Yana's decision on query sets, in a scratch database that is dropped afterwards. Works while serve runs."`
}

type importCommand struct {
	config.Storage
	config.Knowledge
	config.Models
	config.Logging
	File     string `arg:"" help:"The file; - reads from the standard input." type:"path"`
	Format   string `enum:"jsonl,csv,xlsx," default:"" help:"jsonl, csv or xlsx; empty: told by the file's name."`
	Problems int    `default:"1000" help:"How many refused rows to print at most."`
}

// Run imports the file.
func (c *importCommand) Run(ctx context.Context) (err error) {
	if err := firstOf(c.Storage.Validate(), c.Knowledge.Validate(), c.Models.Validate()); err != nil {
		return err
	}
	ctx, release := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	file, name, err := openFile(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	log := quiet(c.Logger(os.Stderr), c.LogLevel)
	base, err := app.UseBase(ctx, c.Storage, c.Knowledge, c.Models, log)
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, base.Close()) }()
	summary, err := c.load(ctx, base, file, name)
	if err == nil || summary.Lines > 0 {
		tellImport(os.Stdout, summary)
	}
	switch {
	case err != nil:
		return err
	case summary.Bad > 0:
		return exitStatus(statusPartial)
	}
	return nil
}

func (c *importCommand) load(ctx context.Context, base knowledge.Service, file io.Reader, name string) (knowledge.ImportSummary, error) {
	o := knowledge.ImportOptions{Name: name, Format: c.Format, MaxProblems: c.Problems}
	told := false
	o.Progress = func(p knowledge.ImportProgress) {
		told = true
		fmt.Fprintf(os.Stderr, "\rline %d, %.0f records/s ", p.Line, float64(p.Records)/max(p.Elapsed.Seconds(), 0.001))
	}
	s, err := base.Import(ctx, file, o)
	if told {
		fmt.Fprintln(os.Stderr)
	}
	return s, err
}

func openFile(path string) (io.ReadCloser, string, error) {
	if path == "-" || filepath.Base(path) == "-" {
		return os.Stdin, "", nil
	}
	file, err := os.Open(path) //nolint:gosec // the operator's own argument
	return file, path, err
}

func tellImport(w io.Writer, s knowledge.ImportSummary) {
	for _, p := range s.Problems {
		if p.Field != "" {
			_, _ = fmt.Fprintf(w, "line %d: %s: %s\n", p.Line, p.Field, p.Message)
			continue
		}
		_, _ = fmt.Fprintf(w, "line %d: %s\n", p.Line, p.Message)
	}
	if s.Bad > len(s.Problems) {
		_, _ = fmt.Fprintf(w, "… and %d refused rows more\n", s.Bad-len(s.Problems))
	}
	if s.ResumedAfter > 0 {
		_, _ = fmt.Fprintf(w, "went on after line %d, where an earlier import of this file stopped\n", s.ResumedAfter)
	}
	_, _ = fmt.Fprintf(w, "%d rows: %d new, %d changed, %d unchanged, %d refused, in %s\n",
		s.Lines, s.Created, s.Updated, s.Unchanged, s.Bad, s.Elapsed.Round(time.Millisecond))
}

type evalCommand struct {
	config.Storage
	config.Logging
	Base       string   `required:"" type:"existingfile" help:"Records to search in: JSON lines or CSV, plain or gzip." placeholder:"FILE"`
	Queries    []string `required:"" type:"existingfile" help:"Queries that records answer: query, relevant ids, tag, separated by tabs." placeholder:"TSV"`
	OOS        []string `name:"oos" type:"existingfile" help:"Queries that must not be answered." placeholder:"TSV"`
	FitQueries []string `type:"existingfile" help:"Queries that the thresholds are fitted on; without them the product's own hold." placeholder:"TSV"`
	FitOOS     []string `name:"fit-oos" type:"existingfile" help:"Queries that must not be answered, to fit on." placeholder:"TSV"`
	JSON       bool     `name:"json" help:"Print one JSON object instead of a table."`
}

// Run evaluates.
func (c *evalCommand) Run(ctx context.Context) (err error) {
	if err := c.Storage.Validate(); err != nil {
		return err
	}
	ctx, release := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	log := quiet(c.Logger(os.Stderr), c.LogLevel)
	storage, err := app.OpenStorage(ctx, c.Storage, app.KnowledgeDatabase, log)
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, storage.Close(context.WithoutCancel(ctx))) }()
	address, drop, err := storage.Scratch(ctx)
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, drop()) }()
	return knowledge.Eval(ctx, knowledge.EvalOptions{
		DatabaseURL: address, Base: c.Base, Queries: c.Queries, OOS: c.OOS, FitQueries: c.FitQueries, FitOOS: c.FitOOS,
		JSON: c.JSON, Logger: log,
	}, os.Stdout)
}
