package voice

import (
	"context"
	"errors"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/interaction"
	"ekc/internal/fail"
	"ekc/routing"
	"ekc/telephony"
)

// step is one thing that a call tells the centre, as far as it may be written in one transaction with those of other calls.
type step struct {
	// interactionID or offerID says whose row it changes; both are empty for begin, leg and recording.
	interactionID, offerID string
	begin                  *beginning
	leg                    *telephony.LegReport
	look                   *telephony.CallReport
	recording              *telephony.RecordingReport
	// ends is set for a step that asks round.ending.
	ends bool
	// do changes the interaction, in the round alone: what it reads besides is read, and nothing else is written. nil: begin, leg, look,
	// recording.
	do func(ctx context.Context, tx *ent.Tx, r *round) error
	// apart does it in a transaction of its own.
	apart func(ctx context.Context) error
	// wrong is set for what cannot be done at all.
	wrong error
}

// telling is what one call tells at one moment: steps, in their order, and what came of each.
type telling struct {
	steps   []step
	results []error
}

// errApart says that a step must be done in a transaction of its own: it changes more than a round may, or somebody else has its row.
var errApart = errors.New("not in this round")

// round is what steps of one transaction share.
type round struct {
	*interaction.Round
	offers *routing.Acceptances
	// open are the calls of the interactions that end, the last one of each.
	open map[string]openedCall
	// ended are calls to be written.
	ended []endedCall
	// known are the queues that were looked for.
	queues map[wanted]*ent.Queue
	// written are the legs, looked the calls whose looks and kept those whose recordings are written.
	written, looked, kept map[string]bool
}

// together takes a step into the next round, and does it apart where that is not possible. At a load of a hundred calls a second
// one round has the steps of twenty of them: one commit, and as many statements as one step alone would take.
func (s *Service) together(ctx context.Context, st step) error {
	return s.tellSteps(ctx, []step{st})[0]
}

// tellSteps takes the steps of one call into the next round, in their order. Once one is to be done apart, those after it are too. What
// follows one for which the database is away is not tried: it must not come first when both are told again.
func (s *Service) tellSteps(ctx context.Context, steps []step) []error {
	t := &telling{steps: steps, results: make([]error, len(steps))}
	_ = s.steps.Do(ctx, t) // tells each step's own result
	var away error
	for n := range steps {
		switch {
		case !errors.Is(t.results[n], errApart):
		case away != nil:
			t.results[n] = away
		default:
			if t.results[n] = s.doApart(ctx, steps[n]); fail.CodeOf(t.results[n]) == fail.Unavailable {
				away = t.results[n]
			}
		}
	}
	return t.results
}

// doApart does one step in a transaction of its own, when it is its turn.
func (s *Service) doApart(ctx context.Context, st step) error {
	select {
	case s.apart <- struct{}{}:
		defer func() { <-s.apart }()
		return st.apart(ctx)
	case <-ctx.Done():
		return away(ctx.Err())
	}
}

// stepWriters is how many rounds are under way at once: while one waits for the disk, another works.
const stepWriters = 2

// stepsAtOnce is how many calls' tellings one round takes at most. A round of many costs little more than one of few, so that under a
// load that rounds cannot follow they grow, and follow.
const stepsAtOnce = 400

// stepsApart bounds how many steps are done by themselves at once, so that they do not take every connection to the database.
const stepsApart = 16

// writeSteps carries out what calls tell in one transaction. A step that fails, or that does not belong here, is taken back by itself.
// Where the transaction fails, each is to be done apart, unless the database is away: then apart is no better.
func (s *Service) writeSteps(ctx context.Context, all []*telling) []error {
	var steps []step
	for _, t := range all {
		steps = append(steps, t.steps...)
	}
	results := make([]error, len(steps))
	var r *round
	err := s.o.Log.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		clear(results)
		var err error
		if ctx, r, err = s.newRound(ctx, tx, steps); err != nil {
			return err
		}
		at := 0
		for _, t := range all {
			if err := s.takeSteps(ctx, tx, r, t.steps, results[at:at+len(t.steps)]); err != nil {
				return err
			}
			at += len(t.steps)
		}
		return s.writeRound(ctx, tx, r, steps, results)
	})
	if err != nil {
		failed := errApart
		if fail.CodeOf(away(err)) == fail.Unavailable {
			failed = away(err)
		} else {
			s.log.WarnContext(ctx, "steps of calls could not be written together", "steps", len(steps), "error", err)
		}
		for n := range results {
			results[n] = failed
		}
	} else {
		r.offers.Committed()
		s.o.Routing.Wake()
	}
	for _, t := range all {
		copy(t.results, results)
		results = results[len(t.steps):]
	}
	return make([]error, len(all))
}

// takeSteps carries out what one call tells. It fails when the transaction must end.
func (s *Service) takeSteps(ctx context.Context, tx *ent.Tx, r *round, steps []step, results []error) error {
	apart := false
	for n := range steps {
		if apart && steps[n].do != nil {
			results[n] = errApart
			continue
		}
		var fatal bool
		results[n], fatal = r.Step(ctx, func() error { return s.stepIn(ctx, tx, r, &steps[n]) })
		if fatal {
			return results[n]
		}
		apart = apart || errors.Is(results[n], errApart)
	}
	return nil
}

// newRound locks what the steps change and reads what they need.
func (s *Service) newRound(ctx context.Context, tx *ent.Tx, steps []step) (context.Context, *round, error) {
	var interactions, offers, ending []string
	for _, st := range steps {
		switch {
		case st.offerID != "":
			offers = append(offers, st.offerID)
		case st.interactionID != "":
			interactions = append(interactions, st.interactionID)
		}
		if st.ends {
			ending = append(ending, st.interactionID)
		}
	}
	r := &round{queues: map[wanted]*ent.Queue{}, offers: &routing.Acceptances{}}
	ctx, rows, err := s.o.Interactions.Together(ctx, tx, interactions, offers)
	if err != nil {
		return ctx, nil, err
	}
	r.Round = rows
	if len(offers) > 0 {
		if r.offers, err = s.o.Routing.Accepting(ctx, tx, offers); err != nil {
			return ctx, nil, err
		}
	}
	if len(ending) > 0 {
		if r.open, err = openCalls(ctx, tx, ending); err != nil {
			return ctx, nil, err
		}
	}
	return ctx, r, nil
}

// stepIn carries out one step, but for those that are written all at once.
func (s *Service) stepIn(ctx context.Context, tx *ent.Tx, r *round, st *step) error {
	if st.do == nil || st.wrong != nil {
		return st.wrong
	}
	if st.interactionID != "" && r.Row(st.interactionID) == nil {
		return errApart // somebody else has it, or there is none
	}
	return st.do(ctx, tx, r)
}

// writeRound writes all: what began, what the steps have changed, and what is only kept.
func (s *Service) writeRound(ctx context.Context, tx *ent.Tx, r *round, steps []step, results []error) error {
	if err := s.beginAll(ctx, tx, steps, results); err != nil {
		return err
	}
	if err := s.o.Interactions.WriteRound(ctx, tx, r.Round); err != nil {
		return err
	}
	if err := r.offers.Write(ctx, tx); err != nil {
		return err
	}
	if err := s.writeEnded(ctx, tx, r.ended); err != nil {
		return err
	}
	if err := s.keepAll(ctx, tx, r, steps); err != nil {
		return err
	}
	for n, st := range steps {
		if st.leg != nil && !r.written[st.leg.ID] || st.look != nil && !r.looked[st.look.CallID] ||
			st.recording != nil && !r.kept[st.recording.CallID] {
			results[n] = errApart // of a call that is not known, or that may be changed by it
		}
	}
	return nil
}

// keepAll writes legs, looks and recordings.
func (s *Service) keepAll(ctx context.Context, tx *ent.Tx, r *round, steps []step) (err error) {
	var legs []telephony.LegReport
	var looks []telephony.CallReport
	var recordings []telephony.RecordingReport
	for _, st := range steps {
		if st.leg != nil {
			legs = append(legs, *st.leg)
		}
		if st.look != nil {
			looks = append(looks, *st.look)
		}
		if st.recording != nil {
			recordings = append(recordings, *st.recording)
		}
	}
	if len(legs) > 0 {
		if r.written, err = s.upsertLegs(ctx, tx, legs, directionInbound); err != nil {
			return err
		}
	}
	if len(looks) > 0 {
		if r.looked, err = s.upsertLooks(ctx, tx, looks); err != nil {
			return err
		}
	}
	if len(recordings) > 0 {
		r.kept, err = s.insertRecordings(ctx, tx, recordings)
	}
	return err
}
