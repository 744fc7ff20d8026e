package interaction

import (
	"context"
	"fmt"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/citizen"
	"ekc/ent/interaction"
)

// Personal is what the centre knows of a citizen, as the viewer may read it.
type Personal struct {
	Name  string
	Phone string
	// Masked says that name and phone are not shown in full.
	Masked bool
}

const auditCitizenRead = "citizen.read"

// PersonalData returns names and phones of citizens, by their ids: in full for the operator of an interaction of theirs,
// which is audited, and masked for everybody else. Ids that the viewer may not see are left out.
func (s *Service) PersonalData(ctx context.Context, citizenIDs []string) (map[string]Personal, error) {
	citizens, err := s.client.Citizen.Query().Where(citizen.IDIn(citizenIDs...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read citizens: %w", err)
	}
	full, err := s.ownCitizens(ctx, citizenIDs)
	if err != nil {
		return nil, err
	}
	if len(full) > 0 {
		if err := s.auditReading(ctx, citizens, full); err != nil {
			return nil, err
		}
	}
	data := make(map[string]Personal, len(citizens))
	for _, c := range citizens {
		data[c.ID] = Personal{Name: maskName(c.Name), Phone: maskPhone(c.Phone), Masked: true}
		if full[c.ID] != "" {
			data[c.ID] = Personal{Name: c.Name, Phone: c.Phone}
		}
	}
	return data, nil
}

// ownCitizens returns, by citizen, the interaction that lets the viewer read the citizen's personal data in full.
func (s *Service) ownCitizens(ctx context.Context, citizenIDs []string) (map[string]string, error) {
	v := viewer.From(ctx)
	if v.Kind != viewer.Account {
		return nil, nil
	}
	own, err := s.client.Interaction.Query().Where(interaction.CitizenIDIn(citizenIDs...), interaction.OperatorID(v.AccountID)).
		All(viewer.AsSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("read own interactions: %w", err)
	}
	full := map[string]string{}
	for _, i := range own {
		if access.CheckObject(ctx, access.ReadPersonalData, access.InteractionObject(ctx, i, true)) == nil {
			full[i.CitizenID] = i.ID
		}
	}
	return full, nil
}

// auditReading keeps who read whose data in full. What holds nothing was not read.
func (s *Service) auditReading(ctx context.Context, citizens []*ent.Citizen, full map[string]string) error {
	return s.inTx(ctx, func(_ context.Context, tx *ent.Tx) error {
		for _, c := range citizens {
			if full[c.ID] == "" || (c.Name == "" && c.Phone == "") {
				continue
			}
			if err := access.Audit(ctx, tx, auditCitizenRead, c.ID, map[string]string{"interaction": full[c.ID]}); err != nil {
				return err
			}
		}
		return nil
	})
}

// maskName keeps the first letter.
func maskName(name string) string {
	for _, first := range name {
		return string(first) + "***"
	}
	return ""
}

// shownDigits is how much of a phone's end a mask keeps, enough to tell two callers apart.
const shownDigits = 2

// maskPhone keeps the end.
func maskPhone(phone string) string {
	if len(phone) <= shownDigits {
		return ""
	}
	return "***" + phone[len(phone)-shownDigits:]
}
