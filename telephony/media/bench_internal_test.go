package media

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/opus/opustest"
)

// benchPath is the whole way of a packet through a thread, without the kernel.
type benchPath struct {
	thread *thread
	a, b   *Leg
	packet []byte
	seq    uint16
	ts     uint32
}

func newBenchPath(tb testing.TB, change func(*LegConfig)) *benchPath {
	tb.Helper()
	o, err := Options{Portable: true, KeepProcs: true}.withDefaults()
	require.NoError(tb, err)
	e := &Engine{options: o, base: time.Now(), ports: newPorts(2, 3), chunks: newChunkPool()}
	th, err := newThread(e, 0)
	require.NoError(tb, err)
	e.threads = []*thread{th}
	th.wheel.start(0)
	p := &benchPath{thread: th, packet: make([]byte, headerSize+frameSamples)}
	for _, l := range []**Leg{&p.a, &p.b} {
		*l, err = e.NewPipe(LegOptions{}, func([]byte) {})
		require.NoError(tb, err)
		c := testConfig()
		if change != nil && l == &p.b {
			change(&c)
		}
		require.NoError(tb, (*l).Configure(c))
	}
	require.NoError(tb, e.Bridge(p.a, p.b))
	th.mail.drain(th)
	return p
}

// step is one packet; 20 ms pass with each.
func (p *benchPath) step() {
	putHeader(p.packet, 8, false, p.seq, p.ts, 7)
	p.seq++
	p.ts += frameSamples
	p.thread.now += int64(FrameDuration)
	p.thread.receive(p.a, false, p.packet, testAddress, false)
}

func (p *benchPath) record(tb testing.TB) {
	tb.Helper()
	_, err := p.a.Record(&fuzzed{}, RecordOptions{Format: FormatALaw})
	require.NoError(tb, err)
	p.thread.mail.drain(p.thread)
}

func BenchmarkBridgedPacket(b *testing.B) {
	for name, change := range map[string]func(*LegConfig){
		"same":      nil,
		"translate": func(c *LegConfig) { c.Send = Format{0, PCMU} },
		"srtp":      func(c *LegConfig) { c.SRTP = testKeys(AES128SHA80, 1) },
	} {
		b.Run(name, func(b *testing.B) {
			p := newBenchPath(b, change)
			b.ReportAllocs()
			for b.Loop() {
				p.step()
			}
		})
	}
	b.Run("recorded", func(b *testing.B) {
		p := newBenchPath(b, nil)
		p.record(b)
		b.ReportAllocs()
		for b.Loop() {
			p.step()
		}
	})
}

// BenchmarkOpusPacket is what a packet of Opus costs its thread when both have it: on its way, and with a recording, for which others
// decode it.
func BenchmarkOpusPacket(b *testing.B) {
	for _, name := range []string{"through", "recorded"} {
		b.Run(name, func(b *testing.B) {
			p := newBenchPath(b, withOpus(111))
			b.Cleanup(p.a.engine.decoding.close)
			c := testConfig()
			withOpus(111)(&c)
			require.NoError(b, p.a.Configure(c))
			p.thread.results.wake = func() {}
			if name == "recorded" {
				p.record(b)
			}
			p.thread.mail.drain(p.thread)
			sound := opustest.High()[0]
			spent := time.Duration(0)
			p.packet = p.packet[:headerSize+len(sound)]
			b.ReportAllocs()
			for b.Loop() {
				putHeader(p.packet, 111, false, p.seq, p.ts, 7)
				copy(p.packet[headerSize:], sound)
				p.seq++
				p.ts += opusStep
				p.thread.now += int64(FrameDuration)
				began := time.Now()
				p.thread.receive(p.a, false, p.packet, testAddress, false)
				spent += time.Since(began)
				for p.a.opus.decoder.waiting.Load() > 0 {
					for !p.thread.results.pending.Load() { // which is not the thread's time
						runtime.Gosched()
					}
					began = time.Now()
					p.thread.results.drain(p.thread)
					spent += time.Since(began)
				}
			}
			b.ReportMetric(float64(spent)/float64(b.N), "thread-ns/op")
		})
	}
}

func BenchmarkPrompt(b *testing.B) {
	p := newBenchPath(b, nil)
	_, err := p.a.Play(PlayRequest{Clips: []*Clip{clipOf(100)}, Loop: true})
	require.NoError(b, err)
	p.thread.mail.drain(p.thread)
	b.ReportAllocs()
	for b.Loop() {
		p.thread.now += int64(FrameDuration)
		p.thread.spin(p.a)
	}
}

func BenchmarkConferenceOfThree(b *testing.B) {
	p := newBenchPath(b, nil)
	c, err := p.a.engine.NewPipe(LegOptions{}, func([]byte) {})
	require.NoError(b, err)
	require.NoError(b, c.Configure(testConfig()))
	room := p.a.engine.NewConference()
	require.NoError(b, room.Arrange(Everyone(p.a, p.b, c)...))
	p.thread.mail.drain(p.thread)
	b.ReportAllocs()
	for b.Loop() {
		p.step()
		room.mix(p.thread)
	}
}

// TestPacketPathAllocatesNothing is the promise of the package's description.
func TestPacketPathAllocatesNothing(t *testing.T) {
	plain, protected := newBenchPath(t, func(c *LegConfig) { c.Send = Format{0, PCMU} }), newBenchPath(t, nil)
	protected.record(t)
	for name, p := range map[string]*benchPath{"translated": plain, "recorded": protected} {
		for range 500 { // the first chunks come from the heap
			p.step()
		}
		require.Zero(t, testing.AllocsPerRun(2000, p.step), name)
	}
}
