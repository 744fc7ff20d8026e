package telephony

import (
	"context"
	"sync"

	"ekc/telephony/media"
	"ekc/telephony/prompt"
)

// keptClips bounds the clips that are kept in the engine's form.
const keptClips = 256

// clipCache gives the engine's clips for what is to be said.
type clipCache struct {
	prompts  Prompts
	ringback *media.Clip
	mu       sync.Mutex
	clips    map[*prompt.Clip]*media.Clip
}

func newClipCache(p Prompts) *clipCache {
	return &clipCache{prompts: p, ringback: ringbackTone(), clips: map[*prompt.Clip]*media.Clip{}}
}

func (k *clipCache) music() *media.Clip { return k.coded(k.prompts.Music()) }

func (k *clipCache) of(ctx context.Context, s Speech) (*media.Clip, error) {
	if s.Text == "" && s.AudioID == "" {
		return k.coded(prompt.Silence(s.Pause)), nil
	}
	var clip *prompt.Clip
	var err error
	if s.AudioID != "" {
		clip, err = k.prompts.Audio(ctx, s.AudioID)
	} else {
		clip, err = k.prompts.Text(ctx, s.Text)
	}
	if err != nil {
		return nil, err
	}
	return k.coded(clip), nil
}

// coded gives the engine's form of a clip. The library returns the same pointer for the same clip while it keeps it.
func (k *clipCache) coded(p *prompt.Clip) *media.Clip {
	k.mu.Lock()
	clip := k.clips[p]
	k.mu.Unlock()
	if clip != nil {
		return clip
	}
	clip = media.NewClip(p.PCM)
	k.mu.Lock()
	defer k.mu.Unlock()
	for old := range k.clips { // any one: what is asked for again is coded again, in a millisecond
		if len(k.clips) < keptClips {
			break
		}
		delete(k.clips, old)
	}
	k.clips[p] = clip
	return clip
}
