package test

import (
	"encoding/binary"
	"math"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
	"ekc/telephony/media"
)

const (
	frame20   = media.SampleRate / 50 // samples of 20 ms
	heardSpan = media.SampleRate / 2  // how much of what came last is listened to
	heardFor  = 300 * time.Millisecond
	clearly   = 1500.0 // the amplitude from which on a tone is heard; that of what is said is 9000
	faint     = 400.0  // and up to which it is not
)

// earphone is the sound of a citizen: it says a tone, and knows what was heard last. SIPp does its signalling.
type earphone struct {
	conn *net.UDPConn
	done sync.WaitGroup

	mu     sync.Mutex
	tone   float64
	heard  []byte // A-law, the last half second
	last   time.Time
	digits []byte
	event  uint32 // timestamp of the last digit
}

// newEarphone says a tone of so many Hz as soon as it knows whereto: to where sound comes from.
func newEarphone(t *testing.T, hz float64) *earphone {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	e := &earphone{conn: conn, tone: hz}
	peer, stop := make(chan netip.AddrPort, 1), make(chan struct{})
	e.done.Go(func() { e.listen(peer) })
	e.done.Go(func() { e.speak(peer, stop) })
	t.Cleanup(func() {
		close(stop)
		_ = conn.Close()
		e.done.Wait()
	})
	return e
}

func (e *earphone) port() int { return e.conn.LocalAddr().(*net.UDPAddr).Port }

// listen takes RTP (RFC 3550) until the socket is closed, and tells where it comes from.
func (e *earphone) listen(peer chan<- netip.AddrPort) {
	packet := make([]byte, 1500)
	for known := (netip.AddrPort{}); ; {
		n, from, err := e.conn.ReadFromUDPAddrPort(packet)
		if err != nil {
			return
		}
		if n < 12 || packet[0]>>6 != 2 {
			continue
		}
		if from != known {
			select {
			case peer <- from:
				known = from
			default:
			}
		}
		e.take(packet[:n])
	}
}

func (e *earphone) take(packet []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	payload := packet[12:]
	switch packet[1] & 0x7f {
	case 8:
		e.heard = append(e.heard, payload...)
		e.heard = e.heard[max(0, len(e.heard)-heardSpan):]
		e.last = time.Now()
	case 101: // RFC 4733: each packet of a digit has its timestamp
		at := binary.BigEndian.Uint32(packet[4:])
		if len(payload) >= 4 && payload[0] < 16 && (at != e.event || len(e.digits) == 0) {
			e.event = at
			e.digits = append(e.digits, "0123456789*#ABCD"[payload[0]])
		}
	}
}

// speak sends a packet every 20 ms.
func (e *earphone) speak(peer <-chan netip.AddrPort, stop <-chan struct{}) {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	var to netip.AddrPort
	packet := make([]byte, 12+frame20)
	packet[0], packet[1] = 0x80, 8
	binary.BigEndian.PutUint32(packet[8:], 0x5eed)
	for n := uint32(0); ; n++ {
		select {
		case <-stop:
			return
		case to = <-peer:
			continue
		case <-ticker.C:
		}
		if !to.IsValid() {
			continue
		}
		binary.BigEndian.PutUint16(packet[2:], uint16(n))
		binary.BigEndian.PutUint32(packet[4:], n*frame20)
		e.mu.Lock()
		for i := range frame20 {
			angle := 2 * math.Pi * e.tone * float64(int(n)*frame20+i) / media.SampleRate
			packet[12+i] = g711.EncodeALaw(int16(9000 * math.Sin(angle)))
		}
		e.mu.Unlock()
		_, _ = e.conn.WriteToUDPAddrPort(packet, to) // who is gone hears nothing
	}
}

// level is the amplitude of a tone in what was heard last; nothing is heard when no packets come.
func (e *earphone) level(hz float64) float64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	if time.Since(e.last) > heardFor || len(e.heard) < heardSpan {
		return 0
	}
	return amplitude(e.heard, hz)
}

// power is the root mean square of what was heard last.
func (e *earphone) power() float64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	if time.Since(e.last) > heardFor || len(e.heard) < heardSpan {
		return 0
	}
	sum := 0.0
	for _, b := range e.heard {
		s := float64(g711.DecodeALaw(b))
		sum += s * s
	}
	return math.Sqrt(sum / float64(len(e.heard)))
}

func (e *earphone) hears(hz float64) bool { return e.level(hz) > clearly }

// music is sound that is none of the tones.
func (e *earphone) music(tones ...float64) bool {
	for _, hz := range tones {
		if e.level(hz) > clearly {
			return false
		}
	}
	return e.power() > 100
}

// silent says that no sound comes.
func (e *earphone) silent() bool { return e.power() == 0 }

func (e *earphone) keys() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return string(e.digits)
}

// amplitude is that of a frequency in A-law samples.
func amplitude(coded []byte, hz float64) float64 {
	var re, im float64
	for i, b := range coded {
		s, angle := float64(g711.DecodeALaw(b)), 2*math.Pi*hz*float64(i)/media.SampleRate
		re, im = re+s*math.Cos(angle), im+s*math.Sin(angle)
	}
	return 2 * math.Hypot(re, im) / float64(len(coded))
}

// longestSilence is how many seconds A-law samples are silent at a stretch.
func longestSilence(coded []byte) float64 {
	longest, now := 0, 0
	for _, b := range coded {
		if s := g711.DecodeALaw(b); s > 64 || s < -64 {
			now = 0
			continue
		}
		now++
		longest = max(longest, now)
	}
	return float64(longest) / media.SampleRate
}
