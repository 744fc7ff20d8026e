package test

import (
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The numbers of two citizens in Moscow and of the centre.
const (
	citizenNumber  = "+74951234567"
	neighbour      = "+74957654321"
	serviceNumber  = "+78006000001"
	resendRequests = 500 * time.Millisecond // RFC 3261's T1
)

// citizenPhone is a citizen who calls: as little SIP (RFC 3261) as a call takes, and an earphone.
type citizenPhone struct {
	*earphone
	t       *testing.T
	conn    net.Conn
	id, to  string // Call-ID, which is the tag and the branch too, and the To of the answer
	contact string // where requests in the call go
	done    sync.WaitGroup

	mu    sync.Mutex
	final string // the final answer to the INVITE
	over  bool
}

// calls lets a citizen call the service number until the call is taken: a node may not know of the number yet, and one that
// cannot ask the database in time says 503.
func (p *process) calls(from string, hz float64) *citizenPhone {
	p.t.Helper()
	var c *citizenPhone
	soon(p.t, "the call is taken", func() bool {
		c = p.callsOnce(from, hz)
		return strings.Contains(c.answer(), "SIP/2.0 200 ")
	})
	return c
}

func (p *process) callsOnce(from string, hz float64) *citizenPhone {
	p.t.Helper()
	conn, err := net.Dial("udp", p.phoneAddr()) //nolint:noctx // a socket of this machine
	require.NoError(p.t, err)
	c := &citizenPhone{earphone: newEarphone(p.t, hz), t: p.t, conn: conn, id: fmt.Sprintf("z9hG4bK%d", time.Now().UnixNano())}
	c.to = fmt.Sprintf("<sip:%s@%s>", serviceNumber, conn.RemoteAddr())
	sdp := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8 101\r\n"+
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n", c.port())
	c.done.Go(func() { c.read(from) })
	p.t.Cleanup(func() {
		_ = conn.Close()
		c.done.Wait()
	})
	invite := c.request("INVITE", fmt.Sprintf("sip:%s@%s", serviceNumber, conn.RemoteAddr()), from, 1, sdp)
	c.insist(invite, "an answer", func() bool { return c.final != "" })
	return c
}

// answer is the final answer to the call.
func (c *citizenPhone) answer() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.final
}

func (c *citizenPhone) request(method, uri, from string, sequence int, body string) string {
	here := c.conn.LocalAddr()
	return fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=%s%s;rport\r\nFrom: <sip:%s@%s>;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\n"+
		"CSeq: %d %s\r\nContact: <sip:%s>\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
		method, uri, here, c.id, method, from, here, c.id, c.to, c.id, sequence, method, here, len(body), body)
}

// insist sends a request again and again until the condition holds, which is asked under the lock.
func (c *citizenPhone) insist(request, what string, condition func() bool) {
	c.t.Helper()
	ticker := time.NewTicker(resendRequests)
	defer ticker.Stop()
	for begin := time.Now(); ; <-ticker.C {
		c.mu.Lock()
		ok := condition()
		c.mu.Unlock()
		if ok {
			return
		}
		require.Less(c.t, time.Since(begin), patience, "too long: %s", what)
		_, err := c.conn.Write([]byte(request))
		require.NoError(c.t, err)
	}
}

// read takes what comes until the socket is closed: acknowledges the answer, and agrees to the end.
func (c *citizenPhone) read(from string) {
	for buffer := make([]byte, 65535); ; {
		n, err := c.conn.Read(buffer)
		if err != nil {
			return
		}
		message := string(buffer[:n])
		first, _, _ := strings.Cut(message, "\r\n")
		c.mu.Lock()
		switch {
		case strings.HasPrefix(first, "SIP/2.0 1"):
		case strings.HasPrefix(first, "SIP/2.0 ") && strings.HasSuffix(header(message, "CSeq"), "INVITE"):
			c.final, c.to = message, header(message, "To")
			c.contact = bracketed.FindString(header(message, "Contact"))
			_, _ = c.conn.Write([]byte(c.ack(from, strings.HasPrefix(first, "SIP/2.0 2"))))
		case strings.HasPrefix(first, "SIP/2.0 "):
			c.over = c.over || strings.HasSuffix(header(message, "CSeq"), "BYE")
		case strings.HasPrefix(first, "BYE "):
			c.over = true
			_, _ = c.conn.Write([]byte(agree(message)))
		case !strings.HasPrefix(first, "ACK "):
			_, _ = c.conn.Write([]byte(agree(message)))
		}
		c.mu.Unlock()
	}
}

// ack ends the handshake; after a refusal it belongs to the INVITE (RFC 3261 §17.1.1.3).
func (c *citizenPhone) ack(from string, taken bool) string {
	if taken {
		return c.request("ACK", c.contact, from, 1, "")
	}
	refused := c.request("ACK", fmt.Sprintf("sip:%s@%s", serviceNumber, c.conn.RemoteAddr()), from, 1, "")
	return strings.Replace(refused, c.id+"ACK", c.id+"INVITE", 1)
}

// agree is 200 to a request without a body.
func agree(request string) string {
	answer := "SIP/2.0 200 OK\r\n"
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		answer += name + ": " + header(request, name) + "\r\n"
	}
	return answer + "Content-Length: 0\r\n\r\n"
}

// bracketed is what an address has between < and >.
var bracketed = regexp.MustCompile(`sip:[^>;]*`)

// header is the first header of a name; our side writes them long.
func header(message, name string) string {
	m := regexp.MustCompile(`(?mi)^` + name + `: *([^\r\n]*)`).FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	return m[1]
}

// hangUp ends the call.
func (c *citizenPhone) hangUp() {
	c.t.Helper()
	c.mu.Lock()
	bye := c.request("BYE", c.contact, citizenNumber, lastRequest, "")
	c.mu.Unlock()
	c.insist(bye, "the end of the call", func() bool { return c.over })
}

// lastRequest is the number of the last request of a call, after those for keys.
const lastRequest = 1000

// pressesUntil presses a key every two seconds, by INFO, until the condition holds.
func (c *citizenPhone) pressesUntil(key, what string, condition func() bool) {
	c.t.Helper()
	pressed, sequence := time.Time{}, 1
	soon(c.t, what, func() bool {
		if condition() {
			return true
		}
		if time.Since(pressed) > 2*time.Second {
			pressed = time.Now()
			sequence++
			c.mu.Lock()
			defer c.mu.Unlock()
			info := c.request("INFO", c.contact, citizenNumber, sequence, "Signal="+key+"\r\nDuration=160\r\n")
			info = strings.Replace(info, "branch="+c.id, fmt.Sprintf("branch=%s%d", c.id, sequence), 1)
			_, err := c.conn.Write([]byte(strings.Replace(info, "application/sdp", "application/dtmf-relay", 1)))
			require.NoError(c.t, err)
		}
		return false
	})
}

// vanishes lets the citizen's line die without a goodbye.
func (c *citizenPhone) vanishes() {
	_ = c.conn.Close()
	_ = c.earphone.conn.Close()
}

// hungUp waits until the other side has ended the call.
func (c *citizenPhone) hungUp() {
	c.t.Helper()
	soon(c.t, "the citizen's phone is hung up", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.over
	})
}

// citizenAnswers is SIPp beyond a carrier's line: it answers calls from the centre, with an earphone's sound.
func citizenAnswers(t *testing.T, hz float64) (*earphone, *net.UDPAddr) {
	t.Helper()
	ear := newEarphone(t, hz)
	s := runSIPp(t, sippOptions{scenario: "citizen_answers.xml", address: "127.0.0.1", more: []string{"-key", "ear", strconv.Itoa(ear.port())}})
	return ear, s.address
}

var phoneLine = regexp.MustCompile(`sip:\d+@(127\.0\.0\.1:\d+)`)

// phoneAddr is where the process takes calls.
func (p *process) phoneAddr() string {
	p.t.Helper()
	at := ""
	soon(p.t, "the server says where its phone is", func() bool {
		if m := phoneLine.FindStringSubmatch(p.output.String()); m != nil {
			at = m[1]
		}
		return at != ""
	})
	return at
}

// carrier makes a line to the carrier at the address, over which citizens are called.
func (c *client) carrier(name string, address net.Addr, keepAlive int) {
	c.t.Helper()
	c.do("trunkCreate", "TrunkCreateInput", map[string]any{"settings": map[string]any{
		"name": name, "proxy": address.String(), "sources": []string{"127.0.0.1"}, "transport": "UDP",
		"keepAliveSeconds": keepAlive, "preference": keepAlive, // the one that is not asked comes first
	}})
}

// callOf is what is known of a call of an interaction.
type callOf struct {
	Direction, EndCause string
	BeganAt             time.Time
	EndedAt             *time.Time
	Legs                []struct {
		Kind, Role      string
		EndedAt         *time.Time
		PacketsReceived int
	}
}

func (c *client) callsOf(id string) []callOf {
	c.t.Helper()
	return ask[struct{ Interaction struct{ Calls []callOf } }](c,
		`query($id: ID!) { interaction(id: $id) { calls { direction beganAt endedAt endCause legs { kind role endedAt packetsReceived } } } }`,
		map[string]any{"id": id}).Interaction.Calls
}
