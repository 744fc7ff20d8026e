package interaction

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/attachment"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/interaction/dialogue"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// Limits of a message.
const (
	MaxTextRunes      = 4000
	MaxAttachments    = 5
	MaxClientKeyBytes = 80
	// maxMessages bounds one interaction, so that nobody fills the database through one token.
	maxMessages = 5000
)

// SendInput is a message of a citizen or an operator.
type SendInput struct {
	InteractionID string
	// Text, at most MaxTextRunes; may be empty with attachments, a choice or a record.
	Text string
	// ChoiceID is a choice of Yana's last clarifying question. Citizens.
	ChoiceID string
	// RecordID is a record of the base whose answer is sent. Operators.
	RecordID string
	// AttachmentIDs are files uploaded before by the same side and not sent yet, at most MaxAttachments.
	AttachmentIDs []string
	// ClientKey makes a repeat harmless: it returns the first message of that key.
	ClientKey string
}

var errTooMany = fail.New(fail.RateLimited, "the interaction holds too many messages")

// draft is a message about to be written.
type draft struct {
	// id is of the message; empty until its text was looked at.
	id string
	// clear is the text as it was written, encrypted, where personal data is masked in text.
	clear     []byte
	author    message.Author
	kind      message.Kind
	accountID string
	text      string
	citations []dialogue.Citation
	choices   []dialogue.Choice
	clientKey string
}

// Send adds a message of the viewer, the interaction's citizen or operator. It fails with INVALID for a message that makes
// no sense, NOT_FOUND for an interaction the viewer may not see, CONFLICT when the interaction is over.
func (s *Service) Send(ctx context.Context, in SendInput) (*ent.Message, error) {
	if err := validateSend(&in); err != nil {
		return nil, err
	}
	d, err := s.drafted(ctx, in)
	if err != nil {
		return nil, err
	}
	var sent *ent.Message
	var wakeAssistant bool
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		wakeAssistant = false
		i, err := s.allowed(ctx, system, tx, in.InteractionID, access.SendMessage)
		if err != nil {
			return err
		}
		if sent, err = repeated(system, tx, i.ID, d); sent != nil || err != nil {
			return err
		}
		d := d
		if d.author == message.AuthorCitizen && in.ChoiceID != "" {
			if d.text, err = chosen(system, tx, i, in.ChoiceID); err != nil {
				return err
			}
		}
		if i, err = s.readyFor(system, tx, i, d.author); err != nil {
			return err
		}
		if sent, i, err = s.say(system, tx, i, d); err != nil {
			return err
		}
		if in.RecordID != "" { // whatever led the operator to it, the record was of use
			if err := s.judge(system, tx, i.ID, d.accountID, d.citations[0], true, sent.ID); err != nil {
				return err
			}
		}
		wakeAssistant = i.AwaitsAssistant
		return s.attach(system, tx, sent, in.AttachmentIDs)
	})
	if err != nil {
		return nil, err
	}
	if wakeAssistant {
		s.assistant.Notify(in.InteractionID)
	}
	return sent.Unwrap(), nil
}

func validateSend(in *SendInput) error {
	in.Text = strings.TrimSpace(in.Text)
	switch {
	case !utf8.ValidString(in.Text) || strings.ContainsRune(in.Text, 0):
		return fail.Field("text", fail.Invalid, "is not valid text")
	case utf8.RuneCountInString(in.Text) > MaxTextRunes:
		return fail.Field("text", fail.Invalid, "is longer than %d characters", MaxTextRunes)
	case len(in.AttachmentIDs) > MaxAttachments:
		return fail.Field("attachmentIds", fail.Invalid, "holds more than %d", MaxAttachments)
	case len(in.ClientKey) > MaxClientKeyBytes:
		return fail.Field("clientKey", fail.Invalid, "is longer than %d bytes", MaxClientKeyBytes)
	case in.Text == "" && in.ChoiceID == "" && in.RecordID == "" && len(in.AttachmentIDs) == 0:
		return fail.Field("text", fail.Invalid, "is empty, and nothing is sent instead")
	case in.RecordID != "" && in.Text != "":
		return fail.Field("recordId", fail.Invalid, "is sent without words of one's own")
	case in.ChoiceID != "" && in.Text != "":
		return fail.Field("choiceId", fail.Invalid, "is sent without words of one's own")
	}
	return nil
}

// drafted makes the message as far as that needs no lock.
func (s *Service) drafted(ctx context.Context, in SendInput) (draft, error) {
	d := draft{kind: message.KindText, text: in.Text, clientKey: in.ClientKey}
	v := viewer.From(ctx)
	switch v.Kind {
	case viewer.Citizen:
		d.author = message.AuthorCitizen
		if in.RecordID != "" {
			return d, fail.Field("recordId", fail.Forbidden, "is for operators")
		}
	case viewer.Account:
		d.author, d.accountID = message.AuthorOperator, v.AccountID
		if in.ChoiceID != "" {
			return d, fail.Field("choiceId", fail.Forbidden, "is for citizens")
		}
		if in.RecordID != "" {
			text, citation, err := s.assistant.Compose(ctx, in.RecordID)
			if err != nil {
				return d, err
			}
			d.kind, d.text, d.citations = message.KindAnswer, text, []dialogue.Citation{citation}
		}
	default:
		return d, fail.New(fail.Unauthenticated, "a token is needed")
	}
	return d, nil
}

// repeated finds the message that the author sent with the draft's key before. The key of somebody else is refused: their
// message must not pass for this one.
func repeated(system context.Context, tx *ent.Tx, interactionID string, d draft) (*ent.Message, error) {
	if d.clientKey == "" {
		return nil, nil //nolint:nilnil // no key, no repeat
	}
	m, err := tx.Message.Query().Where(message.InteractionID(interactionID), message.ClientKey(d.clientKey)).Only(system)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // the first time
	}
	if err != nil {
		return nil, fmt.Errorf("find message by key: %w", err)
	}
	if m.Author != d.author || m.AccountID != d.accountID {
		return nil, fail.Field("clientKey", fail.Conflict, "was used by somebody else in this interaction; choose random keys")
	}
	return m, nil
}

// chosen returns the words of a choice of Yana's last clarifying question.
func chosen(system context.Context, tx *ent.Tx, i *ent.Interaction, choiceID string) (string, error) {
	asked, err := tx.Message.Query().
		Where(message.InteractionID(i.ID), message.KindEQ(message.KindClarification)).
		Order(ent.Desc(message.FieldSequence)).First(system)
	if err != nil && !ent.IsNotFound(err) {
		return "", fmt.Errorf("last clarification: %w", err)
	}
	if asked != nil {
		for _, c := range asked.Choices {
			if c.ID == choiceID {
				return c.Text, nil
			}
		}
	}
	return "", fail.Field("choiceId", fail.Invalid, "is not a choice of the last question")
}

// readyFor makes sure that the author may speak in the present state; a citizen's word reopens what is being recorded.
func (s *Service) readyFor(system context.Context, tx *ent.Tx, i *ent.Interaction, author message.Author) (*ent.Interaction, error) {
	switch {
	case Ended(i.State):
		return nil, fail.New(fail.Conflict, "the interaction is over")
	case i.MessageCount >= maxMessages:
		return nil, errTooMany
	case author == message.AuthorOperator && !withOperator(i.State):
		return nil, fail.New(fail.Conflict, "the interaction is not with you now")
	case author == message.AuthorCitizen && i.State == interaction.StateWrapUp:
		return s.apply(system, tx, i, change{move: MoveReopen, reason: "citizen_wrote", set: func(i *ent.Interaction) {
			i.WrapUpUntil = nil
		}})
	}
	return i, nil
}

// say writes a message into a locked interaction and returns both as they are then.
func (s *Service) say(system context.Context, tx *ent.Tx, i *ent.Interaction, d draft) (*ent.Message, *ent.Interaction, error) {
	said, i, err := s.speak(system, tx, i, *i, d)
	if err != nil {
		return nil, nil, err
	}
	return said[0], i, nil
}

// speak writes messages into a locked interaction together with what else changes in it. It returns both as they are then.
func (s *Service) speak(system context.Context, tx *ent.Tx, before *ent.Interaction, after ent.Interaction, drafts ...draft,
) ([]*ent.Message, *ent.Interaction, error) {
	now, r := s.now(), roundOf(system)
	drafts, err := s.hideAll(system, drafts)
	if err != nil {
		return nil, nil, err
	}
	creates := make([]*ent.MessageCreate, 0, len(drafts))
	said := make([]*ent.Message, 0, len(drafts))
	for _, d := range drafts {
		after.MessageCount++
		if r != nil {
			said = append(said, r.say(d, &after, now))
		} else {
			creates = append(creates, d.message(tx, &after, now))
		}
		if d.author == message.AuthorCitizen || d.author == message.AuthorOperator {
			after.LastActivityAt = now
		}
		if d.author == message.AuthorCitizen && after.State == interaction.StateWithAssistant && after.Channel == interaction.ChannelChat {
			after.AwaitsAssistant = true // of what is said by phone the menu asks her itself
		}
	}
	if err := write(system, tx, before, &after); err != nil {
		return nil, nil, err
	}
	if len(drafts) == 0 {
		return nil, &after, nil
	}
	if r == nil {
		if said, err = tx.Message.CreateBulk(creates...).Save(system); err != nil {
			return nil, nil, fmt.Errorf("write message: %w", err)
		}
	}
	events := make([]eventlog.Event, 0, len(said))
	for _, m := range said {
		events = append(events, messageEvent(KindMessageAdded, &after, m.ID))
	}
	return said, &after, s.log.Append(system, tx, events...)
}

// message prepares the message of the draft, the last of the interaction.
func (d draft) message(tx *ent.Tx, i *ent.Interaction, now time.Time) *ent.MessageCreate {
	create := tx.Message.Create().SetID(d.id).SetInteractionID(i.ID).SetSequence(i.MessageCount).SetAuthor(d.author).SetKind(d.kind).
		SetText(d.text).SetNillableAccountID(optional.Of(d.accountID)).SetCreatedAt(now)
	if d.clear != nil {
		create.SetClear(d.clear)
	}
	if d.clientKey != "" {
		create.SetClientKey(d.clientKey)
	}
	if len(d.citations) > 0 {
		create.SetCitations(d.citations)
	}
	if len(d.choices) > 0 {
		create.SetChoices(d.choices)
	}
	return create
}

// notice lets the centre say something by itself.
func (s *Service) notice(system context.Context, tx *ent.Tx, i *ent.Interaction, kind message.Kind, text string) (*ent.Interaction, error) {
	_, i, err := s.say(system, tx, i, draft{author: message.AuthorSystem, kind: kind, text: text})
	return i, err
}

// told is a notice of the centre to be said with a move.
func told(text string) []draft {
	return []draft{{author: message.AuthorSystem, kind: message.KindNotice, text: text}}
}

// attach sends uploaded files with a message.
func (s *Service) attach(system context.Context, tx *ent.Tx, m *ent.Message, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	n, err := tx.Attachment.Update().
		Where(attachment.IDIn(ids...), attachment.InteractionID(m.InteractionID), attachment.MessageIDIsNil(),
			attachment.FromCitizen(m.Author == message.AuthorCitizen)).
		SetMessageID(m.ID).Save(system)
	if err != nil {
		return fmt.Errorf("attach files: %w", err)
	}
	if n != len(ids) {
		return fail.Field("attachmentIds", fail.NotFound, "names a file that was not uploaded here, or was sent already")
	}
	return nil
}
