package interaction

import (
	"context"
	"fmt"
	"io"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/attachment"
	"ekc/internal/fail"
	"ekc/internal/filestore"
	"ekc/internal/ids"
)

// Limits of attachments.
const (
	MaxAttachmentBytes = filestore.MaxBytes
	// maxUnsent bounds the files that wait to be sent in one interaction, maxFiles those of its whole life.
	maxUnsent = 10
	maxFiles  = 200
)

// Upload keeps a file that the viewer, the interaction's citizen or operator, may send with a message. It fails with
// TOO_LARGE, with INVALID for an empty file or a type that is not accepted, and keeps nothing then.
func (s *Service) Upload(ctx context.Context, interactionID, fileName string, content io.Reader) (*ent.Attachment, error) {
	name, err := filestore.CleanName(fileName)
	if err != nil {
		return nil, err
	}
	if err := s.mayUpload(ctx, interactionID); err != nil {
		return nil, err
	}
	file, err := s.files.Receive(content)
	if err != nil {
		return nil, err
	}
	defer file.Discard()
	var kept *ent.Attachment
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		i, err := s.allowed(ctx, system, tx, interactionID, access.SendMessage)
		if err != nil {
			return err
		}
		if err := checkRoom(system, tx, i); err != nil {
			return err
		}
		id := ids.New("att")
		kept, err = tx.Attachment.Create().SetID(id).SetInteractionID(i.ID).
			SetFromCitizen(viewer.From(ctx).Kind == viewer.Citizen).SetFileName(name).SetMediaType(file.MediaType).
			SetSize(file.Size).SetSha256(file.SHA256).SetCreatedAt(s.now()).Save(system)
		if err != nil {
			return fmt.Errorf("write attachment: %w", err)
		}
		return file.Keep(id) // before the commit: a row always has its file, a file without a row is swept
	})
	if err != nil {
		return nil, err
	}
	return kept.Unwrap(), nil
}

// mayUpload refuses before the file is read.
func (s *Service) mayUpload(ctx context.Context, interactionID string) error {
	i, err := s.client.Interaction.Get(viewer.AsSystem(ctx), interactionID)
	if ent.IsNotFound(err) {
		return errNoInteraction
	}
	if err != nil {
		return fmt.Errorf("read interaction: %w", err)
	}
	if err := access.CheckObject(ctx, access.SendMessage, access.InteractionObject(ctx, i, false)); err != nil {
		if fail.CodeOf(err) == fail.NotFound {
			return errNoInteraction
		}
		return err
	}
	return nil
}

func checkRoom(system context.Context, tx *ent.Tx, i *ent.Interaction) error {
	if Ended(i.State) {
		return fail.New(fail.Conflict, "the interaction is over")
	}
	files := tx.Attachment.Query().Where(attachment.InteractionID(i.ID))
	all, err := files.Clone().Count(system)
	if err != nil {
		return fmt.Errorf("count attachments: %w", err)
	}
	unsent, err := files.Where(attachment.MessageIDIsNil()).Count(system)
	if err != nil {
		return fmt.Errorf("count attachments: %w", err)
	}
	if all >= maxFiles || unsent >= maxUnsent {
		return fail.Field("file", fail.RateLimited, "too many files in this interaction")
	}
	return nil
}
