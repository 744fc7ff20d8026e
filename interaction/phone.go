package interaction

import (
	"context"
	"fmt"

	"ekc/ent"
	"ekc/ent/citizen"
	"ekc/internal/ids"
	"ekc/internal/seal"
)

// PhonePurpose is the purpose of the blind index of citizens' numbers (seal.Ring.Index).
const PhonePurpose = "citizens.phone"

// PhonePlace is where a citizen's number stands encrypted.
func PhonePlace(citizenID string) seal.Place {
	return seal.Place{Table: citizen.Table, Column: citizen.FieldPhoneSealed, Row: citizenID}
}

// phoneIndex finds citizens by their number, E.164.
func (s *Service) phoneIndex(number string) []byte { return s.o.Ring.Index(PhonePurpose, number) }

// sealPhone is a citizen's number as it is kept.
func (s *Service) sealPhone(ctx context.Context, citizenID, number string) (sealed, index []byte, err error) {
	if sealed, err = s.o.Ring.Seal(ctx, PhonePlace(citizenID), []byte(number)); err != nil {
		return nil, nil, fmt.Errorf("encrypt a number: %w", err)
	}
	return sealed, s.phoneIndex(number), nil
}

// setPhone gives a citizen who is made their id and number.
func (s *Service) setPhone(ctx context.Context, create *ent.CitizenCreate, number string) error {
	id := ids.New("cit")
	create.SetID(id)
	if number == "" {
		return nil
	}
	sealed, index, err := s.sealPhone(ctx, id, number)
	if err == nil {
		create.SetPhoneSealed(sealed).SetPhoneIndex(index)
	}
	return err
}

// Ring encrypts what is personal.
func (s *Service) Ring() *seal.Ring { return s.o.Ring }
