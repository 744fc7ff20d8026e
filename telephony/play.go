package telephony

import (
	"context"
	"fmt"
	"math"
	"slices"

	"ekc/telephony/media"
)

// loopKind is what a leg hears while nobody talks to it.
type loopKind uint8

const (
	loopNone loopKind = iota
	loopMusic
	loopRingback
)

// clips is what a say will play, ready.
type clips struct {
	say
	clips []*media.Clip
	err   error
}

func (clips) apply(*turn) {}

// replay lets the sound be adjusted, and changes nothing.
type replay struct{}

func (replay) apply(*turn) {}

// say prepares what is to be said, and plays it when it is ready and still wanted.
func (c *call) say(e say) {
	l := c.lines[e.leg]
	if l == nil {
		return
	}
	l.saying = e.tag
	c.background(func(ctx context.Context) event {
		ctx, cancel := context.WithTimeout(ctx, lookupTime*2)
		defer cancel()
		out := clips{say: e}
		for _, item := range e.items {
			clip, err := c.sb.clips.of(ctx, item)
			if err != nil {
				out.err = fmt.Errorf("telephony: prompt: %w", err)
				continue // what can be said of the rest is said
			}
			out.clips = append(out.clips, clip)
		}
		return out
	})
}

func (c *call) playClips(e clips) []event {
	l := c.lines[e.leg]
	if l == nil || l.saying != e.tag {
		return nil
	}
	if e.err != nil {
		c.log.Error("a prompt could not be made", "error", e.err)
	}
	if len(e.clips) == 0 {
		return []event{said{leg: e.leg, tag: e.tag, failed: true}}
	}
	r := media.PlayRequest{Clips: e.clips, BargeIn: e.bargeIn}
	if e.over {
		r.Mode = media.PlayInterrupt
	} else {
		l.loop, l.want = 0, loopNone
	}
	id, err := l.leg.Media().Play(r)
	if err != nil {
		return []event{said{leg: e.leg, tag: e.tag, failed: true}}
	}
	l.plays[id] = e.tag
	return nil
}

// played is the end of a request. One that was replaced or stopped tells nobody: the machine has wanted it so.
func (c *call) played(l *line, e media.Event) []event {
	if e.Play == l.loop && e.Reason == media.PlayBargedIn { // a key ends all that plays, the music under an announcement too
		l.loop, l.want = 0, loopNone
		return []event{replay{}}
	}
	tag, ok := l.plays[e.Play]
	delete(l.plays, e.Play)
	if !ok || e.Reason != media.PlayCompleted && e.Reason != media.PlayBargedIn {
		return nil
	}
	return []event{said{leg: l.id, tag: tag, bargeIn: e.Reason == media.PlayBargedIn}}
}

func (c *call) hush(id legID) {
	if l := c.lines[id]; l != nil {
		l.saying, l.loop, l.want = 0, 0, loopNone
		_ = l.leg.Media().Stop()
	}
}

// adjust makes the media engine follow the state.
func (c *call) adjust() {
	want := sounds(&c.state)
	c.adjustMix(want)
	for _, l := range c.lines {
		switch {
		case slices.Contains(want.music, l.id):
			c.loop(l, loopMusic)
		case slices.Contains(want.ringback, l.id):
			c.loop(l, loopRingback)
		default:
			c.loop(l, loopNone)
		}
	}
	c.applied = want
	c.overhear(want)
}

func (c *call) loop(l *line, kind loopKind) {
	if l.want == kind {
		return
	}
	l.want = kind
	if kind == loopNone {
		if l.loop != 0 {
			l.loop = 0
			_ = l.leg.Media().Stop()
		}
		return
	}
	clip := c.sb.clips.music()
	if kind == loopRingback {
		clip = c.sb.clips.ringback
	}
	r := media.PlayRequest{Clips: []*media.Clip{clip}, Loop: true}
	if kind == loopMusic {
		r.Offset = c.sb.o.Clock().Sub(c.began)
	}
	if id, err := l.leg.Media().Play(r); err == nil {
		l.loop = id
	}
}

func (c *call) adjustMix(want sound) {
	if slices.EqualFunc(want.mix, c.applied.mix, sameMember) {
		return
	}
	for _, m := range c.applied.mix {
		if l := c.lines[m.leg]; l != nil && !slices.ContainsFunc(want.mix, func(o member) bool { return o.leg == m.leg }) {
			_ = l.leg.Media().Unbridge()
		}
	}
	if len(want.mix) == 0 {
		return
	}
	var err error
	if want.pair() {
		a, b := c.lines[want.mix[0].leg], c.lines[want.mix[1].leg]
		if a == nil || b == nil {
			return
		}
		err = c.sb.o.Engine.Bridge(a.leg.Media(), b.leg.Media())
	} else {
		err = c.arrange(want.mix)
	}
	if err != nil {
		c.log.Error("legs could not be connected", "error", err)
	}
}

func (c *call) arrange(mix []member) error {
	if c.conf == nil {
		c.conf = c.sb.o.Engine.NewConference()
	}
	var members []media.Member
	for _, m := range mix {
		l := c.lines[m.leg]
		if l == nil {
			continue
		}
		member := media.Member{Leg: l.leg.Media()}
		for _, id := range m.hears {
			if o := c.lines[id]; o != nil {
				member.Hears = append(member.Hears, o.leg.Media())
			}
		}
		members = append(members, member)
	}
	return c.conf.Arrange(members...)
}

func sameMember(a, b member) bool { return a.leg == b.leg && slices.Equal(a.hears, b.hears) }

// forgetSound takes a leg that is closed out of what was applied.
func (c *call) forgetSound(id legID) {
	c.applied.mix = slices.DeleteFunc(slices.Clone(c.applied.mix), func(m member) bool { return m.leg == id })
}

// ringbackTone is the Russian ringing tone: 425 Hz, one second in five (ITU-T E.180, Supplement 2).
func ringbackTone() *media.Clip {
	pcm := make([]int16, 5*media.SampleRate)
	for i := range media.SampleRate {
		pcm[i] = int16(4000 * math.Sin(2*math.Pi*425*float64(i)/media.SampleRate))
	}
	return media.NewClip(pcm)
}
