package telephony

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"ekc/telephony/ivr/numbering"
	"ekc/telephony/media"
	"ekc/telephony/prompt"
	"ekc/telephony/sdp"
	"ekc/telephony/signaling"
)

// Options are what a [Switchboard] is made of. Centre, Engine, Prompts, Phones and Node are required.
type Options struct {
	Centre  Centre
	Engine  *media.Engine
	Prompts Prompts
	// Tapes keeps recordings; nil: nothing is recorded.
	Tapes Tapes
	// Recognizer understands callers; nil: keys only.
	Recognizer prompt.Recognizer
	// Overhear is told what citizens say in talks with operators, as the Recognizer understands it while they speak: of a call one at a
	// time, by a goroutine beside it. ctx ends after 5 s. It must not keep the words. Nil: talks are not listened to.
	Overhear func(ctx context.Context, w Overheard)
	// OverhearAtOnce bounds how many utterances of talks are recognised at once. Default 16; what exceeds it is dropped.
	OverhearAtOnce int
	// Browsers connects operators' browsers; nil: phones only.
	Browsers Browsers
	// Phones gives the registered devices of an account, best first; none is no error. It may block up to ctx's deadline.
	Phones func(ctx context.Context, accountID string) ([]signaling.Binding, error)
	// Console tells whether the operator's console of an account is open somewhere, so that a consulted colleague may join there. It may
	// block up to ctx's deadline. Nil: that is not known, and every consultation waits for its whole time.
	Console func(ctx context.Context, accountID string) (bool, error)
	// Trunk gives a trunk by its id, the default one for the empty id; false: there is none.
	Trunk func(id string) (signaling.Trunk, bool)
	// Ways are the ids of the trunks by which a call leaves that names none, the first one to be tried first: the next one is when a
	// carrier refuses with 5xx or says nothing. Nil: the default trunk alone.
	Ways func() []string
	// Region tells the region of a caller by the number. Default: the table of telephony/ivr/numbering.
	Region func(number string) (numbering.Region, bool)
	// PhoneCodecs and PhoneSRTP are for operators' phones. Default: PCMA, PCMU, G.722 or Opus when the caller
	// has it, and Plain.
	PhoneCodecs []sdp.Codec
	PhoneSRTP   sdp.Policy
	// MediaAddress is where peers send sound when it differs from where the engine listens.
	MediaAddress netip.Addr
	// Node names this node.
	Node string
	// MaxCalls bounds the calls at once. Default 2,000. Further callers hear the busy tone (486).
	MaxCalls int
	// ErrandsAtOnce bounds how many calls tell the centre something at once. Default 1,600: the centre writes what calls tell it at one
	// moment together, so that those who wait hold no connection to its database.
	ErrandsAtOnce int
	// KeepErrands is how long what the centre must be told is kept while it is away, after a call's end. Default 10 min.
	KeepErrands time.Duration
	Settings    Settings
	// Clock and Logger default to time.Now and slog.Default().
	Clock  func() time.Time
	Logger *slog.Logger
}

// Prompts gives what is played; [prompt.Library] does.
type Prompts interface {
	Text(ctx context.Context, text string) (*prompt.Clip, error)
	Audio(ctx context.Context, id string) (*prompt.Clip, error)
	Music() *prompt.Clip
}

// Tapes keeps recordings; [NewTapes] makes them of telephony/recording.
type Tapes interface {
	// Open begins one. What becomes of it is reported to [Centre.Recorded] by whoever keeps it, also after a crash.
	Open(r TapeRequest) (media.Sink, error)
}

// TapeRequest says what is recorded. InteractionID is empty when the centre was away when the call began; CallID is not.
type TapeRequest struct {
	// ID names the recording, unique over all nodes and time.
	ID, CallID, InteractionID string
	At                        time.Time
}

func (o Options) withDefaults() (Options, error) {
	if o.Centre == nil || o.Engine == nil || o.Prompts == nil || o.Phones == nil || o.Node == "" {
		return o, errors.New("a switchboard needs a centre, a media engine, prompts, phones and a node's name")
	}
	if o.Trunk == nil {
		o.Trunk = func(string) (signaling.Trunk, bool) { return signaling.Trunk{}, false }
	}
	if o.Region == nil {
		o.Region = numbering.ByNumber
	}
	if o.Ways == nil {
		o.Ways = func() []string { return []string{""} }
	}
	if o.MaxCalls <= 0 {
		o.MaxCalls = 2000
	}
	if o.OverhearAtOnce <= 0 {
		o.OverhearAtOnce = 16
	}
	if o.ErrandsAtOnce <= 0 {
		o.ErrandsAtOnce = 1600
	}
	if o.KeepErrands <= 0 {
		o.KeepErrands = 10 * time.Minute
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	o.Settings = o.Settings.withDefaults()
	if o.Tapes == nil {
		o.Settings.NoRecording = true
	}
	return o, nil
}
