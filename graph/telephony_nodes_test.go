package graph_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent/auditentry"
	"ekc/ent/trunk"
	"ekc/telephony"
	"ekc/telephony/prompt"
	"ekc/telephony/signaling"
)

// trunkStatus says of every trunk that its carrier is away.
func (w *world) trunkStatus() []signaling.TrunkStatus {
	var all []signaling.TrunkStatus
	for _, id := range w.client.Trunk.Query().Where(trunk.Active(true)).IDsX(w.system) {
		all = append(all, signaling.TrunkStatus{TrunkID: id, Reason: "no answer", Since: time.Unix(1_700_000_000, 0)})
	}
	return all
}

// living writes the row of this node, as Run does.
func (c *calling) living() {
	c.Helper()
	c.client.ServerNode.Create().SetID(c.voice.Node()).SetHost("test").SetPhone(true).SetSeenAt(time.Now()).ExecX(c.system)
}

func TestNodesByRole(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	c.living()
	query := `{ centreNodes { id host alive phone draining calls } }`
	for token, code := range map[string]string{"": "UNAUTHENTICATED", c.operator: "FORBIDDEN", c.supervisor: "FORBIDDEN"} {
		require.Equal(t, code, c.ask(token, query, nil).code())
	}
	got := c.ask(c.admin, query, nil)
	require.Equal(t, []any{map[string]any{
		"id": c.voice.Node(), "host": "test", "alive": true, "phone": true, "draining": false, "calls": float64(1),
	}}, got.path("centreNodes"), got.raw)

	drain := `nodeDrain(input: {nodeId: "` + c.voice.Node() + `"})`
	for token, code := range map[string]string{"": "UNAUTHENTICATED", c.operator: "FORBIDDEN", c.supervisor: "FORBIDDEN"} {
		require.Equal(t, code, c.does(token, drain))
	}
	require.Equal(t, "NOT_FOUND", c.does(c.admin, `nodeDrain(input: {nodeId: "nod_none"})`))
	require.Empty(t, c.does(c.admin, drain))
	require.Equal(t, true, c.ask(c.admin, query, nil).path("centreNodes").([]any)[0].(map[string]any)["draining"])
	require.True(t, c.client.AuditEntry.Query().Where(auditentry.Action("node.drain"), auditentry.ObjectID(c.voice.Node())).ExistX(c.system))
}

func TestTrunksTellHowTheyAre(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	c.living()
	require.Empty(t, c.does(c.admin, `trunkCreate(input: {settings: {name: "a", proxy: "sip.example.ru", sources: ["192.0.2.0/24"]}})`))
	require.Empty(t, c.does(c.admin, `trunkCreate(input: {settings: {name: "b", proxy: "sip.example.ru", sources: ["192.0.3.0/24"], active: false}})`))
	got := c.ask(c.admin, `{ trunks { active status { nodeId host reachable since reason } } }`, nil)
	for _, one := range got.path("trunks").([]any) {
		status := one.(map[string]any)["status"]
		if one.(map[string]any)["active"] == false {
			require.Empty(t, status, "it is not used")
			continue
		}
		require.Equal(t, []any{map[string]any{
			"nodeId": c.voice.Node(), "host": "test", "reachable": false, "since": "2023-11-14T22:13:20Z", "reason": "no answer",
		}}, status, got.raw)
	}
}

func TestTranscriptsByRole(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	sound := prompt.EncodeWAV(make([]int16, 8000), 8000)
	sum := sha256.Sum256(sound)
	hash := hex.EncodeToString(sum[:])
	require.NoError(t, c.tapes.Put(t.Context(), "2026/r.wav", bytes.NewReader(sound), int64(len(sound)), hash))
	require.NoError(t, c.voice.Recorded(t.Context(), telephony.RecordingReport{
		ID: "call-1-r", CallID: "call-1", Object: "2026/r.wav", SHA256: hash, Bytes: int64(len(sound)), BeganAt: time.Now(), Length: time.Second,
	}))
	query := `query($i: ID!) { interaction(id: $i) { recordings { transcript { state lines { channel atMs text } } } } }`
	of := func(token string) any {
		got := c.ask(token, query, map[string]any{"i": c.id})
		require.NotNil(t, got.path("interaction"), got.raw)
		return got.path("interaction", "recordings").([]any)[0].(map[string]any)["transcript"]
	}
	require.Equal(t, map[string]any{"state": "WAITING", "lines": []any{}}, of(c.operator))
	more, err := c.voice.TranscribeOne(context.Background())
	require.NoError(t, err)
	require.True(t, more)
	more, err = c.voice.TranscribeOne(context.Background())
	require.NoError(t, err)
	require.False(t, more, "it is understood once")
	words := map[string]any{"state": "DONE", "lines": []any{map[string]any{"channel": "SAID", "atMs": float64(1000), "text": "Меня зовут Иван"}}}
	require.Equal(t, words, of(c.operator))
	require.Equal(t, words, of(c.supervisor))
	for _, token := range []string{"", c.other, c.stranger} {
		require.Nil(t, c.ask(token, query, map[string]any{"i": c.id}).path("interaction"))
	}
	require.Equal(t, 2, c.client.AuditEntry.Query().Where(auditentry.Action("recording.read")).CountX(c.system))

	c.client.Recording.Update().SetDestroyAfter(time.Now().Add(-time.Hour)).ExecX(c.system)
	require.NoError(t, c.voice.Destroy(t.Context()))
	require.Nil(t, of(c.supervisor), "the words go with the sound")
	require.Zero(t, c.client.Transcript.Query().CountX(c.system))
}
