package test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"
	"github.com/stretchr/testify/require"
)

// A call to a citizen leaves by the carrier that can take it: the preferred one is dead and known to be; the next one has no line free; the
// one after it wants digest, and its announcement is heard before anybody answers. The dead one is seen to come back.
func TestWaysOut(t *testing.T) {
	t.Parallel()
	c := startPhoneCentre(t)
	d := c.desk(t, deskOptions{people: 1})
	operator := d.people[0].ready()
	full := runSIPp(t, sippOptions{scenario: "full.xml", more: []string{"-trace_logs"}})
	demanding := runSIPp(t, sippOptions{scenario: "demanding.xml", tone: hzOutside, more: []string{"-trace_logs"}})
	standard := c.admin.trunk()
	way := func(name string, at *net.UDPAddr, source string, preference, keepAlive int) {
		c.admin.do("trunkCreate", "TrunkCreateInput", map[string]any{"settings": map[string]any{
			"name": name, "proxy": at.String(), "sources": []string{source}, "preference": preference, "keepAliveSeconds": keepAlive,
			"username": "centre", "password": "correct-horse-centre",
		}})
	}
	dead := unusedPort(t, "127.0.0.11")
	c.admin.do("trunkUpdate", "TrunkUpdateInput", map[string]any{"trunkId": standard, "settings": map[string]any{"preference": 3}})
	way("Пропавший оператор связи", dead, "127.0.0.11", 0, 5)
	way("Занятый оператор связи", full.address, "127.0.0.9", 1, 0)
	way("Строгий оператор связи", demanding.address, "127.0.0.10", 2, 0)
	soon(t, "the node knows them, and that one of them is dead", func() bool {
		ways := c.admin.waysOut()
		return len(ways) == 4 && ways[0].is(false) && ways[1].is(true) && ways[2].is(true)
	})

	operator.do("callDial", "CallDialInput", map[string]any{"number": "84961234567"})
	operator.phone.picksUp()
	operator.phone.hears(hzOutside)
	require.Equal(t, 1, full.logged("INVITE"))
	require.Equal(t, 1, demanding.logged("INVITE"), "challenged, then taken")
	proves(t, demanding.line("PROOF "))
	require.Zero(t, c.outside.logged("INVITE"))
	require.Equal(t, "0", c.find(t, "SELECT count(*) FROM call_legs WHERE role = 'CITIZEN' AND answered_at IS NOT NULL"), "nobody has answered")
	operator.phone.hangUp()
	require.Eventually(t, func() bool { return demanding.logged("CANCEL") == 1 }, callPatience, 100*time.Millisecond, "the carrier is told")
	answersOptions(t, dead)
	soon(t, "the dead carrier is back", func() bool { return c.admin.waysOut()[0].is(true) })
}

// proves checks the answer to the challenge of demanding.xml.
func proves(t *testing.T, header string) {
	t.Helper()
	given, err := digest.ParseCredentials(header)
	require.NoError(t, err)
	want, err := digest.Digest(&digest.Challenge{
		Realm: "carrier", Nonce: "b1946ac92492d2347c6235b4d2611184", Algorithm: "MD5", QOP: []string{"auth"},
	}, digest.Options{Method: "INVITE", URI: given.URI, Username: "centre", Password: "correct-horse-centre", Cnonce: given.Cnonce, Count: given.Nc})
	require.NoError(t, err)
	require.Equal(t, want.Response, given.Response)
}

// wayOut is a trunk, with how each node sees it.
type wayOut struct {
	ID     string
	Status []struct{ Reachable bool }
}

// is reports whether the one node sees the carrier so.
func (w wayOut) is(reachable bool) bool {
	return len(w.Status) == 1 && w.Status[0].Reachable == reachable
}

// answersOptions is a carrier at an address that says that it lives, and nothing else.
func answersOptions(t *testing.T, at *net.UDPAddr) {
	t.Helper()
	socket, err := net.ListenUDP("udp", at)
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for request := make([]byte, 65535); ; {
			n, from, err := socket.ReadFromUDP(request)
			if err != nil {
				return
			}
			_, _ = socket.WriteToUDP([]byte(agree(string(request[:n]))), from)
		}
	}()
	t.Cleanup(func() {
		_ = socket.Close()
		<-ended
	})
}

// waysOut are the trunks, the preferred one first.
func (c *client) waysOut() []wayOut {
	c.t.Helper()
	return ask[struct{ Trunks []wayOut }](c, "{ trunks { id status { reachable } } }", nil).Trunks
}

// line is the rest of the scenario's log line that begins so.
func (s *sipp) line(begin string) string {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "*logs.log"))
	require.NoError(s.t, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(s.t, err)
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, begin); ok {
				return strings.TrimSpace(rest)
			}
		}
	}
	require.Fail(s.t, "SIPp has logged nothing of "+begin)
	return ""
}
