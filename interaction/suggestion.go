package interaction

import (
	"context"
	"fmt"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/suggestionverdict"
	"ekc/interaction/dialogue"
	"ekc/internal/fail"
)

// DismissSuggestion puts a suggested record away for this interaction, and counts that its version did not help the operator. A
// repeat changes nothing. NOT_FOUND for an interaction that the viewer may not see or an unknown record, CONFLICT when the
// interaction is over.
func (s *Service) DismissSuggestion(ctx context.Context, interactionID, recordID string) (i *ent.Interaction, err error) {
	_, citation, err := s.assistant.Compose(ctx, recordID)
	if err != nil {
		return nil, err
	}
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if i, err = s.allowed(ctx, system, tx, interactionID, access.WorkInteraction); err != nil {
			return err
		}
		if Ended(i.State) {
			return fail.New(fail.Conflict, "the interaction is over")
		}
		return s.judge(system, tx, i.ID, viewer.From(ctx).AccountID, citation, false, "")
	})
	if err != nil {
		return nil, err
	}
	_ = s.log.Signal(ctx, signalFor(KindSuggestions, i, nil)) // a lost signal leaves it on the screen until the next one
	return i, nil
}

// judge counts what an operator did with a record, once for each version in a locked interaction.
func (s *Service) judge(system context.Context, tx *ent.Tx, interactionID, accountID string, c dialogue.Citation, accepted bool, messageID string) error {
	known, err := tx.SuggestionVerdict.Query().Where(suggestionverdict.InteractionID(interactionID), suggestionverdict.AccountID(accountID),
		suggestionverdict.RecordVersionID(c.VersionID), suggestionverdict.Accepted(accepted)).Exist(system)
	if err != nil {
		return fmt.Errorf("find verdict on a suggestion: %w", err)
	}
	if known {
		return nil
	}
	err = tx.SuggestionVerdict.Create().SetInteractionID(interactionID).SetAccountID(accountID).SetRecordID(c.RecordID).
		SetRecordVersionID(c.VersionID).SetAccepted(accepted).SetMessageID(messageID).SetCreatedAt(s.now()).Exec(system)
	if err != nil {
		return fmt.Errorf("keep verdict on a suggestion: %w", err)
	}
	return nil
}
