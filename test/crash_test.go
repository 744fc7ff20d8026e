package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// The server is killed in the middle of a dialogue and started again: what it acknowledged is there, what it did not is
// repeated by the client, and nothing is there twice.
func TestKilledServerLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	address := freeAddress(t)
	p := s.launch(t, address)
	c, o := p.talk("operator1")
	cursor := c.now(c.id).Cursor
	acknowledged := make(chan int, 1000)
	go func() {
		defer close(acknowledged)
		for i := 0; c.sendsOnce(i); i++ {
			acknowledged <- i
		}
	}()
	sent := []int{}
	for i := range acknowledged {
		sent = append(sent, i)
		if i == 9 {
			p.kill() // while the next message is under way
		}
	}
	require.GreaterOrEqual(t, len(sent), 10)

	s.launch(t, address)
	require.Equal(t, "ACTIVE", o.now(c.id).State, "the operator still has it")
	require.True(t, c.sendsOnce(len(sent)), "the client repeats what was not acknowledged")
	require.True(t, c.sendsOnce(len(sent)), "and may repeat it again")
	want := make([]string, 0, len(sent)+1)
	for i := range len(sent) + 1 {
		want = append(want, fmt.Sprintf("сообщение %d", i))
	}
	require.Equal(t, want, own(c.dialogue(c.id)))
	seen := o.dial().follow(c.id, cursor).until("the last message", isMessage(want[len(want)-1]))
	require.Equal(t, want, ownTexts(seen), "the stream resumes from before the crash")
	o.says(c.id, "Мы снова на связи")
	o.do("interactionFinish", "InteractionInput", map[string]any{"interactionId": c.id})
}

// sendsOnce sends the i-th message under its own key and tells whether it was acknowledged. It is called outside of the
// test's goroutine, so it fails nothing.
func (c *citizen) sendsOnce(i int) bool {
	body, err := json.Marshal(map[string]any{
		"query": `mutation($input: MessageSendInput!) { messageSend(input: $input) { message { id } userErrors { code } } }`,
		"variables": map[string]any{"input": map[string]any{
			"interactionId": c.id, "text": fmt.Sprintf("сообщение %d", i), "clientKey": fmt.Sprintf("key-%d", i),
		}},
	})
	if err != nil {
		return false
	}
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return false
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+c.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	var got struct {
		Data struct {
			MessageSend struct{ Message *struct{ ID string } }
		}
	}
	return json.NewDecoder(response.Body).Decode(&got) == nil && got.Data.MessageSend.Message != nil
}

// own are the words that the tests let citizens say.
func own(messages []said) []string {
	var all []string
	for _, m := range messages {
		if m.Author == "CITIZEN" {
			all = append(all, m.Text)
		}
	}
	return all
}

func ownTexts(events []event) []string {
	var messages []said
	for _, e := range events {
		if e.Kind == "MessageAdded" {
			messages = append(messages, *e.Message)
		}
	}
	return own(messages)
}

// A question that was asked just before the crash is answered by whichever node is there next.
func TestQuestionBeforeACrashIsAnswered(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	address := freeAddress(t)
	p := s.launch(t, address)
	c := p.nobody().starts(map[string]any{"text": clearQuestion})
	p.kill()
	s.launch(t, address)
	require.Equal(t, "ASSISTANT", c.hears("ANSWER", 0).Author)
	answers := 0
	for _, m := range c.dialogue(c.id) {
		if m.Author == "ASSISTANT" {
			answers++
		}
	}
	require.Equal(t, 1, answers, "answered once")
}

// Ctrl-C: streams are told, the process ends well, and says nothing of errors.
func TestInterruptedServerStopsCleanly(t *testing.T) {
	t.Parallel()
	p := newStore(t).launch(t, freeAddress(t))
	c := p.nobody().starts(nil)
	st := c.dial().follow(c.id, "")
	c.say("Здравствуйте")
	st.until("the greeting", isMessage("Здравствуйте"))
	require.NoError(t, p.interrupt())
	failures := st.ends()
	require.NotEmpty(t, failures, "a stop is told")
	require.Equal(t, "UNAVAILABLE", failures[0].Extensions.Code)
	require.NotContains(t, p.output.String(), "ERROR")
	require.NotContains(t, p.output.String(), "panic")
}

func TestStartFailsInOneClearLine(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	taken := s.start(t)
	for name, c := range map[string]struct {
		store   store
		address string
		says    []string
	}{
		"port in use": {s, taken.URL[len("http://"):], []string{"EKC_HTTP_ADDR", "taken"}},
		"no server": {
			store{core: "postgres://nobody:hunter2@127.0.0.1:1/ekc?sslmode=disable", knowledge: s.knowledge, dataDir: s.dataDir},
			freeAddress(t),
			[]string{"EKC_DATABASE_URL", "is the server up"},
		},
		"bad setting": {s, "nonsense", []string{"EKC_HTTP_ADDR", "HOST:PORT"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.store.spawn(t, c.address)
			require.Error(t, <-p.ended)
			for _, text := range c.says {
				require.Contains(t, p.output.String(), text)
			}
			require.NotContains(t, p.output.String(), "hunter2")
			require.NotContains(t, p.output.String(), "goroutine")
		})
	}
}
