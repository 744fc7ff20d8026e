package voice

import (
	"context"
	"time"

	"ekc/internal/fail"
	"ekc/telephony"
)

// order is what one node asks of another. Who may do it was decided by the node that asks.
type order struct {
	Kind          string                 `json:"kind"`
	InteractionID string                 `json:"interaction,omitempty"`
	AccountID     string                 `json:"account,omitempty"`
	LegID         string                 `json:"leg,omitempty"`
	IDs           []string               `json:"ids,omitempty"`
	Text          string                 `json:"text,omitempty"`
	On            bool                   `json:"on,omitempty"`
	For           time.Duration          `json:"for,omitempty"`
	Target        telephony.Target       `json:"target,omitzero"`
	Call          *telephony.CallRequest `json:"call,omitempty"`
}

type joinAnswer struct {
	LegID  string `json:"leg"`
	Answer string `json:"answer"`
}

// carrying carries out one kind of order and returns the value of the answer.
type carrying func(ctx context.Context, s *Service, o order) (any, error)

// onCall is an order to a call of this node that has no value.
func onCall(do func(ctx context.Context, b Board, o order) error) carrying {
	return func(ctx context.Context, s *Service, o order) (any, error) {
		if s.board == nil {
			return nil, errNoBoard
		}
		return nil, do(ctx, s.board, o)
	}
}

// orders are all kinds.
var orders = map[string]carrying{
	"view": func(_ context.Context, s *Service, o order) (any, error) {
		if s.board == nil {
			return nil, errNoBoard
		}
		return s.board.Find(o.InteractionID)
	},
	"views": func(_ context.Context, s *Service, o order) (any, error) { return s.views(o.IDs), nil },
	"console": func(_ context.Context, s *Service, o order) (any, error) {
		return s.consoles.open(o.AccountID, s.now()), nil
	},
	"trunks": func(_ context.Context, s *Service, _ order) (any, error) { return s.trunkStatus(), nil },
	"drain":  func(ctx context.Context, s *Service, _ order) (any, error) { return nil, s.drainHere(ctx) },
	"candidates": func(ctx context.Context, s *Service, o order) (any, error) {
		return s.moreCandidates(ctx, o.LegID, o.AccountID)
	},
	"call": func(ctx context.Context, s *Service, o order) (any, error) {
		if o.Call == nil {
			return nil, fail.New(fail.Invalid, "no call is asked for")
		}
		return nil, s.beginCall(ctx, *o.Call)
	},
	"join": func(ctx context.Context, s *Service, o order) (any, error) {
		joined, err := s.joinHere(ctx, o.InteractionID, o.AccountID, o.Text)
		return joinAnswer{joined.LegID, joined.Answer}, err
	},
	"candidate": onCall(func(ctx context.Context, b Board, o order) error {
		return b.AddCandidate(ctx, o.InteractionID, o.LegID, o.Text)
	}),
	"mute": onCall(func(ctx context.Context, b Board, o order) error {
		return b.Mute(ctx, o.InteractionID, o.AccountID, o.On)
	}),
	"keys": onCall(func(ctx context.Context, b Board, o order) error {
		return b.SendDTMF(ctx, o.InteractionID, o.AccountID, o.Text)
	}),
	"pause": onCall(func(ctx context.Context, b Board, o order) error {
		return b.PauseRecording(ctx, o.InteractionID, o.AccountID, o.For)
	}),
	"resume": onCall(func(ctx context.Context, b Board, o order) error {
		return b.ResumeRecording(ctx, o.InteractionID, o.AccountID)
	}),
	"supervise": onCall(func(ctx context.Context, b Board, o order) error {
		return b.Supervise(ctx, o.InteractionID, o.AccountID, telephony.Mode(o.Text))
	}),
	"leave": onCall(func(ctx context.Context, b Board, o order) error {
		return b.StopSupervising(ctx, o.InteractionID, o.AccountID)
	}),
	"takeOver": onCall(func(ctx context.Context, b Board, o order) error {
		return b.TakeOver(ctx, o.InteractionID, o.AccountID)
	}),
	"consult": onCall(func(ctx context.Context, b Board, o order) error {
		return b.Consult(ctx, o.InteractionID, o.AccountID, o.Target)
	}),
	"consultComplete": onCall(func(ctx context.Context, b Board, o order) error {
		return b.CompleteConsult(ctx, o.InteractionID, o.AccountID)
	}),
	"decline": onCall(func(ctx context.Context, b Board, o order) error { return b.Decline(ctx, o.InteractionID, o.AccountID) }),
	"consultCancel": onCall(func(ctx context.Context, b Board, o order) error {
		return b.CancelConsult(ctx, o.InteractionID, o.AccountID)
	}),
	"conference": onCall(func(ctx context.Context, b Board, o order) error {
		return b.Conference(ctx, o.InteractionID, o.AccountID)
	}),
	"passOn": onCall(func(ctx context.Context, b Board, o order) error {
		return b.PassOn(ctx, o.InteractionID, o.AccountID, o.Target)
	}),
	"hangUp": onCall(func(ctx context.Context, b Board, o order) error { return b.HangUp(ctx, o.InteractionID, o.AccountID) }),
}
