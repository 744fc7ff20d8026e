package app

import (
	"context"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/interaction"
	"ekc/internal/fail"
	"ekc/internal/telemetry"
	"ekc/knowledge"
	"ekc/routing"
	"ekc/training"
)

// router is routing as the life of an interaction needs it.
type router struct{ *routing.Service }

// ChooseQueue is part of interaction.Router.
func (r router) ChooseQueue(ctx context.Context, tx *ent.Tx, w interaction.Want) (*ent.Queue, error) {
	return r.Service.ChooseQueue(ctx, tx, routing.Want(w))
}

// yanaWatch is told of Yana's decisions.
type yanaWatch struct{ metrics *telemetry.Metrics }

// Decided is part of assistant.Observer.
func (w yanaWatch) Decided(decision, _ string, _ time.Duration) { w.metrics.Decided(decision) }

// shelf is the question base as sites that join need it.
type shelf struct {
	base   knowledge.Service
	client *ent.Client
}

// Published is part of onboarding.Base. The base tells counts by agency and region; those for all regions are the rest.
func (s shelf) Published(ctx context.Context, agency string) (int, map[string]int, error) {
	count := func(region string) (int, error) {
		page, err := s.base.Records(ctx, knowledge.RecordFilter{Agency: agency, Region: region, Status: knowledge.StatusPublished, First: 1})
		return page.Total, err
	}
	regions, err := s.client.Region.Query().All(viewer.AsSystem(ctx))
	if err != nil {
		return 0, nil, err
	}
	federal, err := count("")
	if err != nil {
		return 0, nil, err
	}
	regional := map[string]int{}
	for _, r := range regions {
		n, err := count(r.Code)
		if err != nil {
			return 0, nil, err
		}
		regional[r.Code] = n
		federal -= n
	}
	return federal, regional, nil
}

// library is the question base as courses need it.
type library struct{ base knowledge.Service }

// Published is part of training.Base.
func (l library) Published(ctx context.Context, id string) (training.Record, error) {
	r, err := l.base.Record(ctx, id)
	if err != nil {
		return training.Record{}, err
	}
	if r.Version.Status != knowledge.StatusPublished {
		return training.Record{}, fail.New(fail.NotFound, "the record is not published")
	}
	return training.Record{ID: r.ID, VersionID: r.Version.ID, Question: r.Version.Question, Answer: r.Version.Answer}, nil
}
