package interaction

import (
	"context"
	"fmt"
	"path"
	"strings"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/attachment"
	"ekc/knowledge/personal"
)

const auditInteractionRead = "interaction.read_clear"

// Clear is what an interaction holds of its citizen, as it is; the words of its messages are read one by one (ClearText).
type Clear struct {
	InteractionID string
	Name, Phone   string
	PageURL, Note string
	RatingComment string
	Attachments   []*ent.Attachment
}

// MayReadFor reports whether the viewer may read the citizen's data of an interaction in full for a purpose: its operator, at any time,
// supervisors of its segment, administrators. INVALID for a reason that is none. It audits nothing.
func (s *Service) MayReadFor(ctx context.Context, interactionID string, why access.Reason) (bool, error) {
	i, err := s.readableFor(ctx, interactionID, why)
	return i != nil, err
}

// readableFor is the interaction whose citizen's data the viewer may read in full for a purpose; nil without the right.
func (s *Service) readableFor(ctx context.Context, interactionID string, why access.Reason) (*ent.Interaction, error) {
	if err := why.Check(); err != nil {
		return nil, err
	}
	i, err := s.client.Interaction.Get(viewer.AsSystem(ctx), interactionID)
	if err != nil {
		return nil, fmt.Errorf("read interaction: %w", err)
	}
	if access.CheckObject(ctx, access.ReadForPurpose, access.InteractionObject(ctx, i, true)) != nil {
		return nil, nil //nolint:nilnil // without the right
	}
	return i, nil
}

// ClearOf is what an interaction that the viewer sees holds of its citizen, in full; audited with the reason, once a call. nil without the
// right; INVALID for a reason that is none.
func (s *Service) ClearOf(ctx context.Context, interactionID string, why access.Reason) (*Clear, error) {
	i, err := s.readableFor(ctx, interactionID, why)
	if err != nil || i == nil {
		return nil, err
	}
	system := viewer.AsSystem(ctx)
	c := &Clear{InteractionID: i.ID, PageURL: i.PageURL, Note: i.Note, RatingComment: i.RatingComment}
	who, err := s.client.Citizen.Get(system, i.CitizenID)
	if err != nil {
		return nil, fmt.Errorf("read citizen: %w", err)
	}
	if c.Phone, err = s.PhoneOf(ctx, who); err != nil {
		return nil, err
	}
	c.Name = who.Name
	c.Attachments, err = s.client.Attachment.Query().Where(attachment.InteractionID(i.ID), attachment.MessageIDNotNil()).
		Order(ent.Asc(attachment.FieldID)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read attachments: %w", err)
	}
	err = s.inTx(ctx, func(_ context.Context, tx *ent.Tx) error {
		return access.Audit(ctx, tx, auditInteractionRead, i.ID, why.In(map[string]string{"citizen": i.CitizenID}))
	})
	return c, err
}

// MaskWords is a text that people wrote for whoever may not read it as it is: without what identifies a person, as far as its form tells.
func MaskWords(text string) string { return personal.Mask(personal.Redacted(text)) }

// MaskAddress is the address of a page without what a form may have put into it.
func MaskAddress(url string) string {
	if cut := strings.IndexAny(url, "?#"); cut >= 0 {
		url = url[:cut]
	}
	return MaskWords(url)
}

// MaskFileName keeps the ending of a name.
func MaskFileName(name string) string { return "***" + path.Ext(name) }
