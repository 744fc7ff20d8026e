package test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The citizen rates the talk at its end. What was dictated while the recording paused is silence in the file, in both channels. The
// file is given to whom it may be, by a link that nobody can make up, in pieces if one likes.
func recordingAndRating(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1, menu: withCallback})
	stranger := c.desk(t, deskOptions{people: 1}).people[0]
	citizen, operator := d.talking()
	operator.do("callRecordingPause", "CallRecordingPauseInput", onInteraction(citizen.id))
	for range 6 { // 400 ms each
		citizen.hears(hzOperator)
	}
	operator.do("callRecordingResume", "InteractionInput", onInteraction(citizen.id))
	citizen.hears(hzOperator)
	citizen.hears(hzOperator)
	operator.do("callHangUp", "InteractionInput", onInteraction(citizen.id))
	citizen.hearsMusic() // the question for a rating
	citizen.pressesUntil("5", "CALL_CLOSED")
	require.Eventually(t, func() bool { return d.supervisor.now(citizen.id).Rating == 5 }, callPatience, 100*time.Millisecond)

	said, heard := d.supervisor.recording(citizen.id)
	pausedIn(t, said, hzCitizen)
	pausedIn(t, heard, hzOperator)

	for _, one := range []*client{d.supervisor, operator.client, d.admin} {
		require.NotEmpty(t, one.link(citizen.id))
	}
	require.Empty(t, stranger.link(citizen.id), "an operator who had nothing to do with it")
	require.Empty(t, d.admin.signIn("content.manager", demoPassword).link(citizen.id))
	link := c.URL + d.supervisor.link(citizen.id)
	whole := fetched(t, link, "", http.StatusOK)
	require.Equal(t, whole[100:200], fetched(t, link, "bytes=100-199", http.StatusPartialContent))
	require.Equal(t, whole[len(whole)-10:], fetched(t, link, "bytes=-10", http.StatusPartialContent))
	fetched(t, link, "bytes=999999999-", http.StatusRequestedRangeNotSatisfiable)
	last := map[bool]string{true: "0", false: "1"}[strings.HasSuffix(link, "1")]
	forged := link[:len(link)-1] + last
	response, err := http.Get(forged) //nolint:noctx,gosec // the server of this test
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, response.StatusCode)
}

// pausedIn wants a tone, silence for more than a second, and the tone again.
func pausedIn(t *testing.T, channel []byte, hz float64) {
	t.Helper()
	var course strings.Builder
	for begin := 0; begin+window <= len(channel); begin += window {
		piece := decoded(channel[begin : begin+window])
		switch {
		case share(piece, hz) > 0.7 && level(piece) > 1000:
			course.WriteByte('t')
		case level(piece) < 50:
			course.WriteByte('-')
		default:
			course.WriteByte('?')
		}
	}
	require.Regexp(t, `t.*---+.*t`, course.String())
}

// link is where a recording of an interaction is played; empty for whom it is not.
func (c *client) link(id string) string {
	c.t.Helper()
	got := ask[struct {
		Interaction *struct{ Recordings []struct{ URL string } }
	}](c, "query($id: ID!) { interaction(id: $id) { recordings { url(purpose: QUALITY_CONTROL) } } }", map[string]any{"id": id})
	if got.Interaction == nil || len(got.Interaction.Recordings) == 0 {
		return ""
	}
	return got.Interaction.Recordings[0].URL
}

// fetched asks for a file, or the part of it that a Range header names.
func fetched(t *testing.T, url, part string, want int) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	if part != "" {
		request.Header.Set("Range", part)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(t, want, response.StatusCode)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return body
}
