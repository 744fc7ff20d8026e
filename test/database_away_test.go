package test

import (
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// throughCable puts a cable between a node and its core's database.
func (s store) throughCable(t *testing.T) (store, *cable) {
	t.Helper()
	u, err := url.Parse(s.core)
	require.NoError(t, err)
	query := u.Query()
	port := query.Get("port")
	if port == "" {
		port = u.Port()
	}
	network, target := "tcp", net.JoinHostPort(u.Hostname(), port)
	if folder := query.Get("host"); strings.HasPrefix(folder, "/") {
		network, target = "unix", filepath.Join(folder, ".s.PGSQL."+port)
	}
	c := layCable(t, network, target)
	query.Del("host")
	query.Del("port")
	query.Set("sslmode", "disable")
	u.Host, u.RawQuery = strings.TrimPrefix(c.URL, "http://"), query.Encode()
	s.core = u.String()
	return s, c
}

// Postgres is away for a while: what is asked meanwhile is refused, nothing acknowledged is lost or repeated, streams stay
// open or say from where to go on, and everything works again by itself.
func TestDatabaseAwayForAWhile(t *testing.T) {
	t.Parallel()
	s, line := newStore(t).throughCable(t)
	n := s.start(t)
	c, o := n.talk("operator1")
	st := c.dial().follow(c.id, c.now(c.id).Cursor)
	o.says(c.id, "до обрыва")
	seen := st.until("до обрыва", isMessage("до обрыва"))
	cursor := seen[len(seen)-1].Cursor

	line.cut()
	input := map[string]any{"interactionId": c.id, "text": "во время обрыва", "clientKey": "the-same-key-again"}
	o.refuses("UNAVAILABLE", "messageSend", "MessageSendInput", input)
	soon(t, "the node says that it is not ready", func() bool { return n.status("/readyz") != 200 })
	require.Equal(t, 200, n.status("/healthz"), "it lives all the same")

	line.mend()
	soon(t, "the node is ready again", func() bool { return n.status("/readyz") == 200 })
	o.sends(input)
	o.sends(input)
	o.says(c.id, "после обрыва")
	var got []string
	for _, e := range n.restOf(c, st, cursor, "после обрыва") {
		if e.Kind == "MessageAdded" {
			got = append(got, e.Message.Text)
		}
	}
	require.Equal(t, []string{"во время обрыва", "после обрыва"}, got)

	another := n.nobody().starts(map[string]any{"text": clearQuestion})
	another.hears("ANSWER", 0)
	another.handedOver()
	o.takes(another.id)
	follow := another.dial().follow(another.id, "")
	soon(t, "signals pass again", func() bool {
		o.do("typingSignal", "TypingSignalInput", map[string]any{"interactionId": another.id})
		select {
		case e := <-follow.events:
			return e.Kind == "Typing"
		default:
			return false
		}
	})
}

func (n *node) status(page string) int {
	n.t.Helper()
	status, _ := fetch(n.t, n.URL+page)
	return status
}

// restOf reads a stream up to a message, and goes on in a new one should it have ended.
func (n *node) restOf(c *citizen, st *stream, cursor, last string) []event {
	n.t.Helper()
	var seen []event
	for open := true; open; {
		var e event
		select {
		case e, open = <-st.events:
		case <-time.After(patience):
			require.Fail(n.t, "too long: "+last)
		}
		if !open {
			break
		}
		seen, cursor = append(seen, e), e.Cursor
		if isMessage(last)(e) {
			return seen
		}
	}
	for _, f := range st.failures {
		require.Equal(n.t, "UNAVAILABLE", f.Extensions.Code)
	}
	return append(seen, c.dial().follow(c.id, cursor).until(last, isMessage(last))...)
}
