package routing

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"
)

// errLost says that a plan was overtaken: somebody else locked or changed what it was made of.
var errLost = errors.New("overtaken")

// Room for enquiries that nobody free may take, before the queue is read deeper.
const (
	spareEnquiries = 50
	deeper         = 8
)

// maxRounds is how often queues are looked at before the router sees to other things; it is called again at once.
const maxRounds = 8

// round is what one pass over the queues came to.
type round struct {
	made, lost int
	// more says that a queue was not read to its end and operators still have room.
	more bool
	// failure is what went wrong with single matches; the others were made.
	failure error
}

// match offers what can be offered now.
func (s *Service) match(ctx context.Context) error {
	begin := time.Now()
	made, lost := 0, 0
	defer func() { s.observe.Passed(time.Since(begin), made, lost) }()
	depth := 1
	for range maxRounds {
		r, err := s.pass(ctx, depth)
		made, lost = made+r.made, lost+r.lost
		switch {
		case err != nil:
			return err
		case r.made > 0 && (r.lost > 0 || r.more):
			depth = 1
		case r.more && r.failure == nil:
			depth *= deeper
		default:
			return r.failure
		}
	}
	s.Wake()
	return nil
}

// pass plans once and carries the plan out.
func (s *Service) pass(ctx context.Context, depth int) (round, error) {
	now := s.clock()
	lanes, err := s.openLanes(ctx, now)
	if err != nil || len(lanes) == 0 {
		return round{}, err
	}
	operators, err := s.freeOperators(ctx, lanes, now)
	if err != nil || len(operators) == 0 {
		return round{}, err
	}
	limits := map[string]int{}
	for _, l := range lanes {
		if n := slots(operators[l.id], l.channel); n > 0 {
			limits[l.id] = (n + spareEnquiries) * depth
		}
	}
	enquiries, err := s.firstInLine(ctx, lanes, limits)
	if err != nil {
		return round{}, err
	}
	r := s.commit(ctx, plan(snapshot{now: now, rest: s.rest, enquiries: enquiries, operators: operators}))
	for _, l := range lanes {
		r.more = r.more || l.waiting > limits[l.id] && limits[l.id] > 0 && slots(operators[l.id], l.channel) > 0
	}
	return r, nil
}

// openLanes returns the queues in which somebody waits and that are open. One whose hours cannot be read holds nobody up but
// those who wait in it.
func (s *Service) openLanes(ctx context.Context, now time.Time) ([]*waitingLane, error) {
	waiting, err := s.waitingLanes(ctx)
	if err != nil {
		return nil, err
	}
	lanes := waiting[:0]
	for _, l := range waiting {
		open, err := l.hours.open(now)
		if err != nil {
			s.unreadable.Do(func() {
				s.logger.LogAttrs(ctx, slog.LevelError, "queue with unreadable hours is not served", slog.String("queue", l.id), slog.Any("error", err))
			})
		}
		if open && err == nil {
			lanes = append(lanes, l)
		}
	}
	return lanes, nil
}

// commitBatch is how many matches one transaction makes at most: its locks are held for as long as all of them take.
const commitBatch = 100

// commit carries out decisions in their order. Where those of a transaction cannot all be made, each is tried by itself, so that
// one that cannot be made never keeps the others from it.
func (s *Service) commit(ctx context.Context, decisions []decision) round {
	var r round
	for batch := range slices.Chunk(decisions, commitBatch) {
		made, err := s.offer(ctx, batch)
		if err != nil && len(batch) > 1 && ctx.Err() == nil {
			made, err = 0, nil
			for _, d := range batch {
				n, failure := s.offer(ctx, []decision{d})
				made, err = made+n, errors.Join(err, failure)
			}
		}
		r.made, r.failure = r.made+made, errors.Join(r.failure, err)
		if err == nil {
			r.lost += len(batch) - made
		}
	}
	return r
}
