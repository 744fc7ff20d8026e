package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"text/tabwriter"
	"time"

	"ekc/assistant/quality"
	"ekc/internal/app"
	"ekc/internal/config"
	"ekc/knowledge/improve"
)

// improver is what the commands share that tell how good the base is.
type improver struct {
	config.Storage
	config.Knowledge
	config.Models
	config.Logging
	JSON bool `name:"json" help:"Print one JSON object instead of a table."`
}

func (c *improver) run(ctx context.Context, do func(ctx context.Context, i *app.Improver) error) (err error) {
	if err := firstOf(c.Storage.Validate(), c.Knowledge.Validate(), c.Models.Validate()); err != nil {
		return err
	}
	ctx, release := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	i, err := app.OpenImprover(ctx, c.Storage, c.Knowledge, c.Models, quiet(c.Logger(os.Stderr), c.LogLevel))
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, i.Close(context.WithoutCancel(ctx))) }()
	return do(ctx, i)
}

type statsCommand struct {
	improver
	Days int `default:"30" help:"Of the interactions that began in so many days, 1 to 366; and the records that nobody was told in these."`
	Dead int `default:"20" help:"How many of those records to print, 1 to 100."`
}

// Run prints the statistics.
func (c *statsCommand) Run(ctx context.Context) error {
	return c.run(ctx, func(ctx context.Context, i *app.Improver) error {
		s, err := i.Statistics(ctx, quality.Period{From: time.Now().AddDate(0, 0, -c.Days)})
		if err != nil {
			return err
		}
		dead, err := i.Dead(ctx, c.Days, c.Dead)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(map[string]any{"statistics": s, "dead": dead})
		}
		codes, err := i.Codes(ctx)
		if err != nil {
			return err
		}
		return tellStatistics(os.Stdout, s, dead, codes)
	})
}

func printJSON(value any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

func tellStatistics(to io.Writer, s quality.Statistics, dead improve.UntoldPage, codes map[string]string) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(name string, f quality.Figures) {
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%d\t%d\t%d\t%d\t%d\t%s\t\n", name, f.Questions, f.Answered, percent(f.Answered, f.Questions),
			f.Clarified, f.Unanswered, f.HandedOver, f.Dialogues, f.Contained, percent(f.Contained, f.Dialogues))
	}
	_, _ = fmt.Fprintln(w, "\tquestions\tanswered\tcoverage\tasked back\tnothing found\thanded over\tended\twith Yana\tcontainment\t")
	line("all", s.Total)
	for _, groups := range [][]quality.Group{s.Agencies, s.Regions, s.Topics} {
		for _, g := range groups {
			name := g.Topic + codes[g.AgencyID] + codes[g.RegionID]
			if name == "" {
				name = "none"
			}
			line(name, g.Figures)
		}
	}
	_, _ = fmt.Fprintf(w, "\n")
	if err := w.Flush(); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(to, "judged %d answers: %d right, %d partly, %d wrong; right %s, 95 %% interval %.1f to %.1f %%\n",
		s.Precision.Judged, s.Precision.Right, s.Precision.Partly, s.Precision.Wrong, percent(s.Precision.Right, s.Precision.Judged),
		100*s.Precision.Low, 100*s.Precision.High)
	_, _ = fmt.Fprintf(to, "%d published records were told to nobody\n", dead.Total)
	for _, r := range dead.Records {
		_, _ = fmt.Fprintf(to, "  %s  published %s  %s\n", r.RecordID, r.PublishedAt.Format(time.DateOnly), r.Question)
	}
	return nil
}

func percent(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

type benchCommand struct {
	improver
	Agency      string `help:"Only cases of this agency, and those that no agency keeps by itself." placeholder:"CODE"`
	VersionID   string `name:"version-id" help:"A version that is not published: what would its publication change? Without it the bench runs over the base as it is." placeholder:"ID"`
	Most        int    `default:"500" help:"How many cases to run at most, 1 to 500."`
	AllowBroken int    `default:"0" help:"How many cases may break before the exit status says so."`
}

// Run runs the bench.
func (c *benchCommand) Run(ctx context.Context) error {
	return c.run(ctx, func(ctx context.Context, i *app.Improver) error {
		report, err := i.Bench(ctx, c.Agency, improve.BenchRun{VersionID: c.VersionID, Most: c.Most})
		if err != nil {
			return err
		}
		if c.JSON {
			err = printJSON(report)
		} else {
			tellBench(os.Stdout, report)
		}
		if err == nil && report.Broken > c.AllowBroken {
			return exitStatus(statusPartial)
		}
		return err
	})
}

func tellBench(to io.Writer, r improve.BenchReport) {
	// A failure to print shows in the exit status of the pipe that broke.
	_, _ = fmt.Fprintf(to, "%d of %d cases: right %d → %d, answered rightly %d → %d, answered wrongly %d → %d\n", r.Run, r.Total,
		r.RightNow, r.RightThen, r.AnsweredNow, r.AnsweredThen, r.HarmfulNow, r.HarmfulThen)
	_, _ = fmt.Fprintf(to, "%d break, %d weaken, %d are mended, %d improve\n", r.Broken, r.Weakened, r.Mended, r.Improved)
	for _, one := range r.Results {
		_, _ = fmt.Fprintf(to, "%-8s  %s\n          expected %s: place %s → %s, %s → %s, first %s → %s\n", one.Change, one.Case.Query,
			orNone(one.Case.RecordID), place(one.Now.Rank), place(one.Then.Rank), one.Now.Decision, one.Then.Decision,
			orNone(one.Now.FirstID), orNone(one.Then.FirstID))
	}
}

func place(rank int) string {
	if rank == 0 {
		return "-"
	}
	return fmt.Sprint(rank)
}

func orNone(id string) string {
	if id == "" {
		return "none"
	}
	return id
}
