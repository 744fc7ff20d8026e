package knowledge

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"ekc/internal/fail"
	"ekc/knowledge/evalset"
)

// EvalOptions are the arguments of `ekc knowledge eval`.
type EvalOptions struct {
	// DatabaseURL is a scratch database, migrated and empty; Eval fills it and leaves it to the caller to drop.
	DatabaseURL string
	// Base is the file to import.
	Base string
	// Queries and OOS are files of queries that records answer, and of queries that none answers.
	Queries, OOS []string
	// FitQueries and FitOOS are files that the thresholds are fitted on; empty: the product's thresholds.
	FitQueries, FitOOS []string
	// JSON prints one object instead of a table.
	JSON   bool
	Logger *slog.Logger
}

// EvalResult is what an evaluation prints.
type EvalResult struct {
	// Queries counts all, in scope and out of scope. The first three shares are of those in scope.
	Queries int     `json:"queries"`
	RAt1    float64 `json:"r_at_1"`
	MRRAt10 float64 `json:"mrr_at_10"`
	HitAt10 float64 `json:"hit_at_10"`
	// Answered counts the queries that Yana answered by herself, Precision is the share of them answered rightly.
	Answered  int     `json:"answered"`
	Precision float64 `json:"precision"`
	// Coverage is the largest share of all queries that a threshold on the probability would answer at that precision.
	CoverageAtP95 float64 `json:"coverage_at_p95"`
	CoverageAtP90 float64 `json:"coverage_at_p90"`
	LatencyMsP50  float64 `json:"latency_ms_p50"`
	LatencyMsP99  float64 `json:"latency_ms_p99"`
	// Beyond the fixed keys: the share answered, the share asked back, the share of those with the right record among the
	// options, and the thresholds used.
	Coverage     float64    `json:"coverage"`
	Clarified    float64    `json:"clarified"`
	ClarifyRight float64    `json:"clarify_right"`
	Thresholds   Thresholds `json:"thresholds"`
}

// Eval imports a base into the scratch database and measures the product's own search and Yana's own decision on query
// sets. Every record counts as an intent here: the sets do not say which are.
func Eval(ctx context.Context, o EvalOptions, out io.Writer) error {
	result, err := Evaluate(ctx, o)
	if err != nil {
		return err
	}
	if o.JSON {
		return json.NewEncoder(out).Encode(result)
	}
	return result.table(out)
}

// Evaluate is Eval without the printing.
func Evaluate(ctx context.Context, o EvalOptions) (EvalResult, error) {
	sets, err := readSets(o)
	if err != nil {
		return EvalResult{}, err
	}
	base, err := Open(ctx, Options{URL: o.DatabaseURL, Logger: o.Logger})
	if err != nil {
		return EvalResult{}, err
	}
	defer func() { _ = base.Close() }() // a scratch database: nothing is lost
	if err := importBase(ctx, base, o.Base); err != nil {
		return EvalResult{}, err
	}
	return base.evaluate(ctx, sets)
}

// Measure runs query sets over the base as it is, with the product's thresholds.
func (b *Base) Measure(ctx context.Context, queries, oos []string) (EvalResult, error) {
	sets, err := readSets(EvalOptions{Queries: queries, OOS: oos})
	if err != nil {
		return EvalResult{}, err
	}
	return b.evaluate(ctx, sets)
}

// evalSets are the queries, in scope and out of scope together.
type evalSets struct{ judged, fit []evalset.Query }

func readSets(o EvalOptions) (evalSets, error) {
	var s evalSets
	if len(o.Queries) == 0 {
		return s, fail.Field("queries", fail.Invalid, "name at least one file")
	}
	if len(o.FitOOS) > 0 && len(o.FitQueries) == 0 {
		return s, fail.Field("fit-queries", fail.Invalid, "is needed beside fit-oos")
	}
	for _, part := range []struct {
		dst   *[]evalset.Query
		paths []string
		oos   bool
	}{{&s.judged, o.Queries, false}, {&s.judged, o.OOS, true}, {&s.fit, o.FitQueries, false}, {&s.fit, o.FitOOS, true}} {
		for _, path := range part.paths {
			qs, err := evalset.ReadFile(path, part.oos)
			if err != nil {
				return s, fail.New(fail.Invalid, "%v", err)
			}
			*part.dst = append(*part.dst, qs...)
		}
	}
	if len(s.judged) == 0 {
		return s, fail.Field("queries", fail.Invalid, "the files hold no query")
	}
	return s, nil
}

func importBase(ctx context.Context, b *Base, path string) error {
	f, err := os.Open(path) //nolint:gosec // the operator's own argument
	if err != nil {
		return fail.Field("base", fail.Invalid, "%v", err)
	}
	defer func() { _ = f.Close() }()
	summary, err := b.Import(ctx, f, ImportOptions{Name: path})
	if err != nil {
		return fmt.Errorf("import %s: %w", path, err)
	}
	if summary.Bad > 0 {
		p := summary.Problems[0]
		return fail.Field("base", fail.Invalid, "%d bad rows, the first on line %d: %s %s", summary.Bad, p.Line, p.Field, p.Message)
	}
	return nil
}

func (b *Base) evaluate(ctx context.Context, sets evalSets) (EvalResult, error) {
	thresholds := b.Thresholds()
	if len(sets.fit) > 0 {
		fitted, err := b.runQueries(ctx, sets.fit)
		if err != nil {
			return EvalResult{}, err
		}
		thresholds = fitThresholds(fitted)
	}
	outcomes, err := b.runQueries(ctx, sets.judged)
	if err != nil {
		return EvalResult{}, err
	}
	return summarise(outcomes, thresholds), nil
}

// outcome is what one query found.
type outcome struct {
	query   evalset.Query
	hits    []Hit
	latency time.Duration
}

func (b *Base) runQueries(ctx context.Context, qs []evalset.Query) ([]outcome, error) {
	out := make([]outcome, len(qs))
	for i, q := range qs {
		begin := time.Now()
		hits, err := b.Search(ctx, Query{Text: q.Text, AllRegions: true})
		if err != nil {
			return nil, fmt.Errorf("query %d: %w", i+1, err)
		}
		out[i] = outcome{query: q, hits: hits, latency: time.Since(begin)}
		for k := range hits {
			hits[k].Intent, hits[k].Personal = true, false
		}
	}
	return out, nil
}

func (o outcome) first() (p float64, right bool) {
	if len(o.hits) == 0 {
		return 0, false
	}
	return o.hits[0].Probability, o.query.Answers(o.hits[0].RecordID)
}

func summarise(all []outcome, t Thresholds) EvalResult {
	r := EvalResult{Queries: len(all), Thresholds: t}
	inScope, right, clarified, among := 0, 0, 0, 0
	latencies := make([]time.Duration, len(all))
	for i, o := range all {
		latencies[i] = o.latency
		if len(o.query.Relevant) > 0 {
			inScope++
			r.addPlace(placeOf(o))
		}
		switch v := Decide(o.hits, t); v.Choice {
		case Answer:
			r.Answered++
			if o.query.Answers(v.Options[0].RecordID) {
				right++
			}
		case Clarify:
			clarified++
			if slices.ContainsFunc(v.Options, func(h Hit) bool { return o.query.Answers(h.RecordID) }) {
				among++
			}
		case HandOver:
		}
	}
	share := func(n, of int) float64 { return float64(n) / math.Max(1, float64(of)) }
	n := math.Max(1, float64(inScope))
	r.RAt1, r.MRRAt10, r.HitAt10 = r.RAt1/n, r.MRRAt10/n, r.HitAt10/n
	r.Precision, r.Coverage = share(right, r.Answered), share(r.Answered, len(all))
	r.Clarified, r.ClarifyRight = share(clarified, len(all)), share(among, clarified)
	r.CoverageAtP95, _ = coverageAt(all, 0.95)
	r.CoverageAtP90, _ = coverageAt(all, 0.90)
	slices.Sort(latencies)
	r.LatencyMsP50 = ms(latencies[len(latencies)/2])
	r.LatencyMsP99 = ms(latencies[len(latencies)*99/100])
	return r
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// placeOf is the place of the first hit that answers, 0 for none.
func placeOf(o outcome) int {
	return 1 + slices.IndexFunc(o.hits, func(h Hit) bool { return o.query.Answers(h.RecordID) })
}

func (r *EvalResult) addPlace(place int) {
	if place == 1 {
		r.RAt1++
	}
	if place > 0 && place <= 10 {
		r.MRRAt10 += 1 / float64(place)
		r.HitAt10++
	}
}

func (r EvalResult) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, line := range []struct {
		name  string
		value string
	}{
		{"queries", fmt.Sprint(r.Queries)},
		{"R@1", fmt.Sprintf("%.3f", r.RAt1)},
		{"MRR@10", fmt.Sprintf("%.3f", r.MRRAt10)},
		{"Hit@10", fmt.Sprintf("%.3f", r.HitAt10)},
		{"answered", fmt.Sprintf("%d (%.1f %%)", r.Answered, 100*r.Coverage)},
		{"precision", fmt.Sprintf("%.3f", r.Precision)},
		{"coverage at 95 % precision", fmt.Sprintf("%.3f", r.CoverageAtP95)},
		{"coverage at 90 % precision", fmt.Sprintf("%.3f", r.CoverageAtP90)},
		{"asked back", fmt.Sprintf("%.1f %%, the right record offered in %.1f %% of them", 100*r.Clarified, 100*r.ClarifyRight)},
		{"latency p50, p99", fmt.Sprintf("%.1f ms, %.1f ms", r.LatencyMsP50, r.LatencyMsP99)},
		{"thresholds", fmt.Sprintf("answer %.3f, ask %.3f", r.Thresholds.AnswerAt, r.Thresholds.ClarifyAt)},
	} {
		if _, err := fmt.Fprintf(w, "%s\t%s\n", line.name, line.value); err != nil {
			return err
		}
	}
	return w.Flush()
}
