package voice

import (
	"context"
	"time"

	"ekc/telephony"
)

// Controls are what can be done to a call, wherever it is. Errors are those of telephony.Switchboard, and UNAVAILABLE when the node
// that has the call is gone or silent.
type controls interface {
	view(ctx context.Context, interactionID string) (telephony.CallView, error)
	Join(ctx context.Context, interactionID, accountID, offer string) (telephony.Joined, error)
	AddCandidate(ctx context.Context, interactionID, legID, candidate string) error
	Mute(ctx context.Context, interactionID, accountID string, on bool) error
	SendDTMF(ctx context.Context, interactionID, accountID, digits string) error
	PauseRecording(ctx context.Context, interactionID, accountID string, limit time.Duration) error
	ResumeRecording(ctx context.Context, interactionID, accountID string) error
	Supervise(ctx context.Context, interactionID, accountID string, mode telephony.Mode) error
	StopSupervising(ctx context.Context, interactionID, accountID string) error
	TakeOver(ctx context.Context, interactionID, accountID string) error
	Consult(ctx context.Context, interactionID, accountID string, t telephony.Target) error
	CompleteConsult(ctx context.Context, interactionID, accountID string) error
	Decline(ctx context.Context, interactionID, accountID string) error
	CancelConsult(ctx context.Context, interactionID, accountID string) error
	Conference(ctx context.Context, interactionID, accountID string) error
	PassOn(ctx context.Context, interactionID, accountID string, t telephony.Target) error
	HangUp(ctx context.Context, interactionID, accountID string) error
}

// here are the calls of this node.
type here struct{ Board }

func (h here) view(_ context.Context, interactionID string) (telephony.CallView, error) {
	return h.Find(interactionID)
}

// joinFor is longer than other commands take: a browser's leg is made.
const joinFor = 10 * time.Second

// remote are the calls of another node.
type remote struct {
	*Service
	at string
}

func (r remote) do(ctx context.Context, o order) error { return r.ask(ctx, r.at, o, askFor, nil) }

func (r remote) view(ctx context.Context, interactionID string) (v telephony.CallView, err error) {
	err = r.ask(ctx, r.at, order{Kind: "view", InteractionID: interactionID}, askFor, &v)
	return v, err
}

func (r remote) Join(ctx context.Context, interactionID, accountID, offer string) (j telephony.Joined, err error) {
	var answer joinAnswer
	err = r.ask(ctx, r.at, order{Kind: "join", InteractionID: interactionID, AccountID: accountID, Text: offer}, joinFor, &answer)
	return telephony.Joined{LegID: answer.LegID, Answer: answer.Answer}, err
}

func (r remote) AddCandidate(ctx context.Context, interactionID, legID, candidate string) error {
	return r.do(ctx, order{Kind: "candidate", InteractionID: interactionID, LegID: legID, Text: candidate})
}

func (r remote) Mute(ctx context.Context, interactionID, accountID string, on bool) error {
	return r.do(ctx, order{Kind: "mute", InteractionID: interactionID, AccountID: accountID, On: on})
}

func (r remote) SendDTMF(ctx context.Context, interactionID, accountID, digits string) error {
	return r.do(ctx, order{Kind: "keys", InteractionID: interactionID, AccountID: accountID, Text: digits})
}

func (r remote) PauseRecording(ctx context.Context, interactionID, accountID string, limit time.Duration) error {
	return r.do(ctx, order{Kind: "pause", InteractionID: interactionID, AccountID: accountID, For: limit})
}

func (r remote) ResumeRecording(ctx context.Context, interactionID, accountID string) error {
	return r.do(ctx, order{Kind: "resume", InteractionID: interactionID, AccountID: accountID})
}

func (r remote) Supervise(ctx context.Context, interactionID, accountID string, mode telephony.Mode) error {
	return r.do(ctx, order{Kind: "supervise", InteractionID: interactionID, AccountID: accountID, Text: string(mode)})
}

func (r remote) StopSupervising(ctx context.Context, interactionID, accountID string) error {
	return r.do(ctx, order{Kind: "leave", InteractionID: interactionID, AccountID: accountID})
}

func (r remote) TakeOver(ctx context.Context, interactionID, accountID string) error {
	return r.do(ctx, order{Kind: "takeOver", InteractionID: interactionID, AccountID: accountID})
}

func (r remote) Consult(ctx context.Context, interactionID, accountID string, t telephony.Target) error {
	return r.do(ctx, order{Kind: "consult", InteractionID: interactionID, AccountID: accountID, Target: t})
}

func (r remote) CompleteConsult(ctx context.Context, interactionID, accountID string) error {
	return r.do(ctx, order{Kind: "consultComplete", InteractionID: interactionID, AccountID: accountID})
}

func (r remote) Decline(ctx context.Context, interactionID, accountID string) error {
	return r.do(ctx, order{Kind: "decline", InteractionID: interactionID, AccountID: accountID})
}

func (r remote) CancelConsult(ctx context.Context, interactionID, accountID string) error {
	return r.do(ctx, order{Kind: "consultCancel", InteractionID: interactionID, AccountID: accountID})
}

func (r remote) Conference(ctx context.Context, interactionID, accountID string) error {
	return r.do(ctx, order{Kind: "conference", InteractionID: interactionID, AccountID: accountID})
}

func (r remote) PassOn(ctx context.Context, interactionID, accountID string, t telephony.Target) error {
	return r.do(ctx, order{Kind: "passOn", InteractionID: interactionID, AccountID: accountID, Target: t})
}

func (r remote) HangUp(ctx context.Context, interactionID, accountID string) error {
	return r.do(ctx, order{Kind: "hangUp", InteractionID: interactionID, AccountID: accountID})
}
