package media

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/pion/rtp"

	"ekc/telephony/opus/opustest"
)

// fuzzed is a thread with a bridged, recorded leg, a conference, a protected leg, and legs with Opus.
type fuzzed struct {
	loop   *loop
	thread *thread
	legs   []*Leg
	t      *testing.T
}

func (z *fuzzed) WriteChunk(c *Chunk) bool {
	c.Release()
	return true
}

func (*fuzzed) Finish(Recorded) {}

func newFuzzed(t *testing.T) *fuzzed {
	p := newLoop(t)
	p.engine.options.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	z := &fuzzed{loop: p, thread: p.thread, t: t}
	sent := func(b []byte) {
		if isControl(b) || b[0] != 0x80 {
			return
		}
		if err := new(rtp.Packet).Unmarshal(b); err != nil {
			t.Fatalf("sent what is no RTP: %v: %x", err, b)
		}
	}
	for i := range 8 {
		l, err := p.engine.NewPipe(LegOptions{Notify: func(e Event) {
			if e.Kind == DTMF && (e.Duration < 0 || e.Digit == 0) {
				t.Fatalf("digit %+v", e)
			}
		}}, sent)
		if err != nil {
			t.Fatal(err)
		}
		c := testConfig()
		if i == 4 {
			c.SRTP = testKeys(AES128SHA80, 3)
		}
		if i == 5 || i == 6 {
			withOpus(111)(&c)
		}
		c.RTCPMux = i%2 == 1
		if err := l.Configure(c); err != nil {
			t.Fatal(err)
		}
		z.legs = append(z.legs, l)
	}
	_, _ = z.legs[0].Record(z, RecordOptions{Window: MinWindow})
	_, _ = z.legs[5].Record(z, RecordOptions{Window: MinWindow})
	_ = p.engine.Bridge(z.legs[0], z.legs[1])
	_ = p.engine.Bridge(z.legs[5], z.legs[7])
	_ = p.engine.Bridge(z.legs[6], z.legs[4])
	_ = p.engine.NewConference().Arrange(Everyone(z.legs[2], z.legs[3])...)
	p.turn()
	return z
}

// feed gives each leg all packets, cut from data by their leading lengths, with time passing.
func (z *fuzzed) feed(control bool, data []byte) {
	for len(data) > 1 {
		n := min(int(data[0]), len(data)-1)
		packet := data[1 : 1+n]
		data = data[1+n:]
		for _, l := range z.legs {
			z.thread.receive(l, control, append([]byte(nil), packet...), testAddress, n == 77)
		}
		z.thread.now += int64(7 * time.Millisecond)
		z.loop.hearOpus()
		z.thread.wheel.advance(z.thread)
	}
	z.thread.now += int64(2 * time.Second)
	z.thread.wheel.advance(z.thread)
	for _, l := range z.legs {
		l.snapshot(z.thread)
	}
}

func seedRTP(payloadType byte, seq byte, payload ...byte) []byte {
	b := append([]byte{0x80, payloadType, 0, seq, 0, 0, seq, 0, 1, 2, 3, 4}, payload...)
	return append([]byte{byte(len(b))}, b...)
}

func FuzzRTP(f *testing.F) {
	f.Add(append(seedRTP(8, 1, frame(1)...), seedRTP(8, 2, frame(2)...)...))
	f.Add(append(seedRTP(101, 1, 5, 10, 0, 160), seedRTP(101, 2, 5, 0x8A, 1, 64)...))
	f.Add([]byte{16, 0x9F, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xBE, 0xDE, 0xFF, 0xFF})
	f.Add([]byte{14, 0xA0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9, 9})
	f.Add(strangeSTUN)
	f.Add(strangeDTLS)
	f.Add(append(seedRTP(111, 1, opustest.High()[0]...), seedRTP(8, 2, frame(2)...)...))
	f.Add(append(seedRTP(111, 1, opustest.Silk()[0]...), seedRTP(110, 2, 5, 0x8A, 3, 192)...))
	f.Add(append(seedRTP(111, 1, 0x7B, 0x42, 3, 1, 2, 3, 4, 5, 6, 7), seedRTP(101, 2, 5, 0x8A, 1, 64)...))
	f.Fuzz(func(t *testing.T, data []byte) { newFuzzed(t).feed(false, data) })
}

func FuzzRTCP(f *testing.F) {
	f.Add([]byte{8, 0x80, 201, 0, 1, 0, 0, 0, 1})
	f.Add(append([]byte{32, 0x81, 201, 0, 7}, make([]byte, 28)...))
	f.Add(append([]byte{52, 0x81, 200, 0, 12}, make([]byte, 48)...))
	f.Add(strangeSTUN)
	f.Add([]byte{16, 0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, data []byte) { newFuzzed(t).feed(true, data) })
}

func FuzzDTMF(f *testing.F) {
	f.Add([]byte{1, 0, 0, 160, 0, 1, 0x80, 1, 64, 0})
	f.Add([]byte{7, 0, 255, 255, 0, 7, 0, 0, 160, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		var d keyDecoder
		now, ts, begun, ended := int64(0), uint32(0), 0, 0
		for ; len(data) >= 5; data = data[5:] {
			ts += uint32(data[4]) * 257
			now += int64(10 * time.Millisecond)
			e, ok := parseKeyEvent(data)
			if !ok {
				continue
			}
			press, isEnded, isBegun := d.update(e, ts, now)
			if isBegun {
				begun++
			}
			if isEnded {
				ended++
				if press.hold < 0 || press.digit == 0 {
					t.Fatalf("%+v", press)
				}
			}
		}
		if _, lost := d.expire(now + int64(time.Second)); lost {
			ended++
		}
		if begun != ended {
			t.Fatalf("%d keys began, %d ended", begun, ended)
		}
	})
}
