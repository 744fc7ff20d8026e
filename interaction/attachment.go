package interaction

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/attachment"
	"ekc/internal/fail"
	"ekc/internal/ids"
)

// Limits of attachments.
const (
	MaxAttachmentBytes = 10 << 20
	// maxUnsent bounds the files that wait to be sent in one interaction, maxFiles those of its whole life.
	maxUnsent        = 10
	maxFiles         = 200
	maxFileNameRunes = 150
)

// Upload keeps a file that the viewer, the interaction's citizen or operator, may send with a message. It fails with
// TOO_LARGE, with INVALID for an empty file or a type that is not accepted, and keeps nothing then.
func (s *Service) Upload(ctx context.Context, interactionID, fileName string, content io.Reader) (*ent.Attachment, error) {
	name, err := cleanFileName(fileName)
	if err != nil {
		return nil, err
	}
	if err := s.mayUpload(ctx, interactionID); err != nil {
		return nil, err
	}
	file, err := s.files.receive(content)
	if err != nil {
		return nil, err
	}
	defer file.discard()
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
			SetFromCitizen(viewer.From(ctx).Kind == viewer.Citizen).SetFileName(name).SetMediaType(file.mediaType).
			SetSize(file.size).SetSha256(file.sha256).SetCreatedAt(s.now()).Save(system)
		if err != nil {
			return fmt.Errorf("write attachment: %w", err)
		}
		return file.keep(id) // before the commit: a row always has its file, a file without a row is swept
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

// cleanFileName keeps the last part of a name, without control characters, short enough to show; the ending is kept.
func cleanFileName(name string) (string, error) {
	name = strings.ReplaceAll(name, `\`, "/")
	name = filepath.Base(strings.ToValidUTF8(name, ""))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, name))
	if name == "" || name == "." || name == "/" {
		return "", fail.Field("file", fail.Invalid, "has no name")
	}
	if utf8.RuneCountInString(name) > maxFileNameRunes {
		ending := filepath.Ext(name)
		if utf8.RuneCountInString(ending) > 10 {
			ending = ""
		}
		keep := maxFileNameRunes - utf8.RuneCountInString(ending)
		name = string([]rune(name)[:keep]) + ending
	}
	for len(name) > 255 { // bytes, as the database counts
		runes := []rune(name)
		name = string(runes[:len(runes)/2]) + filepath.Ext(name)
	}
	return name, nil
}
