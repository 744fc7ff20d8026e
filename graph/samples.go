package graph

import (
	"context"
	"strconv"

	"entgo.io/contrib/entgql"

	"ekc/assistant/quality"
	"ekc/graph/model"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

func (r *Resolver) sampledAnswer(ctx context.Context, v quality.Review) (*model.SampledAnswer, error) {
	by, err := r.operator(ctx, v.AccountID)
	return &model.SampledAnswer{
		ID: v.ID, Position: v.Position, Question: v.Question, Answer: v.Answer, RecordID: optional.Text(v.RecordID), VersionID: optional.Text(v.VersionID),
		AskedAt: moment(v.AskedAt), Verdict: v.Verdict, Note: optional.Text(v.Note), JudgedBy: by, JudgedAt: v.JudgedAt,
	}, err
}

// samplePage lists the answers of a sample; their positions are the cursors.
func (r *Resolver) samplePage(ctx context.Context, sampleID string, pending bool, after *entgql.Cursor[string], first int) (*model.SampledAnswerConnection, error) {
	from := 0
	if after != nil {
		var err error
		if from, err = strconv.Atoi(after.ID); err != nil || from < 1 {
			return nil, fail.Field("after", fail.Invalid, "not a cursor of this list")
		}
	}
	found, total, err := r.Quality.Reviews(ctx, sampleID, pending, from, first+1)
	if err != nil {
		return nil, err
	}
	found, more := cut(found, first)
	list := &model.SampledAnswerConnection{Edges: make([]*model.SampledAnswerEdge, len(found)), TotalCount: total}
	for i, one := range found {
		shown, err := r.sampledAnswer(ctx, one)
		if err != nil {
			return nil, err
		}
		list.Edges[i] = &model.SampledAnswerEdge{Node: shown, Cursor: entgql.Cursor[string]{ID: strconv.Itoa(one.Position)}}
	}
	list.PageInfo = pageInfo(list.Edges, func(e *model.SampledAnswerEdge) *entgql.Cursor[string] { return &e.Cursor }, after, more)
	return list, nil
}
