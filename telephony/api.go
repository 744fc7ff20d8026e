package telephony

import (
	"context"
	"time"

	"ekc/internal/fail"
)

// The methods below may be called from any goroutine. Errors carry a code of internal/fail: NOT_FOUND when this node has no call
// for the enquiry, CONFLICT when the call does not allow it now, INVALID for an argument. Who may do what is the caller's business.

// Call begins a call to a citizen, a callback or an operator's own: the operator is reached first, then the citizen is called.
// It returns the call's id at once; what becomes of it is told through [Centre]: UNAVAILABLE when the node drains, RATE_LIMITED
// when it is full, CONFLICT when the enquiry has a call here already.
func (s *Switchboard) Call(r CallRequest) (callID string, err error) {
	switch {
	case r.InteractionID == "" || r.AccountID == "" || r.Number == "":
		return "", fail.New(fail.Invalid, "a call needs an enquiry, an operator and a number")
	case r.RingTimeout == 0:
		r.RingTimeout = 45 * time.Second
	case r.RingTimeout < 10*time.Second || r.RingTimeout > 2*time.Minute:
		return "", fail.Field("ringTimeout", fail.Invalid, "the phone rings 10 s to 120 s")
	}
	if _, ok := s.o.Trunk(r.TrunkID); !ok {
		return "", fail.New(fail.Unavailable, "there is no such trunk")
	}
	c, err := s.begin(r.InteractionID, func(c *call) []event {
		return []event{requested{request: r, call: c.outgoing(r)}}
	})
	if err != nil {
		return "", err
	}
	s.counters.outgoing.Add(1)
	return c.id, nil
}

// Mute keeps what an account's leg says from everybody, or takes that back.
func (s *Switchboard) Mute(ctx context.Context, interactionID, accountID string, on bool) error {
	return s.command(ctx, interactionID, func(id uint64) event { return muteCommand{id, accountID, on} })
}

// SendDTMF presses keys (0-9 * # A-D, at most 32) towards the citizen, or the party that is consulted.
func (s *Switchboard) SendDTMF(ctx context.Context, interactionID, accountID, digits string) error {
	if len(digits) == 0 || len(digits) > 32 {
		return fail.Field("digits", fail.Invalid, "1 to 32 keys")
	}
	for _, key := range digits {
		if !validKey(key) {
			return fail.Field("digits", fail.Invalid, "%q is no key", key)
		}
	}
	return s.command(ctx, interactionID, func(id uint64) event { return keysCommand{id, accountID, digits} })
}

func validKey(k rune) bool {
	return k >= '0' && k <= '9' || k >= 'A' && k <= 'D' || k == '*' || k == '#'
}

// PauseRecording writes silence while personal data is dictated, and goes on recording by itself after the limit; 0 means that of the
// settings. Asked again, the time begins anew. INVALID: not between 5 s and 10 min.
func (s *Switchboard) PauseRecording(ctx context.Context, interactionID, accountID string, limit time.Duration) error {
	switch {
	case limit == 0:
		limit = s.o.Settings.PauseLimit
	case limit < minPause || limit > maxRecordingPause:
		return fail.Field("seconds", fail.Invalid, "the recording pauses for 5 to 600 seconds")
	}
	return s.command(ctx, interactionID, func(id uint64) event { return recordCommand{id, accountID, true, limit} })
}

// The limits of a pause of the recording.
const (
	minPause          = 5 * time.Second
	maxRecordingPause = 10 * time.Minute
)

// Decline ends a consultation whose colleague, the account, does not want to join.
func (s *Switchboard) Decline(ctx context.Context, interactionID, accountID string) error {
	return s.command(ctx, interactionID, func(id uint64) event { return declineCommand{id, accountID} })
}

// ResumeRecording ends a pause.
func (s *Switchboard) ResumeRecording(ctx context.Context, interactionID, accountID string) error {
	return s.command(ctx, interactionID, func(id uint64) event { return recordCommand{id: id, account: accountID} })
}

// Supervise lets an account into a talk, or changes how it takes part. Its phones ring, and its browser may [Switchboard.Join].
func (s *Switchboard) Supervise(ctx context.Context, interactionID, accountID string, mode Mode) error {
	if mode != Listen && mode != Whisper && mode != Barge {
		return fail.Field("mode", fail.Invalid, "no such mode")
	}
	return s.command(ctx, interactionID, func(id uint64) event { return superviseCommand{id, accountID, mode} })
}

// StopSupervising ends it.
func (s *Switchboard) StopSupervising(ctx context.Context, interactionID, accountID string) error {
	return s.command(ctx, interactionID, func(id uint64) event { return superviseCommand{id, accountID, ""} })
}

// TakeOver makes a supervisor who is in the talk its operator. The centre's own change may come before or after.
func (s *Switchboard) TakeOver(ctx context.Context, interactionID, accountID string) error {
	return s.command(ctx, interactionID, func(id uint64) event { return takeOverCommand{id, accountID} })
}

// Consult calls a second party for the operator while the citizen hears music.
func (s *Switchboard) Consult(ctx context.Context, interactionID, accountID string, t Target) error {
	if err := t.check(s); err != nil {
		return err
	}
	return s.command(ctx, interactionID, func(id uint64) event { return consultCommand{id, accountID, t} })
}

// CompleteConsult leaves the citizen with the second party. An account becomes the operator, which the centre must be told by
// the caller of this; with a number the operator's wrap-up begins.
func (s *Switchboard) CompleteConsult(ctx context.Context, interactionID, accountID string) error {
	return s.command(ctx, interactionID, func(id uint64) event { return consultEnd{id, accountID, consultComplete} })
}

// CancelConsult sends the second party away.
func (s *Switchboard) CancelConsult(ctx context.Context, interactionID, accountID string) error {
	return s.command(ctx, interactionID, func(id uint64) event { return consultEnd{id, accountID, consultCancel} })
}

// Conference lets the citizen, the operator and the second party hear each other.
func (s *Switchboard) Conference(ctx context.Context, interactionID, accountID string) error {
	return s.command(ctx, interactionID, func(id uint64) event { return consultEnd{id, accountID, consultJoin} })
}

// PassOn transfers the citizen to an outside number without asking there first. The operator's wrap-up begins.
func (s *Switchboard) PassOn(ctx context.Context, interactionID, accountID string, t Target) error {
	if t.AccountID != "" {
		return fail.Field("accountId", fail.Invalid, "a person of the centre is reached by a transfer of the enquiry")
	}
	if err := t.check(s); err != nil {
		return err
	}
	return s.command(ctx, interactionID, func(id uint64) event { return passCommand{id, accountID, t} })
}

// HangUp ends the operator's talk; the citizen is asked for a rating.
func (s *Switchboard) HangUp(ctx context.Context, interactionID, accountID string) error {
	return s.command(ctx, interactionID, func(id uint64) event { return hangupCommand{id, accountID} })
}

func (t Target) check(s *Switchboard) error {
	if (t.AccountID == "") == (t.Number == "") {
		return fail.New(fail.Invalid, "either an account or a number is called")
	}
	if t.Number != "" {
		if _, ok := s.o.Trunk(t.TrunkID); !ok {
			return fail.New(fail.Unavailable, "there is no such trunk")
		}
	}
	return nil
}

func (s *Switchboard) lookup(interactionID string) (*call, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.byInteraction[interactionID]; c != nil {
		return c, nil
	}
	return nil, fail.New(fail.NotFound, "this node has no call for the enquiry")
}

// command gives an event to the call of an enquiry and waits for the reply.
func (s *Switchboard) command(ctx context.Context, interactionID string, make1 func(id uint64) event) error {
	c, err := s.lookup(interactionID)
	if err != nil {
		return err
	}
	id := s.commands.Add(1)
	done := make(chan error, 1)
	if !c.post(commanded{event: make1(id), id: id, reply: done}) {
		return fail.New(fail.Unavailable, "the call does not answer")
	}
	return c.wait(ctx, done)
}

// wait waits for a reply. A call that ends replies before it closes.
func (c *call) wait(ctx context.Context, done <-chan error) error {
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-c.closed:
	}
	select {
	case err := <-done:
		return err
	default:
		return fail.New(fail.Conflict, "the call is over")
	}
}
