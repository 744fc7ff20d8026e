package voice

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
)

// shownDigits is how much of a number's end a mask keeps, as of a citizen's phone.
const shownDigits = 2

// Masked keeps the end of a number.
func Masked(number string) string {
	if len(number) <= shownDigits {
		return ""
	}
	return "***" + number[len(number)-shownDigits:]
}

// MayReadNumber shows a citizen's number of an interaction that the viewer sees: in full to its operator, which is audited, masked
// to everybody else; nil when there is none.
func (s *Service) MayReadNumber(ctx context.Context, interactionID, number string) (*string, error) {
	if number == "" {
		return nil, nil //nolint:nilnil // withheld
	}
	masked := Masked(number)
	i, err := s.o.Client.Interaction.Get(viewer.AsSystem(ctx), interactionID)
	if err != nil {
		return nil, away(err)
	}
	if access.CheckObject(ctx, access.ReadPersonalData, access.InteractionObject(ctx, i, true)) != nil {
		return &masked, nil
	}
	err = s.o.Log.InTx(ctx, func(_ context.Context, tx *ent.Tx) error {
		return access.Audit(ctx, tx, "citizen.read", i.CitizenID, map[string]string{"interaction": i.ID})
	})
	return &number, err
}
