package test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/config"
	"ekc/telephony/media"
	"ekc/telephony/prompt"
	"ekc/telephony/recording/s3test"
)

// What the two say, one in many words and one in few.
const (
	manyWords = "Скажите пожалуйста когда мне придёт пенсия за прошлый и за этот месяц?"
	fewWords  = "Добрый день."
)

// A talk is kept in S3-compatible storage and understood by channel; its link plays any part of it; when its time is over, sound and words are
// destroyed.
func TestRecordingInS3WithTranscript(t *testing.T) {
	t.Parallel()
	storage := s3test.Start(t)
	elsewhere := func(c *config.Config) {
		c.Recordings = config.Recordings{
			S3Endpoint: storage.Endpoint, S3Bucket: s3test.Bucket, S3Region: "us-east-1", S3AccessKey: s3test.AccessKey,
			S3SecretKey: s3test.SecretKey, S3Prefix: "centre/",
		}
		c.OpenAIBaseURL, c.ASRModel = understands(t), "whisper"
	}
	c := startPhoneCentre(t, elsewhere)
	d := c.desk(t, deskOptions{})
	operator := d.hireWith("kept.clerk", 1, deviceOptions{speech: phrase(t, fewWords)}).ready()
	citizen := &caller{desk: d, number: "+380447770071", device: newDevice(t, deviceOptions{
		user: "+380447770071", address: carrierAddress, speech: phrase(t, manyWords),
	})}
	citizen.calls()
	operator.phone.picksUp()
	d.state(citizen.id, "ACTIVE")
	soon(t, "both have spoken for a while", func() bool {
		return len(citizen.heard()) > 2*12*media.SampleRate
	})
	citizen.leaves()
	operator.phone.await("CALL_CLOSED")

	link := ""
	soon(t, "the recording is stored", func() bool { link = d.supervisor.link(citizen.id); return link != "" })
	files, err := filepath.Glob(filepath.Join(c.dataDir, "recordings", "*"))
	require.NoError(t, err)
	require.Empty(t, files, "it is not in the folder")
	whole := fetched(t, c.URL+link, "", http.StatusOK)
	require.True(t, strings.HasPrefix(string(whole), "RIFF"))
	require.Equal(t, whole[1000:2000], fetched(t, c.URL+link, "bytes=1000-1999", http.StatusPartialContent))
	understood := map[string][]string{}
	soon(t, "it is understood", func() bool {
		understood = d.supervisor.transcribed(citizen.id)
		return len(understood) > 0
	})
	require.Contains(t, understood["SAID"], manyWords)
	require.Contains(t, understood["HEARD"], fewWords)

	c.sql(t, "UPDATE recordings SET destroy_after = now() - interval '1 minute' WHERE interaction_id = $1", citizen.id)
	c.start(t, elsewhere, func(c *config.Config) { c.SIPAddr = "off" }) // a node looks for what is due when it starts
	soon(t, "it is destroyed", func() bool {
		return c.find(t, "SELECT id FROM recordings WHERE interaction_id = $1 AND destroyed_at IS NOT NULL", citizen.id) != ""
	})
	require.Empty(t, d.supervisor.link(citizen.id))
	require.Empty(t, d.supervisor.transcribed(citizen.id))
	response, err := http.Get(c.URL + link) //nolint:noctx // the server of this test
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Contains(t, []int{http.StatusNotFound, http.StatusGone, http.StatusForbidden}, response.StatusCode)
}

// understands is a server of speech recognition that knows the phrases by their lengths.
func understands(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, _, err := r.FormFile("file")
		if err != nil || r.URL.Path != "/v1/audio/transcriptions" {
			http.Error(w, "no sound", http.StatusBadRequest)
			return
		}
		sound, err := prompt.ReadWAV(file)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		text := fewWords
		if time.Duration(len(sound.Samples))*time.Second/time.Duration(sound.Rate) > 2*time.Second {
			text = manyWords
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"text":"` + text + `"}`))
	}))
	t.Cleanup(server.Close)
	return server.URL + "/v1"
}

// phrase is a spoken sentence and a silence as long as a turn of the other one, for a minute.
func phrase(t *testing.T, text string) []int16 {
	t.Helper()
	speaker, err := prompt.NewEspeak()
	require.NoError(t, err)
	sound, err := speaker.Speak(t.Context(), text)
	require.NoError(t, err)
	at8k, err := prompt.Resample(sound.Samples, sound.Rate, media.SampleRate)
	require.NoError(t, err)
	turn := make([]int16, len(at8k)+3*media.SampleRate)
	for i, v := range at8k {
		turn[i] = int16(v * 32767)
	}
	var all []int16
	for len(all) < 60*media.SampleRate {
		all = append(all, turn...)
	}
	return all
}

// transcribed is what was understood of the recording of an interaction, by channel.
func (c *client) transcribed(id string) map[string][]string {
	c.t.Helper()
	got := ask[struct {
		Interaction struct {
			Recordings []struct {
				Transcript *struct {
					Lines []struct{ Channel, Text string }
				}
			}
		}
	}](c, "query($id: ID!) { interaction(id: $id) { recordings { transcript { lines { channel text } } } } }", map[string]any{"id": id})
	said := map[string][]string{}
	for _, r := range got.Interaction.Recordings {
		if r.Transcript == nil {
			continue
		}
		for _, l := range r.Transcript.Lines {
			said[l.Channel] = append(said[l.Channel], l.Text)
		}
	}
	return said
}
