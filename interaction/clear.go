package interaction

import (
	"context"
	"fmt"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/message"
	"ekc/internal/ids"
	"ekc/internal/seal"
	"ekc/knowledge/personal"
)

const auditMessageRead = "message.read_clear"

// ownRing opens the data keys with the master key of a data directory.
func ownRing(ctx context.Context, client *ent.Client, dataDir string) (*seal.Ring, error) {
	master, err := seal.FileMaster(dataDir)
	if err != nil {
		return nil, err
	}
	return seal.Open(ctx, client, master)
}

// clearPlace is where the text of a message stands encrypted.
func clearPlace(messageID string) seal.Place {
	return seal.Place{Table: message.Table, Column: message.FieldClear, Row: messageID}
}

// hideAll gives drafts their ids and masks what people wrote: everyone reads the masked text, and so do the base's search and Yana; the
// words themselves are kept encrypted beside it.
func (s *Service) hideAll(ctx context.Context, drafts []draft) ([]draft, error) {
	hidden := make([]draft, len(drafts))
	for n, d := range drafts {
		if d.id = ids.New("msg"); d.kind == message.KindText && (d.author == message.AuthorCitizen || d.author == message.AuthorOperator) {
			text, found := personal.Redact(d.text)
			if len(found) > 0 {
				inClear, err := s.o.Ring.Seal(ctx, clearPlace(d.id), []byte(d.text))
				if err != nil {
					return nil, fmt.Errorf("encrypt a message: %w", err)
				}
				d.text, d.clear = text, inClear
			}
		}
		hidden[n] = d
	}
	return hidden, nil
}

// cleared is what the row will hold.
func cleared(inClear []byte) *[]byte {
	if inClear == nil {
		return nil
	}
	return &inClear
}

// ShownText is a message's text for the viewer: their own words as they wrote them for the citizen, masked for everybody else.
func (s *Service) ShownText(ctx context.Context, m *ent.Message) (string, error) {
	v := viewer.From(ctx)
	if seal.Held(m.Clear) == nil || v.Kind != viewer.Citizen || v.InteractionID != m.InteractionID {
		return m.Text, nil
	}
	return s.unsealed(ctx, m)
}

// ClearText is a message's text as it was written, which is audited with the reason; nil without the right. Where nothing is masked it is
// the text that everybody reads. INVALID for a reason that is none.
func (s *Service) ClearText(ctx context.Context, m *ent.Message, why access.Reason) (*string, error) {
	if seal.Held(m.Clear) == nil {
		return &m.Text, why.Check()
	}
	if may, err := s.MayReadFor(ctx, m.InteractionID, why); err != nil || !may {
		return nil, err
	}
	text, err := s.unsealed(ctx, m)
	if err != nil {
		return nil, err
	}
	err = s.inTx(ctx, func(_ context.Context, tx *ent.Tx) error {
		return access.Audit(ctx, tx, auditMessageRead, m.ID, why.In(map[string]string{"interaction": m.InteractionID}))
	})
	return &text, err
}

func (s *Service) unsealed(ctx context.Context, m *ent.Message) (string, error) {
	inClear, err := s.o.Ring.Unseal(ctx, clearPlace(m.ID), *m.Clear)
	if err != nil {
		return "", fmt.Errorf("read a message: %w", err)
	}
	return string(inClear), nil
}
