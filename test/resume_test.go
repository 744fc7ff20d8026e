package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// talk is a chat that an operator has accepted.
func (n *node) talk(login string) (*citizen, *client) {
	n.t.Helper()
	c := n.nobody().starts(nil)
	c.handedOver()
	o := n.available(login)
	o.takes(c.id)
	return c, o
}

// An operator's network breaks again and again; every event comes once, in order.
func TestDeskResumesWithoutGapOrRepeat(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	c, o := n.talk("operator1")
	cursor := ask[struct{ Desk struct{ Cursor string } }](o, "{ desk { cursor } }", nil).Desk.Cursor
	var want, got []string
	for round := range 5 {
		s := o.dial()
		st := s.desk(cursor)
		// Some while connected, some after the network is gone.
		for i := range 4 {
			text := fmt.Sprintf("сообщение %d-%d", round, i)
			c.say(text)
			want = append(want, text)
			if i == 1 {
				seen := st.until(text, isMessage(text))
				got = append(got, texts(seen)...)
				cursor = seen[len(seen)-1].Cursor
				s.drop()
			}
		}
	}
	rest := o.dial().desk(cursor).until("the last", isMessage(want[len(want)-1]))
	got = append(got, texts(rest)...)
	// The first cursor may lie a little before what was read with it, never after.
	got = slices.DeleteFunc(got, func(text string) bool { return !strings.HasPrefix(text, "сообщение") })
	require.Equal(t, want, got)
}

// The same for the citizen, over server-sent events, with what happens to the interaction between the messages.
func TestDialogueResumesOverEventStreams(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	c, o := n.talk("operator1")
	cursor := c.now(c.id).Cursor
	follow := func() (*stream, func()) {
		return c.listen(dialogueEvents, map[string]any{"id": c.id, "after": cursor})
	}
	st, closing := follow()
	o.says(c.id, "первое")
	seen := st.until("первое", isMessage("первое"))
	cursor = seen[len(seen)-1].Cursor
	closing()
	o.says(c.id, "второе")
	o.do("interactionHold", "InteractionInput", map[string]any{"interactionId": c.id})
	o.do("interactionResume", "InteractionInput", map[string]any{"interactionId": c.id})
	st, _ = follow()
	o.says(c.id, "третье")
	seen = st.until("третье", isMessage("третье"))
	require.Subset(t, texts(seen), []string{"второе", "третье"})
	require.NotContains(t, texts(seen), "первое")
	changes := 0
	for _, e := range seen {
		if e.Kind == "InteractionChanged" {
			changes++
		}
	}
	require.GreaterOrEqual(t, changes, 2, "held and resumed")
}

func TestCursorsOfOthersAndOldOnesAreRefused(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	c := n.nobody().starts(nil)
	failures := c.dial().follow(c.id, "bm9uc2Vuc2U").ends()
	require.NotEmpty(t, failures)
	require.Equal(t, "INVALID", failures[0].Extensions.Code)
	other := n.nobody().starts(nil)
	failures = other.dial().follow(c.id, "").ends()
	require.NotEmpty(t, failures)
	require.Equal(t, "NOT_FOUND", failures[0].Extensions.Code)
}

// A supervisor sees queues and operators change.
func TestBoardShowsQueuesAndOperators(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	supervisor := n.as("supervisor")
	cursor := ask[struct {
		Board struct {
			Cursor string
			Queues []struct{ Code string }
		}
	}](supervisor, "{ board { cursor queues { code } } }", nil).Board
	require.GreaterOrEqual(t, len(cursor.Queues), 15)
	st := supervisor.dial().subscribe(boardEvents, map[string]any{"after": cursor.Cursor})
	c := n.nobody().starts(nil)
	c.handedOver()
	st.until("the queue grows", func(e event) bool {
		return e.Kind == "QueueChanged" && e.Queue.Code == "chat-line1" && e.Queue.Figures.Waiting == 1
	})
	o := n.available("operator3")
	id := o.me()
	st.until("the operator is available", func(e event) bool {
		return e.Kind == "PresenceChanged" && e.Presence.Operator.ID == id && e.Presence.State == "AVAILABLE"
	})
	o.takes(c.id)
	st.until("the talk", func(e event) bool {
		return e.Kind == "QueueChanged" && e.Queue.Code == "chat-line1" && e.Queue.Figures.Active == 1
	})
}

// A server that stops tells its streams, and they go on at another.
func TestStreamsGoOnAtAnotherNode(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	first, second := s.start(t), s.start(t)
	c, o := first.talk("operator1")
	st := c.dial().follow(c.id, c.now(c.id).Cursor)
	o.says(c.id, "до остановки")
	seen := st.until("до остановки", isMessage("до остановки"))
	first.stop()
	failures := st.ends()
	require.NotEmpty(t, failures, "a stop is told")
	require.Equal(t, "UNAVAILABLE", failures[0].Extensions.Code)
	moved := &client{t: t, url: second.URL, token: c.token}
	there := &client{t: t, url: second.URL, token: o.token}
	there.says(c.id, "после остановки")
	again := moved.dial().follow(c.id, seen[len(seen)-1].Cursor).until("после остановки", isMessage("после остановки"))
	require.Equal(t, []string{"после остановки"}, texts(again))
}
