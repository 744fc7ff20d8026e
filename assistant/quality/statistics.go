package quality

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/assistant"
)

// Figures count what Yana did. Small talk is not counted.
type Figures struct {
	// Questions are the messages of citizens that she decided on. Of these she Answered by herself, asked back (Clarified), found
	// nothing that fits (Unanswered), or handed over for another reason: wish, distress, an own case (HandedOver).
	Questions, Answered, Clarified, Unanswered, HandedOver int
	// Dialogues are the interactions with such a question that have ended; Contained those that ended with an answer of hers and
	// without an operator.
	Dialogues, Contained int
}

// Group is the figures of one topic, agency or region; all empty: of the interactions that have none.
type Group struct {
	Figures
	Topic, AgencyID, RegionID string
}

// Statistics are the figures of a period.
type Statistics struct {
	Period
	Total Figures
	// Topics, Agencies and Regions are sorted by questions, most first; of topics at most MaxGroups.
	Topics, Agencies, Regions []Group
	Precision                 Precision
}

// MaxGroups is how many topics statistics tell.
const MaxGroups = 100

// StatisticsQuery selects interactions. Empty fields select everything.
type StatisticsQuery struct {
	Period
	AgencyID, RegionID, Topic string
}

// selectFigures reads the turns of a period from their index alone and joins each interaction once. The topic is that of the record told
// last. The parameters are those of args.
var selectFigures = `
	WITH asked AS (
		SELECT interaction_id, count(*) AS questions, count(*) FILTER (WHERE decision = 'ANSWER') AS answered,
			count(*) FILTER (WHERE decision = 'CLARIFY') AS clarified,
			count(*) FILTER (WHERE decision = 'HAND_OVER' AND reason IN ('` + assistant.ReasonNotFound + `', '` + assistant.ReasonNoneFits + `')) AS unanswered
		FROM assistant_turns WHERE interaction_id >= $1 AND interaction_id < $2 AND decision <> 'SMALL_TALK' GROUP BY interaction_id
	), told AS (
		SELECT a.*, COALESCE(i.topic, '') AS topic, COALESCE(i.agency_id, '') AS agency_id, COALESCE(i.region_id, '') AS region_id,
			i.state IN ('CLOSED', 'ABANDONED') AS ended,
			i.state = 'CLOSED' AND i.accepted_at IS NULL AND a.answered > 0 AS contained
		FROM asked a JOIN interactions i ON i.id = a.interaction_id
		WHERE ($3 = '' OR i.agency_id = $3) AND ($4 = '' OR i.region_id = $4) AND ($5 = '' OR i.topic = $5) AND ` + coveredBy("i", 6) + `
	)
	SELECT CASE WHEN GROUPING(topic) = 0 THEN 'topic' WHEN GROUPING(agency_id) = 0 THEN 'agency' WHEN GROUPING(region_id) = 0 THEN 'region'
			ELSE 'total' END, COALESCE(topic, agency_id, region_id, ''),
		COALESCE(sum(questions), 0), COALESCE(sum(answered), 0), COALESCE(sum(clarified), 0), COALESCE(sum(unanswered), 0),
		count(*) FILTER (WHERE ended), count(*) FILTER (WHERE contained)
	FROM told GROUP BY GROUPING SETS ((), (topic), (agency_id), (region_id))`

// args are the parameters of the queries over a period.
func (q StatisticsQuery) args(ctx context.Context) ([]any, error) {
	whole, agencies, regions, err := bounds(ctx, access.ReadQuality)
	low, high := q.ids()
	return []any{low, high, q.AgencyID, q.RegionID, q.Topic, whole, agencies, regions}, err
}

// Statistics counts what Yana did in the viewer's segments, and in interactions of no agency or region.
func (s *Service) Statistics(ctx context.Context, q StatisticsQuery) (Statistics, error) {
	var err error
	if q.Period, err = s.period(q.Period); err != nil {
		return Statistics{}, err
	}
	args, err := q.args(ctx)
	if err != nil {
		return Statistics{}, err
	}
	system := viewer.AsSystem(ctx)
	rows, err := s.o.Client.QueryContext(system, selectFigures, args...)
	if err != nil {
		return Statistics{}, fmt.Errorf("count turns: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := Statistics{Period: q.Period}
	for rows.Next() {
		if err := out.add(rows); err != nil {
			return Statistics{}, fmt.Errorf("count turns: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return Statistics{}, fmt.Errorf("count turns: %w", err)
	}
	for _, groups := range [][]Group{out.Topics, out.Agencies, out.Regions} {
		slices.SortFunc(groups, func(a, b Group) int {
			return cmp.Or(cmp.Compare(b.Questions, a.Questions), cmp.Compare(a.Topic+a.AgencyID+a.RegionID, b.Topic+b.AgencyID+b.RegionID))
		})
	}
	out.Topics = out.Topics[:min(len(out.Topics), MaxGroups)]
	out.Precision, err = s.precision(system, judgedInPeriod, args...)
	return out, err
}

func (st *Statistics) add(rows *sql.Rows) error {
	var of, key string
	var f Figures
	if err := rows.Scan(&of, &key, &f.Questions, &f.Answered, &f.Clarified, &f.Unanswered, &f.Dialogues, &f.Contained); err != nil {
		return err
	}
	f.HandedOver = f.Questions - f.Answered - f.Clarified - f.Unanswered
	switch of {
	case "topic":
		st.Topics = append(st.Topics, Group{Figures: f, Topic: key})
	case "agency":
		st.Agencies = append(st.Agencies, Group{Figures: f, AgencyID: key})
	case "region":
		st.Regions = append(st.Regions, Group{Figures: f, RegionID: key})
	default:
		st.Total = f
	}
	return nil
}

// Telling is how often a record was told by Yana.
type Telling struct {
	RecordID string
	// Times counts answers, Dialogues the interactions with one.
	Times, Dialogues int
}

var selectTold = `
	SELECT t.record_id, count(*), count(DISTINCT t.interaction_id) FROM assistant_turns t JOIN interactions i ON i.id = t.interaction_id
	WHERE t.interaction_id >= $1 AND t.interaction_id < $2 AND t.decision = 'ANSWER' AND t.record_id <> ''
		AND ($3 = '' OR i.agency_id = $3) AND ($4 = '' OR i.region_id = $4) AND ($5 = '' OR i.topic = $5) AND ` + coveredBy("i", 6) + `
	GROUP BY t.record_id ORDER BY count(*) DESC, t.record_id LIMIT $9`

// MostTold lists the records that Yana told most in a period, at most first.
func (s *Service) MostTold(ctx context.Context, q StatisticsQuery, first int) ([]Telling, error) {
	var err error
	if q.Period, err = s.period(q.Period); err != nil {
		return nil, err
	}
	args, err := q.args(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.o.Client.QueryContext(viewer.AsSystem(ctx), selectTold, append(args, first)...)
	if err != nil {
		return nil, fmt.Errorf("count answers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []Telling
	for rows.Next() {
		var t Telling
		if err := rows.Scan(&t.RecordID, &t.Times, &t.Dialogues); err != nil {
			return nil, fmt.Errorf("count answers: %w", err)
		}
		all = append(all, t)
	}
	return all, rows.Err()
}
