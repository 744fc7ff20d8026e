package assistant

import (
	"context"
	"fmt"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/assistantturn"
	"ekc/interaction/dialogue"
	"ekc/internal/fail"
)

// Replay is a turn of the past beside what she would decide today.
type Replay struct {
	Then *ent.AssistantTurn
	// Now is not said to anybody.
	Now dialogue.Reply
	// Differences name what is not the same: decision, reason, record, version, candidates, thresholds.
	Differences []string
}

// Replay makes a kept turn again, with its question, her memory of then and today's base and thresholds. NOT_FOUND for an
// unknown turn, CONFLICT for one of before traces were kept. It decides no rights, and changes nothing.
func (s *Service) Replay(ctx context.Context, turnID string) (Replay, error) {
	ctx = viewer.AsSystem(ctx)
	then, err := s.o.Client.AssistantTurn.Query().Where(assistantturn.ID(turnID)).Only(ctx)
	if ent.IsNotFound(err) {
		return Replay{}, fail.New(fail.NotFound, "no such turn")
	}
	if err != nil {
		return Replay{}, fmt.Errorf("read turn: %w", err)
	}
	if then.Trace.Kind == "" {
		return Replay{}, fail.New(fail.Conflict, "nothing was kept to replay this turn from")
	}
	return s.again(ctx, then), nil
}

func (s *Service) again(ctx context.Context, then *ent.AssistantTurn) Replay {
	kept := then.Trace
	t := &turn{
		interaction: &ent.Interaction{ID: then.InteractionID, AssistantState: kept.Before, AnsweredByAssistant: kept.Before.Answered},
		question:    &ent.Message{ID: then.QuestionID, Text: kept.Question},
		choices:     kept.Offered, files: kept.Files, region: kept.Region,
	}
	r := Replay{Then: then, Now: s.calmly(ctx, t)}
	differ := func(what string, is bool) {
		if is {
			r.Differences = append(r.Differences, what)
		}
	}
	differ("decision", string(then.Decision) != r.Now.Decision)
	differ("reason", then.Reason != r.Now.Reason)
	differ("record", then.RecordID != r.Now.RecordID)
	differ("version", then.RecordVersionID != r.Now.VersionID)
	differ("candidates", !sameRecords(then.Candidates, r.Now.Considered))
	differ("thresholds", kept.AnswerAt != r.Now.Trace.AnswerAt || kept.ClarifyAt != r.Now.Trace.ClarifyAt)
	return r
}

// sameRecords compares which versions were considered in which order; a probability may move by a little with any record.
func sameRecords(a, b []dialogue.Suggestion) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].VersionID != b[i].VersionID {
			return false
		}
	}
	return true
}
