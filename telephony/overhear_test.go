package telephony_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony"
	"ekc/telephony/media"
	"ekc/telephony/prompt"
)

// counting is a recogniser that numbers what it hears and remembers whose voice it was.
type counting struct {
	mu      sync.Mutex
	heard   []prompt.Utterance
	foreign bool
}

func (r *counting) Recognize(_ context.Context, u prompt.Utterance) (prompt.Transcript, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = append(r.heard, u)
	r.foreign = r.foreign || rings(u.PCM, operatorTone) > 0
	return prompt.Transcript{Text: fmt.Sprint("слова ", len(r.heard))}, nil
}

func (r *counting) times() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.heard)
}

// told keeps what the centre was told.
type told struct {
	mu  sync.Mutex
	all []telephony.Overheard
}

func (o *told) overhear(_ context.Context, w telephony.Overheard) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, w)
}

func (o *told) has(is func(telephony.Overheard) bool) func() bool {
	return func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		for _, w := range o.all {
			if is(w) {
				return true
			}
		}
		return false
	}
}

// speaks lets a party say something and be silent, again and again.
func (c *peerCall) speaks(hertz float64, length time.Duration) {
	c.p.t.Helper()
	require.NoError(c.p.t, c.media.Stop())
	_, err := c.media.Play(media.PlayRequest{Clips: []*media.Clip{
		media.NewClip(tone(hertz, length)), media.NewClip(make([]int16, 5*media.SampleRate/4)),
	}, Loop: true})
	require.NoError(c.p.t, err)
}

func TestTheCitizenIsUnderstoodInTheTalk(t *testing.T) {
	t.Parallel()
	r, centre := &counting{}, &told{}
	w := newWorld(t, func(o *telephony.Options) { o.Recognizer, o.Overhear = r, centre.overhear })
	citizen, operator := w.talking()
	citizen.speaks(citizenTone, 5*time.Second)
	eventually(t, centre.has(func(w telephony.Overheard) bool { return w.Partial && len(w.Utterances) > 0 }), "nothing before the end")
	eventually(t, centre.has(func(w telephony.Overheard) bool { return !w.Partial && len(w.Utterances) > 2 }), "the last words are not remembered")
	require.True(t, centre.has(func(o telephony.Overheard) bool { return o.InteractionID == w.id() && o.CallID != "" })())
	require.False(t, centre.has(func(o telephony.Overheard) bool { return len(o.Utterances) > 4 })())
	r.mu.Lock()
	require.False(t, r.foreign, "the operator was listened to")
	r.mu.Unlock()

	// still waits until nothing is understood for longer than one utterance lasts with its silence, in packets of 20 ms.
	still := func(what string) {
		t.Helper()
		sent := func() uint64 { return citizen.media.Stats().Sent }
		before, from := r.times(), sent()
		eventually(t, func() bool {
			if now := r.times(); now > before {
				before, from = now, sent()
			}
			return sent() >= from+5*50
		}, what)
	}
	require.NoError(t, w.sb.PauseRecording(t.Context(), w.id(), "op1", 10*time.Minute))
	still("a pause of the recording is none of the recognition")
	before := r.times()
	require.NoError(t, w.sb.ResumeRecording(t.Context(), w.id(), "op1"))
	eventually(t, func() bool { return r.times() > before }, "nobody listens after the pause")
	w.centre.set(func(r *row) { r.state = "HELD" })
	citizen.hears(musicTone)
	still("a citizen on hold is listened to")
	operator.hangUp()
}

func TestTheTalkGoesOnWithoutRecognition(t *testing.T) {
	t.Parallel()
	for name, behave := range failing() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, asked := model(t, behave)
			recognizer, err := prompt.NewOpenAIRecognizer(o)
			require.NoError(t, err)
			var words atomic.Int32
			w := newWorld(t, func(o *telephony.Options) {
				o.Recognizer, o.OverhearAtOnce = recognizer, 1
				o.Overhear = func(context.Context, telephony.Overheard) { words.Add(1) }
			})
			citizen, operator := w.talking()
			citizen.speaks(citizenTone, 400*time.Millisecond)
			eventually(t, func() bool { return asked.Load() >= 5 && w.sb.Metrics().NotUnderstood >= 5 }, "the model is not asked")
			eventually(t, func() bool { return w.sb.Metrics().Unheard > 0 }, "a model that fails is not left alone")
			citizen.hears(operatorTone)
			operator.hears(citizenTone)
			require.Zero(t, words.Load())
			citizen.hangUp()
			w.ended(telephony.EndByCaller)
		})
	}
}

func TestASlowRecogniserDelaysNobody(t *testing.T) {
	t.Parallel()
	stuck := make(chan struct{})
	r := recognizerFunc(func(ctx context.Context, _ prompt.Utterance) (prompt.Transcript, error) {
		select {
		case <-stuck:
		case <-ctx.Done():
		}
		return prompt.Transcript{}, ctx.Err()
	})
	w := newWorld(t, func(o *telephony.Options) {
		o.Recognizer, o.OverhearAtOnce, o.Overhear = r, 1, func(context.Context, telephony.Overheard) {}
	})
	citizen, operator := w.talking()
	citizen.speaks(citizenTone, 300*time.Millisecond)
	eventually(t, func() bool { return w.sb.Metrics().Unheard > 1 }, "what waits is not bounded")
	citizen.hears(operatorTone)
	operator.hears(citizenTone)
	close(stuck)
	citizen.hangUp()
	w.ended(telephony.EndByCaller)
}

type recognizerFunc func(context.Context, prompt.Utterance) (prompt.Transcript, error)

func (f recognizerFunc) Recognize(ctx context.Context, u prompt.Utterance) (prompt.Transcript, error) {
	return f(ctx, u)
}
