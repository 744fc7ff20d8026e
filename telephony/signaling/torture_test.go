package signaling_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling"
	"ekc/telephony/signaling/guard"
	"ekc/telephony/signaling/wire"
)

// torture is one message of the files.
type torture struct {
	name, section, expect string
	data                  []byte
}

var escape = regexp.MustCompile(`\\x[0-9a-f]{2}`)

func readTorture(t testing.TB, file string) []torture {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	require.NoError(t, err)
	var all []torture
	for _, part := range strings.Split("\n"+string(text), "\n==== ")[1:] {
		title, message, ok := strings.Cut(part, "\n")
		fields := strings.Fields(title)
		require.True(t, ok && len(fields) == 3, title)
		if !strings.HasSuffix(message, "\n") {
			message += "\n"
		}
		if !strings.Contains(message, "\n\n") { // the empty line at the end is also that before the next case
			message += "\n"
		}
		message = strings.ReplaceAll(message, "\n", "\r\n")
		message = escape.ReplaceAllStringFunc(message, func(s string) string {
			n, err := strconv.ParseUint(s[2:], 16, 8)
			require.NoError(t, err)
			return string([]byte{byte(n)})
		})
		if head, body, ok := strings.Cut(message, "\r\n\r\n"); ok {
			message = strings.Replace(head, "Content-Length: @", "Content-Length: "+strconv.Itoa(len(body)), 1) +
				"\r\n\r\n" + body
		}
		all = append(all, torture{fields[0], fields[1], fields[2], []byte(message)})
	}
	return all
}

func TestTorture(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"rfc4475.txt", "rfc5118.txt"} {
		for _, m := range readTorture(t, file) {
			t.Run(file[:7]+"/"+m.name, func(t *testing.T) {
				t.Parallel()
				tortured(t, m)
			})
		}
	}
}

// tortured sends one message to an agent of its own, and looks whether the agent lives afterwards.
func tortured(t *testing.T, m torture) {
	t.Helper()
	c := newCentre(t, func(config *signaling.Config) {
		config.Accounts = accounts{}
		config.ServiceNumber = func(string) bool { return true }
		config.OnCall = func(call *signaling.IncomingCall) { _ = call.Dialog.Reject(486, "") }
		config.Guard = guard.Limits{Strikes: 1000}
	})
	p := newPeer(t, c)
	// Without rport responses go to the port of Via; here they must come back. RFC 3581 §4 lets the server see to it.
	p.raw(m.data)
	if m.expect == "silence" {
		require.Nil(t, p.tryRead(60*time.Millisecond))
	} else {
		status, err := strconv.Atoi(m.expect)
		require.NoError(t, err)
		answer := p.anything()
		for answer.Status == 100 && status != 100 { // it goes out at once, before the owner is asked
			answer = p.anything()
		}
		require.Equalf(t, status, answer.Status, "RFC section %s: %s", m.section, answer.Bytes())
		if status != 100 {
			require.Contains(t, strings.ToLower(answer.Get("To")+";tag="), ";tag=")
		}
	}
	p2 := newPeer(t, c)
	k := p2.newCall()
	k.send("OPTIONS", "")
	p2.response("OPTIONS", 200)
}

// anything reads a response without asking it to be well formed: it repeats what was malformed in the request.
func (p *peer) anything() *wire.Message {
	p.t.Helper()
	buffer := make([]byte, 65536)
	require.NoError(p.t, p.conn.SetReadDeadline(time.Now().Add(3*time.Second)))
	n, _, err := p.conn.ReadFromUDP(buffer)
	require.NoError(p.t, err, "no answer")
	line, _, _ := strings.Cut(string(buffer[:n]), "\r\n")
	fields := strings.Fields(line)
	require.GreaterOrEqual(p.t, len(fields), 2, line)
	status, err := strconv.Atoi(fields[1])
	require.NoError(p.t, err, line)
	answer := &wire.Message{Status: status}
	for _, text := range strings.Split(string(buffer[:n]), "\r\n")[1:] {
		if name, value, ok := strings.Cut(text, ":"); ok {
			answer.Add(name, strings.TrimSpace(value))
		}
	}
	return answer
}
