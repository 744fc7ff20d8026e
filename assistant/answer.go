package assistant

import (
	"context"

	"ekc/access/viewer"
	"ekc/interaction/dialogue"
	"ekc/internal/fail"
)

// Answer makes one turn at once, for a caller who waits on the line, and returns it; the citizen's question was kept before
// and waits for her. CONFLICT when nothing waits for her any more. It decides no rights.
func (s *Service) Answer(ctx context.Context, interactionID string) (dialogue.Reply, error) {
	ctx = viewer.AsSystem(ctx)
	t, err := s.read(ctx, interactionID)
	if err != nil {
		return dialogue.Reply{}, err
	}
	if t == nil {
		return dialogue.Reply{}, fail.New(fail.Conflict, "nothing waits for an answer")
	}
	reply, said, err := s.respond(ctx, t)
	switch {
	case err != nil:
		return dialogue.Reply{}, err
	case !said:
		return dialogue.Reply{}, fail.New(fail.Conflict, "the dialogue has moved on")
	}
	if s.o.Observer != nil {
		s.o.Observer.Decided(reply.Decision, reply.Reason, s.o.Clock().Sub(t.question.CreatedAt))
	}
	return reply, nil
}
