package test

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// knowledgeService runs cmd/knowledge on the store until it is ready.
func (s store) knowledgeService(t *testing.T, address string, environment ...string) *process {
	t.Helper()
	built.Store(true)
	path, err := program()
	require.NoError(t, err)
	p := run(t, address, exec.Command(filepath.Join(filepath.Dir(path), "knowledge")), append([]string{ //nolint:noctx // it is killed at the end
		"EKC_DATA_DIR=" + s.dataDir, "EKC_KNOWLEDGE_DATABASE_URL=" + s.knowledge, "EKC_KNOWLEDGE_ADDR=" + address, "EKC_LOG_LEVEL=warn",
	}, environment...))
	p.ready()
	return p
}

// The question base runs as a process of its own, is killed, and comes back: Yana answers, hands over, and answers again, and
// operators are told that the base is away.
func TestKnowledgeServiceKilled(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	address := freeAddress(t)
	base := s.knowledgeService(t, address)
	apart := s
	apart.knowledge = "" // the node must not even know the database
	n := apart.launch(t, freeAddress(t), "EKC_KNOWLEDGE_URL="+base.URL)
	c := n.nobody().starts(map[string]any{"text": clearQuestion})
	c.hears("ANSWER", 0)

	o := n.available("operator1")
	helped := o.dial().subscribe(`subscription { desk { __typename ... on SuggestionsChanged { state } } }`, nil)
	c.handedOver()
	o.takes(c.id)
	helped.until("suggestions", suggestionsAre("AVAILABLE"))
	base.kill()
	c.say("И ещё: " + clearQuestion)
	helped.until("word that the base is away", suggestionsAre("UNAVAILABLE"))
	lost := n.nobody().starts(map[string]any{"text": clearQuestion})
	lost.handedOver()
	o.takes(lost.id)
	o.says(lost.id, "База сейчас недоступна, отвечу сама")
	answer := o.send(`query($id: ID!) { interaction(id: $id) { suggestions(first: 3) { probability } } }`, map[string]any{"id": lost.id})
	require.NotEmpty(t, answer.Errors)
	require.Equal(t, "UNAVAILABLE", answer.Errors[0].Extensions.Code)
	require.Equal(t, http.StatusOK, n.status("/readyz"), "chats go on without the base, so the node stays in service")

	base = s.knowledgeService(t, address)
	helped.until("suggestions again, unasked", suggestionsAre("AVAILABLE"))
	again := n.nobody().starts(map[string]any{"text": clearQuestion})
	again.hears("ANSWER", 0)
	require.NoError(t, n.interrupt())
	require.NoError(t, base.interrupt())
}

func TestStrangerToTheKnowledgeService(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	base := s.knowledgeService(t, freeAddress(t))
	n := s.launch(t, freeAddress(t), "EKC_KNOWLEDGE_URL="+base.URL, "EKC_KNOWLEDGE_SECRET=not that of the service")
	c := n.nobody().starts(map[string]any{"text": clearQuestion})
	c.handedOver()
}

func suggestionsAre(state string) func(event) bool {
	return func(e event) bool { return e.Kind == "SuggestionsChanged" && e.State == state }
}
