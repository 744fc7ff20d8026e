package voice

import (
	"context"
	"fmt"
	"slices"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/callback"
	"ekc/interaction"
	"ekc/internal/seal"
)

// callPlace and callbackPlace are where a citizen's number stands encrypted.
func callPlace(callID string) seal.Place {
	return seal.Place{Table: call.Table, Column: call.FieldCitizenSealed, Row: callID}
}

func callbackPlace(callbackID string) seal.Place {
	return seal.Place{Table: callback.Table, Column: callback.FieldNumberSealed, Row: callbackID}
}

// sealed is a citizen's number as it is kept; nil for none.
func (s *Service) sealed(ctx context.Context, p seal.Place, number string) ([]byte, error) {
	if number == "" {
		return nil, nil
	}
	out, err := s.o.Ring.Seal(ctx, p, []byte(number))
	if err != nil {
		return nil, fmt.Errorf("encrypt a number: %w", err)
	}
	return out, nil
}

func (s *Service) unsealed(ctx context.Context, p seal.Place, held []byte) (string, error) {
	number, err := s.o.Ring.Unseal(ctx, p, held)
	if err != nil {
		return "", fmt.Errorf("read a number: %w", err)
	}
	return string(number), nil
}

// withCitizen writes a call with the citizen's number.
func (s *Service) withCitizen(ctx context.Context, create *ent.CallCreate, callID, number string) error {
	citizen, err := s.sealed(ctx, callPlace(callID), number)
	if err != nil {
		return err
	}
	if citizen != nil {
		create.SetCitizenSealed(citizen)
	}
	return create.Exec(ctx)
}

// numberIndex finds callbacks by their number, E.164; it is that of the citizen who has the number.
func (s *Service) numberIndex(number string) []byte {
	return s.o.Ring.Index(interaction.PhonePurpose, number)
}

// CitizenNumber is the citizen's number in a call, as the carrier gave it; empty when it was withheld. It decides no rights and audits
// nothing.
func (s *Service) CitizenNumber(ctx context.Context, c *ent.Call) (string, error) {
	switch held := seal.Held(c.CitizenSealed); {
	case held != nil:
		return s.unsealed(ctx, callPlace(c.ID), held)
	case c.Direction == call.DirectionOutbound: // of before numbers were encrypted
		return c.Called, nil
	default:
		return c.Caller, nil
	}
}

// CallbackNumber is the number of a callback, E.164. It decides no rights and audits nothing.
func (s *Service) CallbackNumber(ctx context.Context, c *ent.Callback) (string, error) {
	if held := seal.Held(c.NumberSealed); held != nil {
		return s.unsealed(ctx, callbackPlace(c.ID), held)
	}
	return c.Number, nil
}

// NumbersOf are the citizen's numbers in an interaction's calls and callbacks, each once. It decides no rights and audits nothing.
func (s *Service) NumbersOf(ctx context.Context, interactionID string) ([]string, error) {
	system := viewer.AsSystem(ctx)
	calls, err := s.o.Client.Call.Query().Where(call.InteractionID(interactionID)).Order(ent.Asc(call.FieldID)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read calls: %w", err)
	}
	promised, err := s.o.Client.Callback.Query().Where(callback.InteractionID(interactionID)).Order(ent.Asc(callback.FieldID)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read callbacks: %w", err)
	}
	all := []string{}
	add := func(number string, err error) error {
		if err == nil && number != "" && !slices.Contains(all, number) {
			all = append(all, number)
		}
		return err
	}
	for _, c := range calls {
		if err := add(s.CitizenNumber(ctx, c)); err != nil {
			return nil, err
		}
	}
	for _, c := range promised {
		if err := add(s.CallbackNumber(ctx, c)); err != nil {
			return nil, err
		}
	}
	return all, nil
}
