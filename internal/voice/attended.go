package voice

import (
	"context"
	"strings"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/internal/fail"
	"ekc/telephony"
)

// Consulted is part of telephony.Centre. The number is the name of a phone or of an account, or an outside number.
func (s *Service) Consulted(ctx context.Context, interactionID, accountID, number string) (telephony.Target, error) {
	system := viewer.AsSystem(ctx)
	i, err := s.o.Client.Interaction.Get(system, interactionID)
	if err != nil {
		return telephony.Target{}, away(gone(err))
	}
	if i.OperatorID != accountID {
		return telephony.Target{}, fail.New(fail.Conflict, "the talk is another's")
	}
	id, err := s.named(system, strings.ToLower(strings.TrimSpace(number)))
	switch {
	case ent.IsNotFound(err):
	case err != nil:
		return telephony.Target{}, away(err)
	case id == accountID:
		return telephony.Target{}, fail.New(fail.Invalid, "one cannot consult oneself")
	case id != "":
		return s.target(ctx, i, Party{AccountID: id})
	}
	return s.target(ctx, i, Party{Number: number})
}

// HandedTo is part of telephony.Centre.
func (s *Service) HandedTo(ctx context.Context, interactionID, accountID, colleagueID string) error {
	system := viewer.AsSystem(ctx)
	i, err := s.o.Client.Interaction.Get(system, interactionID)
	switch {
	case err != nil:
		return away(gone(err))
	case i.OperatorID != accountID && i.OperatorID != colleagueID:
		return fail.New(fail.Conflict, "the talk is another's")
	}
	_, err = s.hand(asOperator(ctx, accountID), interactionID, colleagueID)
	return away(err)
}
