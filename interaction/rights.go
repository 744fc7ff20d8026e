package interaction

import (
	"context"

	"ekc/access"
	"ekc/ent"
	"ekc/internal/fail"
)

// errNoInteraction is what everybody hears who may not see an interaction.
var errNoInteraction = fail.Field("interactionId", fail.NotFound, "no such interaction")

// allowed reads and locks the interaction and decides whether the viewer of ctx may do the action to it.
func (s *Service) allowed(ctx, system context.Context, tx *ent.Tx, id string, action access.Action) (*ent.Interaction, error) {
	i, err := lock(system, tx, id)
	if err != nil {
		return nil, err
	}
	if err := access.CheckObject(ctx, action, access.InteractionObject(ctx, i, false)); err != nil {
		if fail.CodeOf(err) == fail.NotFound {
			return nil, errNoInteraction
		}
		return nil, err
	}
	return i, nil
}
