package interaction

import (
	"context"
	"errors"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/internal/fail"
)

// closing is what an operator records of a call, and what comes of it. Operators end their wrap-ups all the time, so those of one moment
// are written in one round.
type closing struct {
	CloseInput
	by     viewer.Viewer
	result *ent.Interaction
}

// errApart says that something must be done in a transaction of its own.
var errApart = errors.New("not in this round")

// writeClosings ends interactions in one transaction; where that fails, each is to be ended by itself.
func (s *Service) writeClosings(ctx context.Context, all []*closing) []error {
	ids := make([]string, 0, len(all))
	for _, c := range all {
		ids = append(ids, c.InteractionID)
	}
	results := make([]error, len(all))
	err := s.log.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		clear(results)
		ctx, r, err := s.Together(ctx, tx, ids, nil)
		if err != nil {
			return err
		}
		for n, c := range all {
			var fatal bool
			if results[n], fatal = r.Step(ctx, func() error { return s.closeIn(ctx, tx, r, c) }); fatal {
				return results[n]
			}
		}
		return s.WriteRound(ctx, tx, r)
	})
	if err != nil {
		s.o.Logger.WarnContext(ctx, "wrap-ups could not be ended together", "interactions", len(all), "error", err)
		for n := range results {
			results[n] = errApart
		}
		return results
	}
	s.router.Wake()
	for _, c := range all {
		if c.result != nil {
			c.result = c.result.Unwrap()
		}
	}
	return results
}

// closeIn ends one; a chat's citizen is asked for a rating, which is more than a round does.
func (s *Service) closeIn(ctx context.Context, tx *ent.Tx, r *Round, c *closing) error {
	c.result = nil // of a try before
	i := r.Row(c.InteractionID)
	if i == nil || i.Channel != interaction.ChannelVoice {
		return errApart
	}
	as := viewer.With(ctx, c.by)
	if err := access.CheckObject(as, access.WorkInteraction, access.InteractionObject(as, i, false)); err != nil {
		if fail.CodeOf(err) == fail.NotFound {
			return errNoInteraction
		}
		return err
	}
	done, err := s.record(ctx, tx, i, c.CloseInput)
	if err == nil {
		c.result = done
	}
	return err
}
