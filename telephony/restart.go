package telephony

import "context"

// Restarter is a browser's leg that may move to another network. Restart may be called from any goroutine.
type Restarter interface {
	// Restart answers a further offer of the same browser (ICE restart). An error means that the offer is none: of another page, or of
	// a leg that is gone; the leg is then as it was.
	Restart(ctx context.Context, offer string) (answer string, err error)
}

// browserAway is a browser of which nothing comes any more, or that is back. It is waited for.
type browserAway struct {
	leg legID
	on  bool
}

func (browserAway) apply(*turn) {}

// browserMoves asks for the leg of an account's browser.
type browserMoves struct {
	account string
	reply   chan movable
}

func (browserMoves) apply(*turn) {}

// movable is a leg that can be restarted; its name is empty when there is none.
type movable struct {
	leg     Restarter
	name    string
	trickle *trickle
}

// movableLeg finds the newest browser of an account.
func (c *call) movableLeg(account string) (found movable) {
	newest := legID(0)
	for id, l := range c.lines {
		r, ok := l.leg.(Restarter)
		if m := c.state.find(id); ok && id > newest && l.report.AccountID == account && m != nil && !m.leaving && l.trickle != nil {
			newest, found = id, movable{r, l.report.ID, l.trickle}
		}
	}
	return found
}

// restart lets the browser that an account has in the call already go on over another network, when that is what the offer wants.
func (c *call) restart(ctx context.Context, account, offer string) (Joined, bool) {
	reply := make(chan movable, 1)
	if !c.post(browserMoves{account, reply}) {
		return Joined{}, false
	}
	var m movable
	select {
	case m = <-reply:
	case <-c.closed:
	case <-ctx.Done():
	}
	if m.leg == nil {
		return Joined{}, false
	}
	candidates := m.trickle.renew()
	answer, err := m.leg.Restart(ctx, offer)
	if err != nil {
		return Joined{}, false
	}
	return Joined{LegID: m.name, Answer: answer, Candidates: candidates}, true
}

// browserLeaves takes the news that a browser is away, or back.
func (c *call) browserLeaves(e browserAway) []event {
	if c.lines[e.leg] == nil {
		return nil
	}
	return []event{legAway(e)}
}

// apply puts the citizen on music while the operator's browser is away (see sounds).
func (e legAway) apply(t *turn) {
	if l := t.find(e.leg); l != nil && !l.leaving {
		l.away = e.on
	}
}
