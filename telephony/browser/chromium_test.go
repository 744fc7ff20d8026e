package browser_test

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"ekc/telephony/browser"
	"ekc/telephony/media"
)

// operatorPage is the operator's page as far as sound goes, and offers more than is wanted: a camera and a data channel.
const operatorPage = `<!doctype html><title>operator</title><audio id="ear" autoplay></audio><script>
let pc, local, analyser;
const post = async (path, body) => {
  const answer = await fetch(path, {method: 'POST', body});
  if (!answer.ok) throw new Error(path + ': ' + await answer.text());
  return answer.text();
};
async function negotiate(path, options) {
  const offer = await pc.createOffer(options);
  await pc.setLocalDescription(offer);
  await pc.setRemoteDescription({type: 'answer', sdp: await post(path, pc.localDescription.sdp)});
}
async function join() {
  local = await navigator.mediaDevices.getUserMedia({audio: true});
  pc = new RTCPeerConnection();
  pc.onicecandidate = (e) => post('/candidate', e.candidate ? JSON.stringify(e.candidate) : '');
  pc.ontrack = (e) => {
    const stream = new MediaStream([e.track]);
    document.getElementById('ear').srcObject = stream;
    const audio = new AudioContext();
    analyser = audio.createAnalyser();
    analyser.fftSize = 2048;
    audio.createMediaStreamSource(stream).connect(analyser);
    analyser.rate = audio.sampleRate;
  };
  for (const track of local.getTracks()) pc.addTrack(track, local);
  pc.addTransceiver('video');
  pc.createDataChannel('files');
  await negotiate('/join');
}
// peak is the loudest frequency that is heard, in Hz.
function peak() {
  if (!analyser) return 0;
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  let best = 0;
  for (let i = 1; i < bins.length; i++) if (bins[i] > bins[best]) best = i;
  return bins[best] < -60 ? 0 : best * analyser.rate / analyser.fftSize;
}
async function numbers() {
  const n = {state: pc.connectionState, peak: peak()};
  for (const s of (await pc.getStats()).values()) {
    if (s.type === 'inbound-rtp') Object.assign(n, {received: s.packetsReceived, lost: s.packetsLost, level: s.audioLevel});
    if (s.type === 'remote-inbound-rtp') n.trip = s.roundTripTime;
    if (s.type === 'codec' && s.mimeType) n.codec = s.mimeType;
  }
  return n;
}
const press = (keys) => pc.getSenders().find((s) => s.dtmf).dtmf.insertDTMF(keys, 120, 80);
const mute = (on) => local.getAudioTracks().forEach((t) => t.enabled = !on);
</script>`

// numbers are what the page sees.
type numbers struct {
	State          string
	Received, Lost int
	Level, Peak    float64
	Trip           float64
	Codec          string
}

// operator is a Chromium with the page, and the desk behind it.
type operator struct {
	t      *testing.T
	ctx    context.Context
	mu     sync.Mutex
	desk   *desk
	detour *detour // on the way to the gateway; may be nil
}

func startChromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "google-chrome", "google-chrome-stable", "chromium-browser"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no Chromium is installed")
		}
		t.Skip("no Chromium is installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("allow-loopback-in-peer-connection", true), chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("mute-audio", false),
		chromedp.WSURLReadTimeout(2*patience),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for the end of the browser before its directory is removed
		cancel()
		stop()
	})
	require.NoError(t, chromedp.Do(ctx), "start Chromium")
	return ctx
}

func (w *world) operator(t *testing.T) *operator {
	t.Helper()
	o := &operator{t: t}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(out, operatorPage)
	})
	reply := func(pattern string, f func(body string) (string, error)) {
		mux.HandleFunc(pattern, func(out http.ResponseWriter, in *http.Request) {
			body, _ := io.ReadAll(io.LimitReader(in.Body, 1<<20))
			o.mu.Lock()
			defer o.mu.Unlock()
			text, err := f(string(body))
			if err != nil {
				http.Error(out, err.Error(), http.StatusBadRequest)
				return
			}
			_, _ = io.WriteString(out, text)
		})
	}
	reply("POST /join", func(offer string) (string, error) {
		d, err := w.try(o.hide(offer))
		o.desk = d
		return o.lead(d.answer), err
	})
	reply("POST /restart", func(offer string) (string, error) {
		answer, err := o.desk.Restart(context.Background(), o.hide(offer))
		return o.lead(answer), err
	})
	reply("POST /candidate", func(c string) (string, error) {
		if o.desk == nil || o.detour != nil {
			return "", nil // the browser is found by its checks
		}
		return "", o.desk.AddCandidate(c)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	o.ctx = startChromium(t)
	require.NoError(t, chromedp.Do(o.ctx, chromedp.Navigate(server.URL)))
	return o
}

// take puts a detour on the way of the next answer.
func (o *operator) take(d *detour) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.detour = d
}

// hide takes out of an offer how the browser can be reached past the detour.
func (o *operator) hide(offer string) string {
	if o.detour == nil {
		return offer
	}
	return without(offer)
}

// lead takes the detour into an answer.
func (o *operator) lead(answer string) string {
	if o.detour == nil || answer == "" {
		return answer
	}
	return o.detour.through(answer)
}

// run runs a piece of JavaScript and waits for its promise.
func (o *operator) run(script string) string {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.ctx, 2*patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		"(async () => {"+script+"})().then((v) => JSON.stringify(v ?? null))", chromedp.EvalAwaitPromise))
	require.NoError(o.t, err, script)
	return text
}

// sees waits until the page's numbers are as wanted.
func (o *operator) sees(what string, good func(numbers) bool) numbers {
	o.t.Helper()
	var n numbers
	deadline := time.Now().Add(2 * patience)
	for time.Now().Before(deadline) {
		n = numbers{}
		require.NoError(o.t, json.Unmarshal([]byte(o.run("return numbers()")), &n))
		if good(n) {
			return n
		}
	}
	require.FailNow(o.t, what, "%+v", n)
	return n
}

// A real browser: its fake microphone is heard on the telephone, the telephone's tone in its loudspeaker; keys, mute, a change of
// network, goodbye.
func TestChromium(t *testing.T) {
	w := newWorld(t, func(o *browser.Options) { o.InterruptAfter = 3 * time.Second })
	o := w.operator(t)
	o.run("await join()")
	d := o.desk
	d.expect(browser.Connected)
	phone := w.phone(d.Media())
	require.NoError(t, w.engine.Bridge(d.Media(), phone.leg))

	phone.line.say(1000)
	n := o.sees("the tone is heard", func(n numbers) bool {
		return n.Received > 50 && n.Level > 0.05 && n.Peak > 950 && n.Peak < 1050 && n.Trip > 0
	})
	require.Equal(t, "connected", n.State)
	require.Equal(t, "audio/PCMA", n.Codec)
	requireBeep(t, phone)

	o.run("press('7')")
	require.Equal(t, byte('7'), d.heard(media.DTMF).Digit)
	require.NoError(t, d.Media().SendDTMF("5", 0, 0))
	d.heard(media.DTMFSent)

	o.run("await negotiate('/restart', {iceRestart: true})")
	require.Eventually(t, func() bool { return d.Stats().Reconnects == 1 }, patience, 10*time.Millisecond)
	drain(phone.ears)
	requireBeep(t, phone)
	before := o.sees("the tone is still heard", func(n numbers) bool { return n.Peak > 950 && n.Peak < 1050 })
	o.sees("packets go on", func(n numbers) bool { return n.Received > before.Received+50 })

	require.Eventually(t, func() bool {
		s := d.Stats()
		return s.RoundTrip > 0 && s.Received > 100 && s.Sent > 100 && s.MOS > 3
	}, patience, 10*time.Millisecond)
	require.Empty(t, d.events)
	o.run("pc.close()")
	d.expect(browser.Left)
}

// A real browser speaks and hears G.722 with somebody who has it.
func TestChromiumWideband(t *testing.T) {
	w := newWorld(t, func(o *browser.Options) { o.InterruptAfter = 3 * time.Second })
	phone := w.phoneWith(nil, media.G722)
	w.near = phone.leg
	o := w.operator(t)
	o.run("await join()")
	d := o.desk
	d.expect(browser.Connected)
	require.NoError(t, w.engine.Bridge(d.Media(), phone.leg))
	phone.line.say(1000)
	n := o.sees("the tone is heard", func(n numbers) bool {
		return n.Received > 50 && n.Level > 0.05 && n.Peak > 950 && n.Peak < 1050
	})
	require.Equal(t, "audio/G722", n.Codec)
	requireBeep(t, phone)
	o.run("await negotiate('/restart', {iceRestart: true})")
	require.Eventually(t, func() bool { return d.Stats().Reconnects == 1 }, patience, 10*time.Millisecond)
	drain(phone.ears)
	requireBeep(t, phone)
}

// A real browser speaks and hears Opus with somebody who has it. What the engine makes itself, music and digits, comes in between in
// G.711, in the same stream: the browser plays it, and Opus again after it, three times.
func TestChromiumOpus(t *testing.T) {
	w := newWorld(t, func(o *browser.Options) { o.InterruptAfter = 3 * time.Second })
	phone := w.phoneWith(nil, media.Opus)
	w.near = phone.leg
	o := w.operator(t)
	o.run("await join()")
	d := o.desk
	d.expect(browser.Connected)
	require.NoError(t, w.engine.Bridge(d.Media(), phone.leg))
	phone.line.say(1000)
	talk := func() numbers {
		return o.sees("the tone is heard", func(n numbers) bool {
			return n.Received > 50 && n.Level > 0.05 && n.Peak > 950 && n.Peak < 1050
		})
	}
	require.Equal(t, "audio/opus", talk().Codec)
	requireBeep(t, phone)
	require.Equal(t, uint8(111), (<-phone.ears).PayloadType)
	music := make([]int16, media.SampleRate)
	for i := range music {
		music[i] = int16(9000 * math.Sin(2*math.Pi*2000*float64(i)/media.SampleRate))
	}
	for range 3 {
		_, err := d.Media().Play(media.PlayRequest{Clips: []*media.Clip{media.NewClip(music)}, Loop: true})
		require.NoError(t, err)
		o.sees("music is heard", func(n numbers) bool { return n.Level > 0.05 && n.Peak > 1950 && n.Peak < 2050 })
		require.NoError(t, d.Media().Stop())
		talk()
	}
	drain(phone.ears)
	requireBeep(t, phone)

	o.run("press('7')")
	require.Equal(t, byte('7'), d.heard(media.DTMF).Digit)
	require.NoError(t, d.Media().SendDTMF("5", 0, 0))
	d.heard(media.DTMFSent)
	talk()
	var s browser.Stats
	require.Eventually(t, func() bool {
		s = d.Stats()
		return s.RoundTrip > 0 && s.Received > 100 && s.Sent > 100
	}, patience, 10*time.Millisecond)
	require.Less(t, s.RemoteJitter, time.Second)
	require.Less(t, s.Jitter, time.Second)

	o.run("await negotiate('/restart', {iceRestart: true})")
	require.Eventually(t, func() bool { return d.Stats().Reconnects == 1 }, patience, 10*time.Millisecond)
	drain(phone.ears)
	requireBeep(t, phone)
}

// requireBeep waits for the beeps of Chromium's fake microphone.
func requireBeep(t *testing.T, p *phone) {
	t.Helper()
	deadline := time.After(patience)
	e := newEar()
	for {
		select {
		case packet := <-p.ears:
			power := 0.0
			pcm := e.decoded(packet)
			for _, s := range pcm {
				power += float64(s) * float64(s)
			}
			if len(pcm) >= 160 && power/float64(len(pcm)) > 1e5 {
				return
			}
		case <-deadline:
			require.FailNow(t, "the microphone is not heard")
		}
	}
}
