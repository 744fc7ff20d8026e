package interaction

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/agency"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/predicate"
	"ekc/ent/region"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/knowledge/personal"
)

// Step is one turn of a voice menu: what the caller heard and what they pressed or said.
type Step struct {
	At                time.Time
	Node, Input, Said string
}

// Learned is what a voice menu has found out. Empty fields leave what is known.
type Learned struct {
	AgencyCode, RegionCode, Topic string
	Steps                         []Step
}

// Learn keeps what a voice menu has found out, its steps as messages of the dialogue. A step that was kept before is passed over;
// a code that is not known changes nothing.
func (s *Service) Learn(ctx context.Context, interactionID string, l Learned) error {
	return s.inTx(ctx, func(system context.Context, tx *ent.Tx) error { return s.LearnIn(system, tx, interactionID, l) })
}

// LearnIn is Learn within tx.
func (s *Service) LearnIn(ctx context.Context, tx *ent.Tx, interactionID string, l Learned) error {
	system := viewer.AsSystem(ctx)
	i, err := lock(system, tx, interactionID)
	if err != nil {
		return err
	}
	if Ended(i.State) {
		return fail.New(fail.Conflict, "the interaction is over")
	}
	said, err := newSteps(system, tx, i, l.Steps)
	if err != nil {
		return err
	}
	after, err := learned(system, tx, i, l)
	if err != nil {
		return err
	}
	if after.AgencyID != i.AgencyID || after.RegionID != i.RegionID || after.Topic != i.Topic {
		if err := s.log.Append(system, tx, event(KindChanged, &after, nil)); err != nil {
			return err
		}
	}
	_, _, err = s.speak(system, tx, i, after, said...)
	return err
}

// learned is the interaction with what the menu has found out.
func learned(system context.Context, tx *ent.Tx, i *ent.Interaction, l Learned) (ent.Interaction, error) {
	after := *i
	if l.AgencyCode != "" {
		id, err := idOf(system, "agency", l.AgencyCode, func() (string, error) {
			return tx.Agency.Query().Where(agency.Code(l.AgencyCode)).OnlyID(system)
		})
		if err != nil {
			return after, err
		}
		after.AgencyID = cmp.Or(id, after.AgencyID)
	}
	if l.RegionCode != "" {
		id, err := idOf(system, "region", l.RegionCode, func() (string, error) {
			return tx.Region.Query().Where(region.Code(l.RegionCode)).OnlyID(system)
		})
		if err != nil {
			return after, err
		}
		after.RegionID = cmp.Or(id, after.RegionID)
	}
	if topic := shortened(clean(l.Topic), maxTopicRunes); topic != "" {
		after.Topic = topic
	}
	return after, nil
}

// newSteps are the messages of the menu's turns that were not kept before, as many as there is room for.
func newSteps(system context.Context, tx *ent.Tx, i *ent.Interaction, steps []Step) ([]draft, error) {
	var drafts []draft
	var keys []string
	for _, step := range steps {
		for _, d := range step.drafts() {
			if d.text != "" && !slices.Contains(keys, d.clientKey) {
				drafts, keys = append(drafts, d), append(keys, d.clientKey)
			}
		}
	}
	if len(drafts) == 0 || i.MessageCount == 0 { // nothing was said before, so nothing can have been kept
		return drafts[:min(len(drafts), maxMessages)], nil
	}
	kept, err := tx.Message.Query().Where(message.InteractionID(i.ID), database.Among[predicate.Message](message.FieldClientKey, keys)).All(system)
	if err != nil {
		return nil, fmt.Errorf("find messages by key: %w", err)
	}
	drafts = slices.DeleteFunc(drafts, func(d draft) bool {
		return slices.ContainsFunc(kept, func(m *ent.Message) bool { return *m.ClientKey == d.clientKey })
	})
	return drafts[:min(len(drafts), max(0, maxMessages-i.MessageCount))], nil
}

// drafts are the words of a turn: what the caller heard, and what they pressed or said.
func (step Step) drafts() []draft {
	key := "menu:" + strconv.FormatInt(step.At.UnixMicro(), 36) + ":" + step.Node
	if len(key) > MaxClientKeyBytes-2 {
		key = strings.ToValidUTF8(key[:MaxClientKeyBytes-2], "")
	}
	return []draft{
		{author: message.AuthorSystem, kind: message.KindNotice, text: clean(step.Said), clientKey: key + "q"},
		{author: message.AuthorCitizen, kind: message.KindText, text: clean(step.Input), clientKey: key + "a"},
	}
}

// AskCall keeps what a caller asks Yana, so that she may answer it: CONFLICT when the enquiry is no longer with her. The same
// question put again right after its answer is the same question: asked is false, and nothing was kept.
func (s *Service) AskCall(ctx context.Context, interactionID, question string) (asked bool, err error) {
	question = shortened(clean(question), MaxTextRunes)
	if question == "" {
		return false, fail.Field("question", fail.Invalid, "is empty")
	}
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		asked = false
		i, err := lock(system, tx, interactionID)
		if err != nil {
			return err
		}
		if i.State != interaction.StateWithAssistant {
			return fail.New(fail.Conflict, "the interaction is not with Yana")
		}
		last, err := tx.Message.Query().Where(message.InteractionID(i.ID), message.AuthorEQ(message.AuthorCitizen)).
			Order(ent.Desc(message.FieldSequence)).First(system)
		if err != nil && !ent.IsNotFound(err) {
			return fmt.Errorf("read the last question: %w", err)
		}
		if last != nil && last.ClientKey == nil && last.Text == personal.Redacted(question) {
			if !i.AwaitsAssistant {
				return nil
			}
		} else if _, i, err = s.say(system, tx, i, draft{author: message.AuthorCitizen, kind: message.KindText, text: question}); err != nil {
			return err
		}
		asked = true
		return tx.Interaction.UpdateOne(i).SetAwaitsAssistant(true).Exec(system)
	})
	return asked, err
}

// clean makes text of a machine fit to be kept.
func clean(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", ""))
}

// HelpedCall keeps whether the last answer with that record version helped, as the caller said.
func (s *Service) HelpedCall(ctx context.Context, interactionID, versionID string, helped bool) error {
	return s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		i, err := lock(system, tx, interactionID)
		if err != nil {
			return err
		}
		answers, err := tx.Message.Query().Where(message.InteractionID(i.ID), message.KindEQ(message.KindAnswer)).
			Order(ent.Desc(message.FieldSequence)).All(system)
		if err != nil {
			return fmt.Errorf("read answers: %w", err)
		}
		for _, m := range answers {
			if len(m.Citations) == 0 || m.Citations[0].VersionID != versionID {
				continue
			}
			if m.Helpful != nil && *m.Helpful == helped {
				return nil
			}
			if err := tx.Message.UpdateOne(m).SetHelpful(helped).Exec(system); err != nil {
				return fmt.Errorf("write feedback: %w", err)
			}
			return s.log.Append(system, tx, messageEvent(KindMessageChanged, i, m.ID))
		}
		return fail.New(fail.NotFound, "no such answer was given")
	})
}
