package routing

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/routing/timetable"
)

// hours is a queue's timetable as the database has it; a zone that is not valid means always open.
type hours struct {
	zone       sql.NullString
	periods    []byte
	exceptions []byte
}

// open reports whether the hours are open at the instant.
func (h hours) open(at time.Time) (bool, error) {
	if !h.zone.Valid {
		return true, nil
	}
	t, err := h.timetable()
	if err != nil {
		return false, err
	}
	return t.Open(at), nil
}

func (h hours) timetable() (timetable.Timetable, error) {
	var t timetable.Timetable
	if err := json.Unmarshal(h.periods, &t.Periods); err != nil {
		return t, fmt.Errorf("timetable periods: %w", err)
	}
	if len(h.exceptions) > 0 {
		if err := json.Unmarshal(h.exceptions, &t.Exceptions); err != nil {
			return t, fmt.Errorf("timetable exceptions: %w", err)
		}
	}
	var err error
	if t.Location, err = time.LoadLocation(h.zone.String); err != nil {
		return t, fmt.Errorf("timetable zone: %w", err)
	}
	return t, nil
}

// OpenNow reports whether the queue is open and, when it is not, when it opens next; next is zero when it does not open
// within some 13 months. A queue without hours is always open. An enquiry in a closed queue keeps its place and waits;
// nobody is offered it until the queue opens.
func (s *Service) OpenNow(ctx context.Context, queue *ent.Queue) (open bool, next time.Time, err error) {
	if queue.BusinessHoursID == "" {
		return true, time.Time{}, nil
	}
	ctx = viewer.AsSystem(ctx)
	h, err := queue.Edges.BusinessHoursOrErr()
	if ent.IsNotLoaded(err) {
		// Through the queue, and so within the transaction that it was read in: a caller that holds a connection must not wait
		// for another one.
		h, err = queue.QueryBusinessHours().Only(ctx)
	}
	if errors.Is(err, sql.ErrTxDone) {
		h, err = s.client.BusinessHours.Get(ctx, queue.BusinessHoursID)
	}
	if err != nil {
		return false, time.Time{}, fmt.Errorf("hours of queue %s: %w", queue.ID, err)
	}
	location, err := time.LoadLocation(h.TimeZone)
	if err != nil {
		return false, time.Time{}, fmt.Errorf("hours %s: %w", h.ID, err)
	}
	t := timetable.Timetable{Location: location, Periods: h.Periods, Exceptions: h.Exceptions}
	now := s.clock()
	if t.Open(now) {
		return true, time.Time{}, nil
	}
	if opening, ok := t.NextOpening(now); ok {
		return false, opening, nil
	}
	return false, time.Time{}, nil
}
