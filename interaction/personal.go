package interaction

import (
	"context"
	"fmt"

	"ekc/ent"
	"ekc/ent/citizen"
	"ekc/ent/interaction"
	"ekc/internal/seal"
)

// Personal is what the centre knows of a citizen, as the viewer may read it.
type Personal struct {
	Name  string
	Phone string
	// Masked says that name and phone are not shown in full.
	Masked bool
}

// PersonalData returns names and phones of citizens, by their ids: in full for the operator who has an interaction of theirs in work, which
// is audited once per interaction, and masked for everybody else. Ids that the viewer may not see are left out.
func (s *Service) PersonalData(ctx context.Context, citizenIDs []string) (map[string]Personal, error) {
	citizens, err := s.client.Citizen.Query().Where(citizen.IDIn(citizenIDs...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read citizens: %w", err)
	}
	own, err := s.inWork(ctx, interaction.CitizenIDIn(citizenIDs...))
	if err != nil {
		return nil, err
	}
	full := make(map[string]*ent.Interaction, len(own))
	for _, i := range own {
		full[i.CitizenID] = i
	}
	data := make(map[string]Personal, len(citizens))
	for _, c := range citizens {
		phone, err := s.PhoneOf(ctx, c)
		if err != nil {
			return nil, err
		}
		i := full[c.ID]
		if i == nil || (c.Name == "" && phone == "") { // what holds nothing was not read
			data[c.ID] = Personal{Name: maskName(c.Name), Phone: MaskNumber(phone), Masked: true}
			continue
		}
		if err := s.auditEnquiry(ctx, i); err != nil {
			return nil, err
		}
		data[c.ID] = Personal{Name: c.Name, Phone: phone}
	}
	return data, nil
}

// maskName keeps the first letter.
func maskName(name string) string {
	for _, first := range name {
		return string(first) + "***"
	}
	return ""
}

// shownDigits is how much of a number's end a mask keeps, enough to tell two callers apart.
const shownDigits = 2

// MaskNumber keeps the end of a telephone number.
func MaskNumber(number string) string {
	if len(number) <= shownDigits {
		return ""
	}
	return "***" + number[len(number)-shownDigits:]
}

// PhoneOf is a citizen's number in full, E.164; empty when it is not known. It decides no rights and audits nothing.
func (s *Service) PhoneOf(ctx context.Context, c *ent.Citizen) (string, error) {
	if seal.Held(c.PhoneSealed) == nil {
		return c.Phone, nil
	}
	number, err := s.o.Ring.Unseal(ctx, PhonePlace(c.ID), *c.PhoneSealed)
	if err != nil {
		return "", fmt.Errorf("read a number: %w", err)
	}
	return string(number), nil
}
