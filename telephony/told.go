package telephony

import "context"

// Teller is a [Centre] that takes several things of one call at once, for less than it takes them one by one.
type Teller interface {
	Centre
	// Tell does what the Centre's methods do for each of the things told, in their order. It returns what came of each; what follows one
	// that is UNAVAILABLE has either been done all the same or is UNAVAILABLE too.
	Tell(ctx context.Context, interactionID string, all []*Told) []error
}

// Told is one thing that a call tells: one of the fields is set, and those that belong to it.
type Told struct {
	Collected *Collected
	// Wish enqueues; Queued is what came of it.
	Wish   *Wish
	Queued Queued
	// OfferID was picked up by the device of AccountID.
	OfferID, AccountID string
	Leg                *LegReport
	Looks              *CallReport
	End                *End
}

// joint is an errand that may be told together with those before and after it.
type joint interface {
	errand
	// told is what the centre is told for the enquiry.
	told(interactionID string) *Told
	// came is what the call learns from it, or nil.
	came(t *Told, err error) event
}

func (e collect) told(string) *Told       { return &Told{Collected: &e.Collected} }
func (e collect) came(*Told, error) event { return nil }

func (e enqueue) told(string) *Told             { return &Told{Wish: &e.wish} }
func (e enqueue) came(t *Told, err error) event { return queued{t.Queued, err} }

func (e pickUp) told(string) *Told             { return &Told{OfferID: e.offer, AccountID: e.account} }
func (e pickUp) came(_ *Told, err error) event { return taken{e.leg, err} }

func (e reportLeg) told(id string) *Told {
	e.InteractionID = id
	return &Told{Leg: &e.LegReport}
}
func (e reportLeg) came(*Told, error) event { return nil }

func (e reportCall) told(id string) *Told {
	e.InteractionID = id
	return &Told{Looks: &e.CallReport}
}
func (e reportCall) came(*Told, error) event { return nil }

func (e conclude) told(string) *Told       { return &Told{End: &e.End} }
func (e conclude) came(*Told, error) event { return nil }

// jointErrands are the first errands that wait, as many as may be told together.
func (q *errandQueue) jointErrands() []joint {
	var all []joint
	for _, e := range q.waiting {
		j, ok := e.(joint)
		if !ok {
			break
		}
		all = append(all, j)
	}
	return all
}

// tellTogether tells errands together until the centre has taken them all. What it has taken is not told again.
func (s *Switchboard) tellTogether(ctx context.Context, centre Teller, all []joint, id string) event {
	done := make([]errandDone, len(all))
	left := make([]int, 0, len(all))
	for n, e := range all {
		done[n].errand = e
		left = append(left, n)
	}
	s.persist(ctx, func(ctx context.Context, try int) error {
		told := make([]*Told, 0, len(left))
		for _, n := range left {
			told = append(told, all[n].told(id))
		}
		var failed error
		still := left[:0]
		for i, err := range s.tellOnce(ctx, centre, id, told) {
			n := left[i]
			done[n].err, done[n].result = err, all[n].came(told[i], err)
			if err != nil && again(err, try) {
				still, failed = append(still, n), err
			}
		}
		left = still
		return failed
	})
	for _, e := range done {
		s.countLost(e)
	}
	return errandsDone{done}
}

// tellOnce is one attempt.
func (s *Switchboard) tellOnce(ctx context.Context, centre Teller, id string, told []*Told) []error {
	release, err := s.turnOf(ctx)
	if err != nil {
		errs := make([]error, len(told))
		for n := range errs {
			errs[n] = err
		}
		return errs
	}
	defer release()
	ctx, cancel := context.WithTimeout(ctx, errandTime)
	defer cancel()
	return centre.Tell(ctx, id, told)
}
