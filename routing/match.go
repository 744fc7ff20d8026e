package routing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"ekc/ent"
	"ekc/internal/fail"
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

// pass plans once and commits the plan, one transaction a match.
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

// commit carries out decisions in their order, some side by side.
func (s *Service) commit(ctx context.Context, decisions []decision) round {
	var r round
	var mu sync.Mutex
	var workers sync.WaitGroup
	work := make(chan decision)
	for range min(s.workers, len(decisions)) {
		workers.Go(func() {
			for d := range work {
				err := s.offer(ctx, d)
				mu.Lock()
				switch {
				case err == nil:
					r.made++
				case errors.Is(err, errLost):
					r.lost++
				default:
					r.failure = errors.Join(r.failure, err)
				}
				mu.Unlock()
			}
		})
	}
	for _, d := range decisions {
		work <- d
	}
	close(work)
	workers.Wait()
	return r
}

// offer makes one offer, or fails with errLost when the enquiry or the operator's place has gone.
func (s *Service) offer(ctx context.Context, d decision) error {
	now := s.clock()
	wait := max(0, now.Sub(d.enquiry.queuedAt))
	err := s.log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		full, err := s.reserve(ctx, tx, d)
		if err != nil {
			return err
		}
		offer, err := tx.Offer.Create().SetInteractionID(d.enquiry.id).SetQueueID(d.enquiry.lane.id).SetAccountID(d.operator.id).
			SetCreatedAt(now).SetExpiresAt(now.Add(d.enquiry.lane.offerFor)).Save(ctx)
		if err != nil {
			return fmt.Errorf("create offer: %w", err)
		}
		if err := s.life.Offered(ctx, tx, d.enquiry.id, offer); err != nil {
			if fail.CodeOf(err) == fail.Conflict {
				return errLost
			}
			return fmt.Errorf("offer interaction: %w", err)
		}
		err = tx.RoutingTrace.Create().SetInteractionID(d.enquiry.id).SetQueueID(d.enquiry.lane.id).SetAccountID(d.operator.id).
			SetCreatedAt(now).SetRule(d.rule).SetWaitedMs(int(wait.Milliseconds())).SetCandidates(d.candidates).Exec(ctx)
		if err != nil {
			return fmt.Errorf("trace offer: %w", err)
		}
		return s.appendDesk(ctx, tx, deskChange{offer: offer, channel: d.enquiry.lane.channel, roomChanged: full})
	})
	if err == nil {
		s.observe.Matched(string(d.enquiry.lane.channel), wait)
	}
	return err
}

// reserve locks the enquiry and the operator's presence, without waiting for anybody, and looks again at both. It reports
// whether the offer takes the operator's last place.
func (s *Service) reserve(ctx context.Context, tx *ent.Tx, d decision) (full bool, err error) {
	locked, err := found(ctx, tx, "lock match", `
		WITH i AS (SELECT 1 FROM interactions WHERE id = $1 AND queue_id = $2 AND state = 'QUEUED' FOR NO KEY UPDATE SKIP LOCKED),
		     p AS (SELECT 1 FROM presences WHERE account_id = $3 AND state = 'AVAILABLE' FOR NO KEY UPDATE SKIP LOCKED)
		SELECT 1 FROM i, p`, d.enquiry.id, d.enquiry.lane.id, d.operator.id)
	if err != nil {
		return false, err
	}
	if !locked {
		return false, errLost
	}
	// A statement of its own: only one that begins after the lock sees what the last holder of the lock did.
	member, load, capacity, err := deskOf(ctx, tx, d.operator.id, d.enquiry.lane.id)
	if err != nil {
		return false, err
	}
	room := load.Room(d.enquiry.lane.channel, capacity)
	if !member || room == 0 {
		return false, errLost
	}
	return room == 1, nil
}
