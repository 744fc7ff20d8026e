package quality

import (
	"cmp"
	"context"
	"slices"

	"ekc/access"
	"ekc/access/viewer"
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
	all, err := s.figures(system, q, args)
	if err != nil {
		return Statistics{}, err
	}
	out := Statistics{Period: q.Period}
	for key, f := range all {
		out.add(key[0], key[1], f)
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

func (st *Statistics) add(of, key string, f Figures) {
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
}
