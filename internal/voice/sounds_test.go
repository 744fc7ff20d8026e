package voice_test

import (
	"bytes"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/internal/fail"
	"ekc/internal/voice"
	"ekc/telephony/prompt"
)

func TestSoundsAreCheckedAndPlayed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	loud := make([]int16, 3*prompt.Rate)
	for i := range loud {
		loud[i] = int16(8000 * (1 - 2*(i/20%2))) //nolint:gosec // small
	}
	wav := prompt.EncodeWAV(loud, prompt.Rate)
	editor := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Account, AccountID: "acc_e", Grants: []viewer.Grant{{Role: viewer.ContentManager}}})
	operator := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Account, AccountID: "acc_o", Grants: []viewer.Grant{{Role: viewer.Operator}}})
	upload := func(as int, content io.Reader) (string, error) {
		ctx := editor
		if as == 1 {
			ctx = operator
		}
		s, err := w.voice.UploadSound(ctx, voice.NewSound{Name: "Привет", Text: "Здравствуйте", Content: content})
		if err != nil {
			return "", err
		}
		return s.ID, nil
	}
	_, err := upload(1, bytes.NewReader(wav))
	require.Equal(t, fail.Forbidden, fail.CodeOf(err))
	_, err = upload(0, strings.NewReader("MP3"))
	require.Equal(t, fail.Invalid, fail.CodeOf(err))
	_, err = upload(0, bytes.NewReader(prompt.EncodeWAV(make([]int16, 121*prompt.Rate), prompt.Rate)))
	require.Equal(t, fail.TooLarge, fail.CodeOf(err))
	id, err := upload(0, bytes.NewReader(wav))
	require.NoError(t, err)
	kept := w.client.Sound.GetX(w.system, id)
	require.Equal(t, 3000, kept.LengthMs)
	file, err := w.voice.Sounds().Open(t.Context(), id)
	require.NoError(t, err)
	clip, err := prompt.Import(file)
	require.NoError(t, err)
	require.Len(t, clip.PCM, len(loud))
	_, err = w.voice.Sounds().Open(t.Context(), "snd_x")
	require.ErrorIs(t, err, fs.ErrNotExist)
}
