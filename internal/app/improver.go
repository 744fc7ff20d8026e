package app

import (
	"context"
	"log/slog"

	"ekc/access/viewer"
	"ekc/assistant/quality"
	"ekc/internal/config"
	"ekc/knowledge/improve"
)

// Improver tells from the console how good the question base is, with nothing running but the databases and the base.
type Improver struct {
	stores
	quality *quality.Service
}

// OpenImprover opens the core's database, migrated, and the base that the settings name.
func OpenImprover(ctx context.Context, c config.Storage, k config.Knowledge, m config.Models, log *slog.Logger) (*Improver, error) {
	i := &Improver{}
	if err := i.openForCommand(ctx, c, k, m, log); err != nil {
		return nil, err
	}
	i.quality = quality.New(quality.Options{Client: i.core.Client, Records: i.base, Base: i.better, Logger: log})
	return i, nil
}

// Bench runs the editors' test bench; an agency's code bounds it to its cases and those that no agency keeps by itself.
func (i *Improver) Bench(ctx context.Context, agency string, r improve.BenchRun) (improve.BenchReport, error) {
	if agency != "" {
		r.Bounded, r.Agencies = true, []string{"", agency}
	}
	return i.better.RunBench(ctx, r)
}

// Statistics counts what Yana did, over all segments.
func (i *Improver) Statistics(ctx context.Context, p quality.Period) (quality.Statistics, error) {
	return i.quality.Statistics(viewer.AsSystem(ctx), quality.StatisticsQuery{Period: p})
}

// Dead lists published records that nobody was told for so many days.
func (i *Improver) Dead(ctx context.Context, days, first int) (improve.UntoldPage, error) {
	return i.quality.Dead(viewer.AsSystem(ctx), days, first)
}

// Codes are the codes of agencies and regions by id.
func (i *Improver) Codes(ctx context.Context) (map[string]string, error) {
	system := viewer.AsSystem(ctx)
	codes := map[string]string{}
	agencies, err := i.core.Client.Agency.Query().All(system)
	if err != nil {
		return nil, err
	}
	regions, err := i.core.Client.Region.Query().All(system)
	if err != nil {
		return nil, err
	}
	for _, a := range agencies {
		codes[a.ID] = a.Code
	}
	for _, r := range regions {
		codes[r.ID] = r.Code
	}
	return codes, nil
}
