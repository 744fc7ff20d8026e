package privacy

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/legalhold"
	"ekc/internal/fail"
	"ekc/internal/numbers"
)

const maxWords = 1000

// heldInteractions selects the interactions that a hold keeps, by their own id or their citizen's number.
const heldInteractions = `
	SELECT i.id FROM interactions i WHERE i.id IN (SELECT interaction_id FROM legal_holds WHERE released_at IS NULL)
	UNION SELECT i.id FROM interactions i JOIN citizens c ON c.id = i.citizen_id
		JOIN legal_holds h ON h.phone_index = c.phone_index AND h.released_at IS NULL`

// NewHold says what is to be kept: one interaction, or all of the citizen who has a number.
type NewHold struct {
	InteractionID string
	// Phone in any common form.
	Phone string
	// Reason such as the court's request, at most 1,000 characters.
	Reason string
}

// Place keeps data from being destroyed. Administrators. INVALID, NOT_FOUND.
func (s *Service) Place(ctx context.Context, in NewHold) (*ent.LegalHold, error) {
	if err := may(ctx); err != nil {
		return nil, err
	}
	if err := checkWords("reason", in.Reason); err != nil {
		return nil, err
	}
	if (in.InteractionID == "") == (in.Phone == "") {
		return nil, fail.Field("interactionId", fail.Invalid, "or a phone must be given, and not both")
	}
	index, err := s.heldBy(ctx, in)
	if err != nil {
		return nil, err
	}
	var made *ent.LegalHold
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) (err error) {
		// What destroys takes this lock too, so that after the hold is placed nothing is destroyed any more.
		if _, err := tx.ExecContext(system, `SELECT pg_advisory_xact_lock($1)`, destroyLock); err != nil {
			return fmt.Errorf("place a hold: %w", err)
		}
		create := tx.LegalHold.Create().SetReason(strings.TrimSpace(in.Reason)).SetAccountID(viewer.From(ctx).AccountID)
		if index != nil {
			create.SetPhoneIndex(index)
		} else {
			create.SetInteractionID(in.InteractionID)
		}
		if made, err = create.Save(system); err != nil {
			return fmt.Errorf("place a hold: %w", err)
		}
		return access.Audit(ctx, tx, "legal_hold.place", made.ID, nil)
	})
	return made, err
}

// heldBy checks what is to be held, and returns the index of a number.
func (s *Service) heldBy(ctx context.Context, in NewHold) ([]byte, error) {
	if in.Phone != "" {
		number, err := e164(in.Phone)
		if err != nil {
			return nil, err
		}
		return s.index(number), nil
	}
	there, err := s.o.Client.Interaction.Query().Where(interaction.ID(in.InteractionID)).Exist(viewer.AsSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("read interaction: %w", err)
	}
	if !there {
		return nil, fail.Field("interactionId", fail.NotFound, "no such interaction")
	}
	return nil, nil //nolint:nilnil // there is no number
}

// destroyLock orders destruction and holds; shared by those who destroy.
const destroyLock = 7_305_018

// Release ends a hold; one that is released stays so. Administrators. NOT_FOUND.
func (s *Service) Release(ctx context.Context, id string) (*ent.LegalHold, error) {
	if err := may(ctx); err != nil {
		return nil, err
	}
	var hold *ent.LegalHold
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) (err error) {
		hold, err = tx.LegalHold.Query().Where(legalhold.ID(id)).ForUpdate().Only(system)
		if ent.IsNotFound(err) {
			return fail.Field("holdId", fail.NotFound, "no such hold")
		}
		if err != nil {
			return fmt.Errorf("read the hold: %w", err)
		}
		if hold.ReleasedAt != nil {
			return nil
		}
		if hold, err = tx.LegalHold.UpdateOne(hold).SetReleasedAt(s.now()).SetReleasedBy(viewer.From(ctx).AccountID).Save(system); err != nil {
			return fmt.Errorf("release the hold: %w", err)
		}
		return access.Audit(ctx, tx, "legal_hold.release", hold.ID, nil)
	})
	return hold, err
}

func checkWords(name, text string) error {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > maxWords || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return fail.Field(name, fail.Invalid, "must be text of 1 to %d characters", maxWords)
	}
	return nil
}

func e164(phone string) (string, error) {
	number, ok := numbers.E164(phone)
	if !ok {
		return "", fail.Field("phone", fail.Invalid, "is not a phone number")
	}
	return number, nil
}
