package telephony

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"ekc/telephony/media"
	"ekc/telephony/prompt"
)

// Overheard is what a citizen has said lately to an operator.
type Overheard struct {
	CallID, InteractionID string
	// Utterances are the last ones, at most four of the last minute, the newest last.
	Utterances []string
	// Partial says that the last one is not over yet: more of it, or the whole, may follow.
	Partial bool
}

const (
	// partialEvery is how much more must be said of an utterance until it is understood before its end.
	partialEvery = 2 * time.Second
	// overheardKept and overheardFor are how many utterances are remembered, and for how long.
	overheardKept = 4
	overheardFor  = time.Minute
	// overheardWaiting bounds the utterances of a call that wait to be understood; of more, the oldest is dropped.
	overheardWaiting = 3
	// overheardTime bounds one call of Options.Overhear.
	overheardTime = 5 * time.Second
)

// overhearing is live recognition of the citizen in a talk.
type overhearing struct {
	leg  legID
	tap  *media.Recording
	said *lately
}

func (o *overhearing) stop() {
	if o.tap != nil {
		_ = o.tap.Stop() // a leg that is closed has ended its taps
	}
	o.leg, o.tap = 0, nil
}

// overheard is the leg of a citizen whose words may help the operator now: 0 while the two do not talk with each other, and while the
// talk is not recorded, because it is paused or the citizen was not told that it may be.
func (s *state) overheard(want sound) legID {
	citizen, operator := s.with(roleCitizen, true), s.with(roleOperator, true)
	if s.phase != phaseTalk || s.recording != recordOn || citizen == nil || operator == nil {
		return 0
	}
	for _, m := range want.mix {
		if m.leg == operator.id && slices.Contains(m.hears, citizen.id) {
			return citizen.id
		}
	}
	return 0
}

// overhear begins or ends to listen to the citizen, as the state has it. The talk never waits for it.
func (c *call) overhear(want sound) {
	if c.sb.hearing == nil {
		return
	}
	leg := c.state.overheard(want)
	if leg == c.overheard.leg || leg != 0 && (c.lines[leg] == nil || c.errands.interactionID == "") {
		return
	}
	c.overheard.stop()
	if leg == 0 {
		return
	}
	c.overheard.leg = leg // also when it fails: it is not tried at every event
	sink := make(earSink, 8)
	tap, err := c.lines[leg].leg.Media().Record(sink, media.RecordOptions{
		Format: media.FormatPCM16, Window: earWindow, SaidOnly: true,
	})
	if err != nil {
		c.log.Warn("the citizen's speech cannot be heard", "error", err)
		return
	}
	if c.overheard.said == nil {
		c.overheard.said = &lately{}
	}
	c.overheard.tap = tap
	listener := &overhearer{
		hearing: c.sb.hearing, said: c.overheard.said, waiting: make(chan overheardCut, overheardWaiting),
		tell: Overheard{CallID: c.id, InteractionID: c.errands.interactionID},
	}
	c.beside.Go(func() { listener.cut(c.ctx, sink) })
	c.beside.Go(func() { listener.understand(c.ctx, c.sb.o) })
}

// overheardCut is a stretch of the citizen's speech.
type overheardCut struct {
	prompt.Utterance
	partial bool
}

// overhearer is two goroutines: one cuts the voice as it comes, the other has it understood. So a slow recogniser holds up nothing.
type overhearer struct {
	hearing *hearing
	said    *lately
	tell    Overheard
	waiting chan overheardCut
}

// cut ends with the tap.
func (o *overhearer) cut(ctx context.Context, voice <-chan *media.Chunk) {
	defer close(o.waiting)
	cutter := prompt.NewCutter(prompt.VoiceOptions{})
	pcm, told := []int16(nil), time.Duration(0)
	for {
		var chunk *media.Chunk
		select {
		case chunk = <-voice:
		case <-ctx.Done():
			return
		}
		if chunk == nil {
			if last := cutter.Close(); last != nil {
				o.offer(overheardCut{Utterance: *last})
			}
			return
		}
		pcm = pcm[:0]
		for i := 0; i+1 < len(chunk.Said); i += 2 {
			pcm = append(pcm, int16(binary.LittleEndian.Uint16(chunk.Said[i:])))
		}
		chunk.Release()
		_, ended := cutter.Write(pcm)
		for _, u := range ended {
			o.offer(overheardCut{Utterance: u})
			told = 0
		}
		if length := cutter.Length(); length >= told+partialEvery && len(o.waiting) == 0 {
			o.offer(overheardCut{Utterance: cutter.SoFar(), partial: true})
			told = length
		}
	}
}

// offer puts speech in line; when the line is full, what has waited longest is dropped.
func (o *overhearer) offer(u overheardCut) {
	for {
		select {
		case o.waiting <- u:
			return
		default:
		}
		select {
		case <-o.waiting:
			o.hearing.dropped.Add(1)
		default:
		}
	}
}

func (o *overhearer) understand(ctx context.Context, options Options) {
	for u := range o.waiting {
		text := o.hearing.understand(ctx, u)
		if text == "" {
			continue
		}
		told := o.tell
		told.Utterances, told.Partial = o.said.add(text, u.partial, options.Clock()), u.partial
		told.tellIn(ctx, options)
	}
}

func (w Overheard) tellIn(ctx context.Context, options Options) {
	ctx, cancel := context.WithTimeout(ctx, overheardTime)
	defer cancel()
	options.Overhear(ctx, w)
}

// lately remembers what a citizen said in this call, and no longer than it is of use.
type lately struct {
	mu         sync.Mutex
	utterances []utteranceAt
}

type utteranceAt struct {
	text string
	at   time.Time
}

// add gives the utterances to be told with a new one, which is remembered unless it is partial.
func (l *lately) add(text string, partial bool, now time.Time) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.utterances = slices.DeleteFunc(l.utterances, func(u utteranceAt) bool { return now.Sub(u.at) > overheardFor })
	all := append(slices.Clone(l.utterances), utteranceAt{text, now})
	all = all[max(0, len(all)-overheardKept):]
	if !partial {
		l.utterances = all
	}
	texts := make([]string, len(all))
	for i, u := range all {
		texts[i] = u.text
	}
	return texts
}
