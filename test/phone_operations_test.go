package test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What machines ask a node with a phone, and how an administrator lets it stop.
func TestPhoneIsMeasuredAndDrained(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	get := func(path string) (int, string) {
		response, err := http.Get(n.URL + path) //nolint:noctx // the server of this test
		require.NoError(t, err)
		defer func() { _ = response.Body.Close() }()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(text)
	}
	admin := n.as("admin")
	trunk := admin.trunk()
	status, text := get("/metrics")
	require.Equal(t, http.StatusOK, status)
	for _, line := range []string{
		`ekc_calls{phase="talk"} 0`, `ekc_calls_total{direction="incoming"} 0`, `ekc_call_outcomes_total{outcome="lost"} 0`,
		`ekc_trunk_up{trunk="` + trunk + `"} `, `ekc_trunk_calls_total{direction="incoming",trunk="` + trunk + `"} 0`, `ekc_media_leg_mos_count 0`, `ekc_sip_dialogs 0`, `ekc_sip_retransmissions_total{by="us"} `, `ekc_phones_registered 0`,
		`ekc_media_ports{state="free"} `, `ekc_media_legs{thread="0"} 0`, `ekc_media_lag_seconds{thread="0"} `,
		`ekc_recordings{state="failing"} 0`, `ekc_recordings_disk_free_bytes `, `ekc_prompts_total{result="spoken"} `,
		`ekc_callbacks_open{state="WAITING"} 0`, `ekc_transcripts_open{state="FAILED"} 0`, `ekc_node_draining 0`,
	} {
		require.Contains(t, text, "\n"+line)
	}
	status, text = get("/readyz")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, `"calls":0`)

	type centreNode struct {
		ID              string
		Alive, Draining bool
	}
	nodes := func() []centreNode {
		return ask[struct{ CentreNodes []centreNode }](admin, "{ centreNodes { id alive draining } }", nil).CentreNodes
	}
	soon(t, "the node is known", func() bool { return len(nodes()) == 1 })
	require.True(t, nodes()[0].Alive && !nodes()[0].Draining)
	admin.do("nodeDrain", "NodeDrainInput", map[string]any{"nodeId": nodes()[0].ID})
	select {
	case <-n.app.Drained():
	case <-time.After(patience):
		require.Fail(t, "a node without calls ends at once")
	}
	require.True(t, nodes()[0].Draining)
	status, text = get("/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, text, `"draining":true`)
	_, text = get("/metrics")
	require.Contains(t, text, "\nekc_node_draining 1")
}
