package telephony

import (
	"context"

	"ekc/telephony/media"
	"ekc/telephony/prompt"
)

// clipSource gives the engine's clips for what is to be said.
type clipSource struct {
	prompts  Prompts
	ringback *media.Clip
}

func newClipSource(p Prompts) *clipSource { return &clipSource{prompts: p, ringback: ringbackTone()} }

func (k *clipSource) music() *media.Clip { return coded(k.prompts.Music()) }

func (k *clipSource) of(ctx context.Context, s Speech) (*media.Clip, error) {
	if s.Text == "" && s.AudioID == "" {
		return coded(prompt.Silence(s.Pause)), nil
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
	return coded(clip), nil
}

// coded gives the engine's form of a clip, which is coded already.
func coded(p *prompt.Clip) *media.Clip { return media.NewCodedClip(p.PCMA, p.PCMU) }
