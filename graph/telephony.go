package graph

import (
	"context"
	"strings"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/callback"
	"ekc/ent/interaction"
	"ekc/ent/predicate"
	"ekc/graph/model"
	"ekc/internal/fail"
	"ekc/internal/optional"
	"ekc/internal/voice"
	"ekc/internal/voice/carrier"
	"ekc/internal/voice/spoken"
	"ekc/telephony/ivr"
)

// Lists of these are not paged; more are not shown.
const (
	manyLines    = 500
	manyVersions = 50
	fewDevices   = 20
	maxLiveCalls = 100
)

// callbacksLike selects callbacks by a filter.
func callbacksLike(f model.CallbackFilter) []predicate.Callback {
	var where []predicate.Callback
	if f.State != nil {
		where = append(where, callback.StateEQ(*f.State))
	}
	if f.Reason != nil {
		where = append(where, callback.ReasonEQ(*f.Reason))
	}
	if f.Line != nil {
		where = append(where, callback.Line(*f.Line))
	}
	return where
}

// liveCalls are the calls that last, as far as the viewer sees their interactions.
func (r *Resolver) liveCalls(ctx context.Context) ([]*model.LiveCall, error) {
	calls, err := r.Client.Call.Query().Where(call.EndedAtIsNil()).Order(ent.Asc(call.FieldBeganAt)).Limit(maxLiveCalls).All(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(calls))
	for n, c := range calls {
		ids[n] = c.InteractionID
	}
	rows, err := r.Client.Interaction.Query().Where(interaction.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	seen := make(map[string]*ent.Interaction, len(rows))
	for _, i := range rows {
		seen[i.ID] = i
	}
	shown := map[string][]string{}
	for _, c := range calls {
		if seen[c.InteractionID] != nil {
			shown[c.NodeID] = append(shown[c.NodeID], c.InteractionID)
		}
	}
	views := r.Voice.Views(ctx, shown)
	live := make([]*model.LiveCall, 0, len(calls))
	for _, c := range calls {
		if seen[c.InteractionID] == nil {
			continue
		}
		one := &model.LiveCall{Interaction: seen[c.InteractionID], Call: c}
		if view, answered := views[c.InteractionID]; answered {
			one.Phase, one.Recording = &view.Phase, &view.Recording
		}
		live = append(live, one)
	}
	return live, nil
}

// pauseRecording pauses for as long as is asked; a time that is named may not be 0, which stands for the usual one.
func (r *Resolver) pauseRecording(ctx context.Context, input model.CallRecordingPauseInput) (*ent.Interaction, error) {
	if input.Seconds != nil && *input.Seconds <= 0 {
		return nil, fail.Field("seconds", fail.Invalid, "the recording pauses for 5 to 600 seconds")
	}
	return r.Voice.PauseRecording(ctx, input.InteractionID, time.Duration(min(value(input.Seconds), maxPauseAsked))*time.Second)
}

// maxPauseAsked keeps a number of seconds within what a duration holds; it is more than is allowed.
const maxPauseAsked = 1 << 20

// candidates hands on the centre's ICE candidates for a leg of the viewer's.
func (r *Resolver) candidates(ctx context.Context, interactionID, legID string) (<-chan *model.CallCandidate, error) {
	from, err := r.Voice.Candidates(ctx, interactionID, legID)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	out := make(chan *model.CallCandidate)
	r.following.Go(func() {
		defer close(out)
		defer cancel()
		defer context.AfterFunc(r.stopping, cancel)()
		for {
			candidate, more := from.Next(ctx)
			if !more {
				return
			}
			select {
			case out <- &model.CallCandidate{Candidate: candidate}:
			case <-ctx.Done():
				return
			}
		}
	})
	return out, nil
}

// citizenNumber is the citizen's number as the viewer may read it, like the phone of the citizen.
func (r *Resolver) citizenNumber(ctx context.Context, c *ent.Call) (*string, error) {
	full, err := r.Client.Call.Get(viewer.AsSystem(ctx), c.ID) // the row may hold only the columns that were asked for
	if err != nil {
		return nil, err
	}
	number, err := r.Voice.CitizenNumber(ctx, full)
	if err != nil {
		return nil, err
	}
	return r.shownNumber(ctx, full.InteractionID, number)
}

func (r *Resolver) recordingURL(ctx context.Context, obj *ent.Recording, why access.Reason) (*string, error) {
	full, err := r.Client.Recording.Get(ctx, obj.ID)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	url, err := r.Voice.RecordingURL(ctx, full, why)
	return optional.Text(url), err
}

// callbackNumber is a callback's number as the viewer may read it.
func (r *Resolver) callbackNumber(ctx context.Context, obj *ent.Callback) (string, error) {
	full, err := r.Client.Callback.Get(ctx, obj.ID)
	if err != nil {
		return "", err
	}
	number, err := r.Voice.CallbackNumber(ctx, full)
	if err != nil {
		return "", err
	}
	shown, err := r.shownNumber(ctx, full.InteractionID, number)
	return value(shown), err
}

func (r *Resolver) menuDocument(ctx context.Context, obj *ent.MenuVersion) (string, error) {
	full, err := r.Client.MenuVersion.Get(ctx, obj.ID)
	if err != nil {
		return "", err
	}
	return string(full.Document), nil
}

func menuProblems(problems ivr.Problems) []*model.MenuProblem {
	shown := make([]*model.MenuProblem, len(problems))
	for n, p := range problems {
		shown[n] = &model.MenuProblem{Path: p.Path, Code: string(p.Code), Message: p.Message}
	}
	return shown
}

func simulatedPayload(out voice.Simulated, errs []*model.UserError) *model.MenuSimulatePayload {
	payload := &model.MenuSimulatePayload{
		State: optional.Text(out.State), Node: optional.Text(out.Node), Said: out.Said, Ended: out.Ended, Problems: menuProblems(out.Problems),
		Effects: make([]*model.MenuEffect, len(out.Effects)), UserErrors: errs,
	}
	if payload.Said == nil {
		payload.Said = []string{}
	}
	for n, e := range out.Effects {
		payload.Effects[n] = &model.MenuEffect{Kind: e.Kind, Detail: e.Detail}
	}
	return payload
}

func trunkSettings(in *model.TrunkSettingsInput) voice.TrunkSettings {
	s := value(in)
	return voice.TrunkSettings{
		Name: s.Name, Proxy: s.Proxy, Domain: s.Domain, Transport: text(s.Transport), Username: s.Username, Password: s.Password,
		InboundUsername: s.InboundUsername, InboundPassword: s.InboundPassword, SRTP: text(s.Srtp), CallerNumber: s.CallerNumber,
		Active: s.Active, Trusted: s.Trusted, Reliable: s.Reliable, Preference: s.Preference, SymmetricMedia: s.SymmetricMedia,
		SessionExpiresSeconds: s.SessionExpiresSeconds, KeepAliveSeconds: s.KeepAliveSeconds, Sources: s.Sources, Codecs: s.Codecs,
		NumbersIn: prefixRules(s.NumbersIn), NumbersOut: prefixRules(s.NumbersOut),
	}
}

// prefixRules is nil for what was not given.
func prefixRules(in []*carrier.PrefixRule) []carrier.PrefixRule {
	if in == nil {
		return nil
	}
	return values(in)
}

func text[T ~string](v *T) *string {
	if v == nil {
		return nil
	}
	s := string(*v)
	return &s
}

func centreNode(n voice.Node) *model.CentreNode {
	return &model.CentreNode{
		ID: n.ID, Host: n.Host, StartedAt: n.StartedAt, SeenAt: n.SeenAt, Alive: n.Alive, Phone: n.Phone, Draining: n.Draining, Calls: n.Calls,
	}
}

func (r *Resolver) trunkStatus(ctx context.Context, t *ent.Trunk) ([]*model.TrunkStatus, error) {
	states, err := r.Voice.TrunkStates(ctx, t.ID)
	shown := make([]*model.TrunkStatus, len(states))
	for n, s := range states {
		shown[n] = &model.TrunkStatus{
			NodeID: s.Node.ID, Host: s.Node.Host, Reachable: s.Up, Since: s.Since, Reason: s.Reason,
		}
	}
	return shown, err
}

// transcript is what was understood of a recording, for those who may play it.
func (r *Resolver) transcript(ctx context.Context, obj *ent.Recording) (*model.RecordingTranscript, error) {
	full, err := r.Client.Recording.Get(ctx, obj.ID)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	t, err := r.Voice.Transcript(ctx, full)
	if err != nil || t == nil {
		return nil, err
	}
	return &model.RecordingTranscript{State: model.TranscriptState(t.State), Lines: spokenLines(t.Lines)}, nil
}

// clearTranscript is what was understood of a recording, as it was said.
func (r *Resolver) clearTranscript(ctx context.Context, obj *ent.Recording, why access.Reason) ([]*model.TranscriptLine, error) {
	full, err := r.Client.Recording.Get(ctx, obj.ID)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	lines, err := r.Voice.ClearTranscript(ctx, full, why)
	if err != nil || lines == nil {
		return nil, err
	}
	return spokenLines(lines), nil
}

func spokenLines(lines []spoken.Line) []*model.TranscriptLine {
	shown := make([]*model.TranscriptLine, len(lines))
	for n, l := range lines {
		shown[n] = &model.TranscriptLine{Channel: model.RecordingChannel(strings.ToUpper(l.Channel)), AtMs: int(l.At), Text: l.Text}
	}
	return shown
}
