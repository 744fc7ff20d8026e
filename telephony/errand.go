package telephony

import (
	"context"
)

// errand is one thing that is asked of the centre. run returns what came of it, or nil; an error that is UNAVAILABLE means that
// it is tried again, if it is one that may be.
type errand interface {
	run(ctx context.Context, c Centre, interactionID string) (event, error)
}

// Errands that keep what happened.
type (
	begin   struct{ call NewCall }
	collect struct{ Collected }
	helped  struct {
		recordVersionID string
		helped          bool
	}
	enqueue struct {
		wish Wish
	}
	pickUp struct {
		leg            legID
		offer, account string
	}
	decline        struct{ offer, account string }
	operatorLost   struct{ account string }
	operatorHungUp struct{ account string }
	hold           struct {
		account string
		on      bool
	}
	transfer struct {
		leg             legID
		account, target string
	}
	callback struct {
		number string
	}
	rate      struct{ rating int }
	conclude  struct{ End }
	reportLeg struct{ LegReport }
	// place is a question.
	place struct{}
)

func (e begin) run(ctx context.Context, c Centre, _ string) (event, error) {
	id, err := c.Begin(ctx, e.call)
	if err != nil {
		return nil, err
	}
	return begun{id}, nil
}

func (e collect) run(ctx context.Context, c Centre, id string) (event, error) {
	return nil, c.Collect(ctx, id, e.Collected)
}

func (e helped) run(ctx context.Context, c Centre, id string) (event, error) {
	return nil, c.Helped(ctx, id, e.recordVersionID, e.helped)
}

func (e enqueue) run(ctx context.Context, c Centre, id string) (event, error) {
	q, err := c.Enqueue(ctx, id, e.wish)
	return queued{q, err}, err
}

func (e pickUp) run(ctx context.Context, c Centre, _ string) (event, error) {
	err := c.PickedUp(ctx, e.offer, e.account)
	return taken{e.leg, err}, err
}

func (e decline) run(ctx context.Context, c Centre, _ string) (event, error) {
	return nil, c.Refused(ctx, e.offer, e.account)
}

func (e operatorLost) run(ctx context.Context, c Centre, id string) (event, error) {
	return nil, c.OperatorLost(ctx, id, e.account)
}

func (e operatorHungUp) run(ctx context.Context, c Centre, id string) (event, error) {
	return nil, c.OperatorHungUp(ctx, id, e.account)
}

func (e hold) run(ctx context.Context, c Centre, id string) (event, error) {
	return nil, c.Held(ctx, id, e.account, e.on)
}

func (e transfer) run(ctx context.Context, c Centre, id string) (event, error) {
	err := c.TransferTo(ctx, id, e.account, e.target)
	return passedOn{e.leg, err}, err
}

func (e handOver) run(ctx context.Context, c Centre, id string) (event, error) {
	err := c.HandedTo(ctx, id, e.account, e.to)
	return passedOn{e.leg, err}, err
}

func (e callback) run(ctx context.Context, c Centre, id string) (event, error) {
	err := c.Callback(ctx, id, e.number)
	return promised{err}, err
}

func (e rate) run(ctx context.Context, c Centre, id string) (event, error) {
	return nil, c.Rate(ctx, id, e.rating)
}

func (e conclude) run(ctx context.Context, c Centre, id string) (event, error) {
	return nil, c.Ended(ctx, id, e.End)
}

func (e reportLeg) run(ctx context.Context, c Centre, id string) (event, error) {
	e.InteractionID = id
	return nil, c.Leg(ctx, e.LegReport)
}

func (e place) run(ctx context.Context, c Centre, id string) (event, error) {
	p, err := c.Place(ctx, id)
	if err != nil {
		return nil, err
	}
	return placed{p}, nil
}
