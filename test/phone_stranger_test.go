package test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Offers that cannot be answered are refused with the right word, and the next call is as good as any.
func wrongOffers(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{})
	for _, scenario := range []string{"garbage.xml", "codecs.xml"} {
		runSIPp(t, sippOptions{scenario: scenario, switchboard: c.app.PhoneAddr(), number: d.number, caller: "+380445550005"}).ends()
	}
	require.Nil(t, c.numbers.call(t, "+380445550005"), "no enquiry of a call that never was")
	d.caller().calls().leaves()
}

// Whoever calls from elsewhere reaches the numbers of the centre and nothing else; who comes over a trunk as well. What looks for
// holes is not heard any more.
func strangers(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	toll := sippOptions{scenario: "toll.xml", switchboard: c.app.PhoneAddr(), number: "89161234567", caller: "+74955550006"}
	runSIPp(t, toll).ends() // over the trunk
	operator := d.people[0].ready()
	stranger := d.callerAt("127.0.0.66", "+380445550006").calls()
	operator.phone.picksUp()
	operator.phone.hears(hzCitizen)
	stranger.hears(hzOperator)
	stranger.leaves()

	scanner, err := net.DialUDP("udp", &net.UDPAddr{IP: net.ParseIP("127.0.0.67")}, c.app.PhoneAddr().(*net.UDPAddr))
	require.NoError(t, err)
	defer func() { _ = scanner.Close() }()
	answered, banned := 0, false
	for attempt := range 60 {
		code := probe(t, scanner, attempt)
		require.NotEqual(t, 200, code)
		if banned = code == 0; banned {
			break
		}
		require.Contains(t, []int{401, 403, 404, 407}, code)
		answered++
	}
	require.True(t, banned, "answered %d times", answered)
	require.Positive(t, answered)
	require.Zero(t, probe(t, scanner, 1000), "and stays so")
	again := d.callerAt("127.0.0.66", "+380445550008").calls() // others are heard
	again.leaves()
}

// probe asks for a number in another country, as scanners do, and returns the final answer; 0 when there is none.
func probe(t *testing.T, from *net.UDPConn, attempt int) int {
	t.Helper()
	local := from.LocalAddr().String()
	body := "v=0\r\no=- 1 1 IN IP4 127.0.0.67\r\ns=-\r\nc=IN IP4 127.0.0.67\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
	invite := fmt.Sprintf("INVITE sip:900442071234567@%[1]s SIP/2.0\r\nVia: SIP/2.0/UDP %[2]s;branch=z9hG4bK-scan-%[3]d;rport\r\n"+
		"From: <sip:100@%[1]s>;tag=s%[3]d\r\nTo: <sip:900442071234567@%[1]s>\r\nCall-ID: scan-%[3]d\r\nCSeq: 1 INVITE\r\n"+
		"Contact: <sip:100@%[2]s>\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\nContent-Length: %[4]d\r\n\r\n%[5]s",
		from.RemoteAddr(), local, attempt, len(body), body)
	_, err := from.Write([]byte(invite))
	require.NoError(t, err)
	require.NoError(t, from.SetReadDeadline(time.Now().Add(2*time.Second)))
	answer := make([]byte, 4096)
	for {
		n, err := from.Read(answer)
		if err != nil {
			return 0
		}
		text, code := string(answer[:n]), 0
		if !strings.Contains(text, fmt.Sprintf("Call-ID: scan-%d\r\n", attempt)) {
			continue
		}
		if _, err := fmt.Sscanf(text, "SIP/2.0 %d", &code); err == nil && code >= 200 {
			return code
		}
	}
}
