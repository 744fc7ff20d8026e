package voice

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/internal/fail"
	"ekc/telephony/prompt"
)

const (
	maxSoundLength = 2 * time.Minute
	maxSoundText   = 4000
	maxUpload      = 10 << 20
)

// NewSound is a prompt to be uploaded.
type NewSound struct {
	Name string
	// Text is what it says.
	Text     string
	AgencyID string // empty: everybody's
	// Content is a WAV file of at most 10 MiB and two minutes.
	Content io.Reader
}

// UploadSound keeps a recording that menus may play, brought to the form in which it is played. For those who edit menus of the
// agency.
func (s *Service) UploadSound(ctx context.Context, in NewSound) (*ent.Sound, error) {
	if err := access.Check(ctx, access.EditMenu, viewer.Scope{AgencyID: in.AgencyID}); err != nil {
		return nil, err
	}
	name, text := strings.TrimSpace(in.Name), strings.TrimSpace(in.Text)
	switch {
	case name == "" || utf8.RuneCountInString(name) > maxName || name != valid(name):
		return nil, fail.Field("name", fail.Invalid, "must have 1 to %d characters", maxName)
	case utf8.RuneCountInString(text) > maxSoundText || text != valid(text):
		return nil, fail.Field("text", fail.Invalid, "is longer than %d characters, or no text", maxSoundText)
	}
	clip, err := prompt.Import(io.LimitReader(in.Content, maxUpload))
	if err != nil {
		return nil, fail.Field("file", fail.Invalid, "%s", err.Error())
	}
	length := time.Duration(len(clip.PCM)) * time.Second / prompt.Rate
	if length > maxSoundLength {
		return nil, fail.Field("file", fail.TooLarge, "is longer than %s", maxSoundLength)
	}
	content := prompt.EncodeWAV(clip.PCM, prompt.Rate)
	sum := sha256.Sum256(content)
	var made *ent.Sound
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		create := tx.Sound.Create().SetName(name).SetText(text).SetSize(int64(len(content))).SetSha256(hex.EncodeToString(sum[:])).
			SetLengthMs(int(length.Milliseconds())).SetContent(content).SetAuthorID(me(ctx))
		if in.AgencyID != "" {
			if _, err := tx.Agency.Get(system, in.AgencyID); ent.IsNotFound(err) {
				return fail.Field("agencyId", fail.NotFound, "no such agency")
			}
			create.SetAgencyID(in.AgencyID)
		}
		if made, err = create.Save(system); err != nil {
			return fmt.Errorf("write sound: %w", err)
		}
		return access.Audit(ctx, tx, "sound.upload", made.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	return made.Unwrap(), nil
}

// Sounds gives uploaded prompts to what plays them.
func (s *Service) Sounds() prompt.AudioSource { return sounds{s.o.Client} }

type sounds struct{ client *ent.Client }

// Open is part of prompt.AudioSource.
func (s sounds) Open(ctx context.Context, id string) (io.ReadCloser, error) {
	found, err := s.client.Sound.Get(viewer.AsSystem(ctx), id)
	if ent.IsNotFound(err) {
		return nil, fmt.Errorf("sound %s: %w", id, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("read sound: %w", err)
	}
	return io.NopCloser(bytes.NewReader(found.Content)), nil
}
