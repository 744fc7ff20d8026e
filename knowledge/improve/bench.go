package improve

import (
	"context"
	"slices"

	"github.com/lib/pq"

	"ekc/internal/fail"
	"ekc/knowledge"
)

// PhrasingCases asks for cases of the phrasings of an agency's published records.
type PhrasingCases struct {
	Agency string `json:"agency"`
	// Most is how many are made at most, 1 to MaxBatch.
	Most  int    `json:"most"`
	Actor string `json:"actor"`
}

// CaseQuery selects cases. Empty fields select everything.
type CaseQuery struct {
	RecordID string `json:"recordId"`
	// Bounded says that only cases of Agencies are looked at.
	Bounded  bool     `json:"bounded"`
	Agencies []string `json:"agencies"`
	// After is CasePage.Next of the page before.
	After string `json:"after"`
	// First is the size of the page, at most MaxPage; 0: 50.
	First int `json:"first"`
}

// CasePage is a page of cases.
type CasePage struct {
	Cases []BenchCase `json:"cases"`
	// Next continues the list; empty on the last page.
	Next  string `json:"next"`
	Total int    `json:"total"`
}

// BenchRun asks what the publication of a version would change.
type BenchRun struct {
	// VersionID is a version that is not published; empty: the base as it is.
	VersionID string `json:"versionId"`
	// Bounded says that only cases of Agencies are run.
	Bounded  bool     `json:"bounded"`
	Agencies []string `json:"agencies"`
	// Most is how many are run at most, 1 to knowledge.MaxRehearsed; 0: so many. Those that expect the version's record come first.
	Most int `json:"most"`
}

// Outcome is what one query finds.
type Outcome struct {
	// Decision is Yana's: answer, clarify, hand_over.
	Decision string `json:"decision"`
	// FirstID is the record found first, Probability its; Rank the place of the expected record, from 1, and Chance its probability;
	// Rank 0: not among the first ten.
	FirstID     string  `json:"firstId"`
	Probability float64 `json:"probability"`
	Rank        int     `json:"rank"`
	Chance      float64 `json:"chance"`
	// Right: the expected record was found first, or, where none is expected, nothing would be answered.
	Right bool `json:"right"`
	// Harmful: a record would be answered that is not the expected one.
	Harmful bool `json:"harmful"`
}

// BenchResult is a case with what it finds now and would find.
type BenchResult struct {
	Case BenchCase `json:"case"`
	Now  Outcome   `json:"now"`
	Then Outcome   `json:"then"`
	// Change says what the publication would do to it.
	Change Change `json:"change"`
}

// Change is what a publication does to a case.
type Change string

// The changes, the worst first.
const (
	// Breaks: it was right, or did no harm, and would not be so any more.
	Breaks Change = "breaks"
	// Weakens: as right as before, but Yana would do less by herself.
	Weakens Change = "weakens"
	// Same: rank and decision stay.
	Same Change = "same"
	// Improves: she would do more by herself, or the expected record comes nearer.
	Improves Change = "improves"
	// Mends: it was wrong, or did harm, and would not any more.
	Mends Change = "mends"
)

// BenchReport is what a run has shown.
type BenchReport struct {
	// Total is how many cases there are, Run how many were run.
	Total int `json:"total"`
	Run   int `json:"run"`
	// RightNow and RightThen count right cases; HarmfulNow and HarmfulThen wrong answers; AnsweredNow and AnsweredThen right ones.
	RightNow     int `json:"rightNow"`
	RightThen    int `json:"rightThen"`
	HarmfulNow   int `json:"harmfulNow"`
	HarmfulThen  int `json:"harmfulThen"`
	AnsweredNow  int `json:"answeredNow"`
	AnsweredThen int `json:"answeredThen"`
	// Broken, Weakened, Improved and Mended count the changes.
	Broken   int `json:"broken"`
	Weakened int `json:"weakened"`
	Improved int `json:"improved"`
	Mended   int `json:"mended"`
	// Results are the cases that change, the worst first; without a version, those that are wrong. At most MaxPage.
	Results []BenchResult `json:"results"`
}

// RunBench is part of Service. The searches are the product's own, over the published base and over the same with the version laid over it.
func (s *Store) RunBench(ctx context.Context, r BenchRun) (BenchReport, error) {
	if r.Most == 0 {
		r.Most = knowledge.MaxRehearsed
	}
	if r.Most < 1 || r.Most > knowledge.MaxRehearsed {
		return BenchReport{}, fail.Field("most", fail.Invalid, "must be 1 to %d", knowledge.MaxRehearsed)
	}
	record := ""
	if r.VersionID != "" {
		v, err := s.base.RecordVersion(ctx, r.VersionID)
		if err != nil {
			return BenchReport{}, err
		}
		record = v.RecordID
	}
	page, err := s.Cases(ctx, CaseQuery{Bounded: r.Bounded, Agencies: r.Agencies, First: 1})
	if err != nil {
		return BenchReport{}, err
	}
	cases, err := s.cases(ctx, ` WHERE (NOT $1 OR c.agency = ANY($2)) ORDER BY c.record_id <> $3, md5(c.id), c.id LIMIT $4`,
		r.Bounded, pq.Array(r.Agencies), record, r.Most)
	if err != nil {
		return BenchReport{}, err
	}
	queries := make([]knowledge.Query, len(cases))
	for i, c := range cases {
		queries[i] = knowledge.Query{Text: c.Query, Region: c.Region}
	}
	found, err := s.base.Rehearse(ctx, r.VersionID, queries)
	if err != nil {
		return BenchReport{}, err
	}
	report := BenchReport{Total: page.Total, Run: len(cases), Results: []BenchResult{}}
	for i, c := range cases {
		report.add(r, BenchResult{Case: c, Now: outcomeOf(c, found[i].Now, s.base.Thresholds()), Then: outcomeOf(c, found[i].Then, s.base.Thresholds())})
	}
	slices.SortStableFunc(report.Results, func(a, b BenchResult) int { return order[a.Change] - order[b.Change] })
	report.Results = report.Results[:min(len(report.Results), MaxPage)]
	return report, nil
}

var order = map[Change]int{Breaks: 0, Weakens: 1, Same: 2, Mends: 3, Improves: 4}

func outcomeOf(c BenchCase, hits []knowledge.Hit, t knowledge.Thresholds) Outcome {
	verdict := knowledge.Decide(hits, t)
	o := Outcome{Decision: verdict.Choice.String()}
	if len(hits) > 0 {
		o.FirstID, o.Probability = hits[0].RecordID, hits[0].Probability
	}
	for i, h := range hits {
		if h.RecordID == c.RecordID {
			o.Rank, o.Chance = i+1, h.Probability
			break
		}
	}
	answers := verdict.Choice == knowledge.Answer
	o.Right = o.Rank == 1 || c.RecordID == "" && !answers
	o.Harmful = answers && o.FirstID != c.RecordID
	return o
}

// change compares what a case finds now and would find.
func change(now, then Outcome) Change {
	steps := map[string]int{knowledge.HandOver.String(): 0, knowledge.Clarify.String(): 1, knowledge.Answer.String(): 2}
	switch more := steps[then.Decision] - steps[now.Decision]; {
	case now.Right && !then.Right, !now.Harmful && then.Harmful:
		return Breaks
	case !now.Right && then.Right, now.Harmful && !then.Harmful:
		return Mends
	case more < 0 && then.Right, now.Rank > 0 && (then.Rank == 0 || then.Rank > now.Rank):
		return Weakens
	case more > 0 && then.Right, then.Rank > 0 && (now.Rank == 0 || then.Rank < now.Rank):
		return Improves
	}
	return Same
}

func (r *BenchReport) add(run BenchRun, one BenchResult) {
	one.Change = change(one.Now, one.Then)
	count := func(to *int, when bool) {
		if when {
			*to++
		}
	}
	count(&r.RightNow, one.Now.Right)
	count(&r.RightThen, one.Then.Right)
	count(&r.HarmfulNow, one.Now.Harmful)
	count(&r.HarmfulThen, one.Then.Harmful)
	answered := knowledge.Answer.String()
	count(&r.AnsweredNow, one.Now.Decision == answered && one.Now.Right)
	count(&r.AnsweredThen, one.Then.Decision == answered && one.Then.Right)
	count(&r.Broken, one.Change == Breaks)
	count(&r.Weakened, one.Change == Weakens)
	count(&r.Improved, one.Change == Improves)
	count(&r.Mended, one.Change == Mends)
	if one.Change != Same || run.VersionID == "" && (!one.Now.Right || one.Now.Harmful) {
		r.Results = append(r.Results, one)
	}
}
