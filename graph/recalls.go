package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/assistant/quality"
	"ekc/ent"
	"ekc/ent/recall"
	"ekc/ent/recallperson"
	"ekc/graph/model"
)

func recallPayload(r *ent.Recall, err error) (*model.RecallPayload, error) {
	errs, err := userErrors(err)
	return &model.RecallPayload{Recall: r, UserErrors: errs}, err
}

// recallPage lists recalls; their ids are the cursors.
func (r *Resolver) recallPage(ctx context.Context, after *entgql.Cursor[string], first int, versionID *string, state *recall.State) (*model.RecallConnection, error) {
	found, total, err := r.Quality.Recalls(ctx, quality.RecallQuery{
		VersionID: value(versionID), State: value(state), After: value(after).ID, First: first,
	})
	if err != nil {
		return nil, err
	}
	found, more := cut(found, first)
	list := &model.RecallConnection{Edges: make([]*model.RecallEdge, len(found)), TotalCount: total}
	for i, one := range found {
		list.Edges[i] = &model.RecallEdge{Node: one, Cursor: entgql.Cursor[string]{ID: one.ID}}
	}
	list.PageInfo = pageInfo(list.Edges, func(e *model.RecallEdge) *entgql.Cursor[string] { return &e.Cursor }, after, more)
	return list, nil
}

// recallPeople lists the citizens of a recall; their ids are the cursors.
func (r *Resolver) recallPeople(ctx context.Context, of *ent.Recall, after *entgql.Cursor[string], first int, state *recallperson.State) (*model.RecallPersonConnection, error) {
	found, total, err := r.Quality.RecallPeople(ctx, of.ID, value(state), value(after).ID, first)
	if err != nil {
		return nil, err
	}
	found, more := cut(found, first)
	list := &model.RecallPersonConnection{Edges: make([]*model.RecallPersonEdge, len(found)), TotalCount: total}
	for i, one := range found {
		list.Edges[i] = &model.RecallPersonEdge{Node: one, Cursor: entgql.Cursor[string]{ID: one.ID}}
	}
	list.PageInfo = pageInfo(list.Edges, func(e *model.RecallPersonEdge) *entgql.Cursor[string] { return &e.Cursor }, after, more)
	return list, nil
}

// recallProgress is how many citizens are how far, in the order of the states.
func (r *Resolver) recallProgress(ctx context.Context, of *ent.Recall) ([]*model.RecallProgress, error) {
	counts, err := orNone(loaded(ctx).recalls.Load(ctx, of.ID))
	if err != nil {
		return nil, err
	}
	all := []*model.RecallProgress{}
	for _, state := range []recallperson.State{
		recallperson.StatePending, recallperson.StateCalling, recallperson.StateReached, recallperson.StateLeft,
		recallperson.StateNotReached, recallperson.StateCancelled,
	} {
		if counts[state] > 0 {
			all = append(all, &model.RecallProgress{State: state, People: counts[state]})
		}
	}
	return all, nil
}
