package quality

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/answersample"
	"ekc/ent/predicate"
	"ekc/internal/fail"
	"ekc/internal/ids"
)

// Limits of a sample.
const (
	maxSample = 500
	maxSeed   = 40
)

// SampleDraw asks for a random sample of Yana's answers.
type SampleDraw struct {
	Period
	// Size is how many are drawn at most, 1 to 500.
	Size int
	// Seed makes the same draw again; empty: a new one.
	Seed string
	// AgencyID and RegionID narrow it; empty: all that the viewer works for.
	AgencyID, RegionID string
}

// drawn draws $3 answers of the interactions $1 to $2 with seed $4. Each topic of each agency gives its share: its answers are shuffled
// by a hash of the seed, placed at equal distances that begin at a random point, and the first $3 of all are taken. So every answer is as
// likely as every other, and the share of each topic is right within one.
const drawn = `
	WITH answers AS (
		SELECT t.id, COALESCE(i.agency_id, '') AS agency, COALESCE(i.topic, '') AS topic, md5($4 || ' ' || t.id) AS chance
		FROM assistant_turns t JOIN interactions i ON i.id = t.interaction_id
		WHERE t.interaction_id >= $1 AND t.interaction_id < $2 AND t.decision = 'ANSWER'
			AND ($5 = '' OR i.agency_id = $5) AND ($6 = '' OR i.region_id = $6)
	), placed AS (
		SELECT id, agency, topic, chance, count(*) OVER () AS population,
			(row_number() OVER (PARTITION BY agency, topic ORDER BY chance, id)
				- ('x' || substr(md5($4 || '/' || agency || '/' || topic), 1, 8))::bit(32)::bigint / 4294967296.0)
			/ count(*) OVER (PARTITION BY agency, topic) AS place
		FROM answers
	)
	SELECT id, agency, topic, population FROM placed ORDER BY place, chance, id LIMIT $3`

// DrawSample draws a sample inside the viewer's segment.
func (s *Service) DrawSample(ctx context.Context, d SampleDraw) (*ent.AnswerSample, error) {
	if err := access.Check(ctx, access.ReviewAnswers, access.Anywhere); err != nil {
		return nil, err
	}
	if err := inside(ctx, access.ReviewAnswers, viewer.Scope{AgencyID: d.AgencyID, RegionID: d.RegionID}); err != nil {
		return nil, err
	}
	var err error
	if d.Period, err = s.period(d.Period); err != nil {
		return nil, err
	}
	switch {
	case d.Size < 1 || d.Size > maxSample:
		return nil, fail.Field("size", fail.Invalid, "must be 1 to %d", maxSample)
	case len(d.Seed) > maxSeed || !utf8.ValidString(d.Seed) || strings.ContainsRune(d.Seed, 0):
		return nil, fail.Field("seed", fail.Invalid, "is not text of at most %d bytes", maxSeed)
	case d.Seed == "":
		d.Seed = ids.New("seed")
	}
	if _, err := s.codes(ctx, d.AgencyID, d.RegionID); err != nil {
		return nil, err
	}
	var sample *ent.AnswerSample
	err = s.o.Store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) (err error) {
		if sample, err = s.draw(viewer.AsSystem(ctx), tx, d, viewer.From(ctx).AccountID); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "answer_sample.drawn", sample.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	return sample.Unwrap(), nil
}

func (s *Service) draw(system context.Context, tx *ent.Tx, d SampleDraw, accountID string) (*ent.AnswerSample, error) {
	low, high := d.ids()
	rows, err := tx.QueryContext(system, drawn, low, high, d.Size, d.Seed, d.AgencyID, d.RegionID)
	if err != nil {
		return nil, fmt.Errorf("draw answers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	population := 0
	var reviews []*ent.AnswerReviewCreate
	for rows.Next() {
		var turn, agency, topic string
		if err := rows.Scan(&turn, &agency, &topic, &population); err != nil {
			return nil, fmt.Errorf("draw answers: %w", err)
		}
		r := tx.AnswerReview.Create().SetPosition(len(reviews) + 1).SetTurnID(turn).SetTopic(topic).SetCreatedAt(s.now())
		if agency != "" {
			r.SetAgencyID(agency)
		}
		reviews = append(reviews, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("draw answers: %w", err)
	}
	create := tx.AnswerSample.Create().SetFrom(d.From).SetTo(d.To).SetSize(d.Size).SetSeed(d.Seed).SetPopulation(population).
		SetAccountID(accountID).SetCreatedAt(s.now())
	if d.AgencyID != "" {
		create.SetAgencyID(d.AgencyID)
	}
	if d.RegionID != "" {
		create.SetRegionID(d.RegionID)
	}
	sample, err := create.Save(system)
	if err != nil {
		return nil, fmt.Errorf("keep sample: %w", err)
	}
	for _, r := range reviews {
		r.SetSampleID(sample.ID)
	}
	if err := tx.AnswerReview.CreateBulk(reviews...).Exec(system); err != nil {
		return nil, fmt.Errorf("keep sample: %w", err)
	}
	return sample, nil
}

// Sample gives one that the viewer may see; else NOT_FOUND.
func (s *Service) Sample(ctx context.Context, id string) (*ent.AnswerSample, error) {
	hidden := fail.Field("sampleId", fail.NotFound, "no such sample")
	found, err := s.o.Client.AnswerSample.Get(viewer.AsSystem(ctx), id)
	if ent.IsNotFound(err) {
		return nil, hidden
	}
	if err != nil {
		return nil, fmt.Errorf("read sample: %w", err)
	}
	if access.Check(ctx, access.ReadQuality, viewer.Scope{AgencyID: found.AgencyID, RegionID: found.RegionID}) != nil {
		return nil, hidden
	}
	return found, nil
}

// Samples lists those that the viewer may see, newest first, at most first.
func (s *Service) Samples(ctx context.Context, first int) ([]*ent.AnswerSample, error) {
	if err := access.Check(ctx, access.ReadQuality, access.Anywhere); err != nil {
		return nil, err
	}
	var either []predicate.AnswerSample
	for _, g := range viewer.From(ctx).Grants {
		switch {
		case access.ReachOf(access.ReadQuality, g.Role) == access.None:
			continue
		case g.Role == viewer.Administrator:
			g.AgencyID, g.RegionID = "", ""
		}
		one := []predicate.AnswerSample{answersample.IDNEQ("")}
		if g.AgencyID != "" {
			one = append(one, answersample.Or(answersample.AgencyIDIsNil(), answersample.AgencyID(g.AgencyID)))
		}
		if g.RegionID != "" {
			one = append(one, answersample.Or(answersample.RegionIDIsNil(), answersample.RegionID(g.RegionID)))
		}
		either = append(either, answersample.And(one...))
	}
	q := s.o.Client.AnswerSample.Query()
	if len(either) > 0 {
		q.Where(answersample.Or(either...))
	}
	found, err := q.Order(ent.Desc(answersample.FieldID)).Limit(first).All(viewer.AsSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("list samples: %w", err)
	}
	return found, nil
}

// SamplePrecision is what the judgement of a sample, which the viewer was found to see, has shown so far.
func (s *Service) SamplePrecision(ctx context.Context, sampleID string) (Precision, error) {
	return s.precision(viewer.AsSystem(ctx), judgedInSample, sampleID)
}
