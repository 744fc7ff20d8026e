package assistant

import (
	"context"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/interaction/dialogue"
)

// Try is what she would say to the first question of a dialogue, to a citizen of the region with this code, empty when it is not known. Nothing
// is kept and nobody is told. It decides no rights.
func (s *Service) Try(ctx context.Context, question, region string) dialogue.Reply {
	return s.calmly(viewer.AsSystem(ctx), &turn{
		interaction: &ent.Interaction{}, question: &ent.Message{Text: question}, region: region,
	})
}
