package voice

import (
	"context"

	"ekc/internal/fail"
	"ekc/telephony"
)

// Overheard lets what a citizen says in a talk count for the suggestions to the operator. It is told to those who watch and kept nowhere;
// what cannot be told is lost.
func (s *Service) Overheard(ctx context.Context, w telephony.Overheard) {
	err := s.o.Interactions.Overheard(ctx, w.InteractionID, w.Utterances)
	if err != nil && ctx.Err() == nil && fail.CodeOf(err) != fail.NotFound {
		s.log.WarnContext(ctx, "no suggestions from what is said", "interaction", w.InteractionID, "error", err)
	}
}
