package graph

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"ekc/graph/model"
	"ekc/knowledge"
	"ekc/knowledge/improve"
)

// wantsWarnings tells whether the client asks for what finding takes some seconds.
func wantsWarnings(ctx context.Context, a knowledge.Action) bool {
	if a != knowledge.Approve && a != knowledge.Publish || graphql.GetFieldContext(ctx) == nil {
		return false
	}
	for _, f := range graphql.CollectFieldsCtx(ctx, []string{"RecordVersionPayload"}) {
		if f.Name == "warnings" {
			return true
		}
	}
	return false
}

// warnings tell what a publication breaks or weakens. A bench that cannot be run is a warning too, and never an obstacle.
func (r *Resolver) warnings(ctx context.Context, m knowledge.Move) []*model.RecordWarning {
	all := []*model.RecordWarning{}
	if !wantsWarnings(ctx, m.Action) {
		return all
	}
	report, err := r.Quality.Warn(ctx, m.VersionID)
	if err == nil {
		var results []*model.RecordWarning
		if results, err = mapped(ctx, report.Results, r.warning); err == nil {
			for _, w := range results {
				if w.Kind != "" {
					all = append(all, w)
				}
			}
			return all
		}
	}
	r.Logger.WarnContext(ctx, "the test bench could not be run for a publication", "version", m.VersionID, "error", err)
	return append(all, &model.RecordWarning{
		Kind: model.RecordWarningKindNotRehearsed, Message: "the test bench could not be run: whether other questions suffer is not known",
	})
}

// warning has no kind for what is none.
func (r *Resolver) warning(ctx context.Context, one improve.BenchResult) (*model.RecordWarning, error) {
	w := &model.RecordWarning{}
	switch one.Change {
	case improve.Breaks:
		w.Kind, w.Message = model.RecordWarningKindBreaks, fmt.Sprintf("%q was found rightly, or did no harm, and is so no more", one.Case.Query)
	case improve.Weakens:
		w.Kind, w.Message = model.RecordWarningKindWeakens, fmt.Sprintf("%q is found less surely", one.Case.Query)
	case improve.Same, improve.Improves, improve.Mends:
		return w, nil
	}
	shown, err := r.benchCase(ctx, one.Case)
	w.Result = &model.BenchResult{Case: shown, Now: benchOutcome(one.Now), Then: benchOutcome(one.Then), Change: raised[model.BenchChange](one.Change)}
	return w, err
}
