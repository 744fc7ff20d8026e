package voice

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/businesshours"
	"ekc/ent/region"
	"ekc/internal/fail"
	"ekc/routing/timetable"
	"ekc/telephony"
)

// Open is part of telephony.Centre. A calendar is a timetable by its name.
func (s *Service) Open(ctx context.Context, calendar string, w telephony.Wish) (telephony.Hours, error) {
	var h telephony.Hours
	if calendar != "" {
		return s.openAt(ctx, calendar, w, s.now())
	}
	ask := func(ctx context.Context, tx *ent.Tx, r *round) (err error) {
		h, err = s.queueHours(ctx, tx, r, w, s.now())
		return err
	}
	err := s.together(ctx, step{do: ask, apart: func(ctx context.Context) error {
		return s.read(ctx, func(ctx context.Context, tx *ent.Tx) error { return ask(ctx, tx, nil) })
	}})
	return h, err
}

// openAt is Open at another moment.
func (s *Service) openAt(ctx context.Context, calendar string, w telephony.Wish, now time.Time) (h telephony.Hours, err error) {
	err = s.read(ctx, func(ctx context.Context, tx *ent.Tx) (err error) {
		if calendar == "" {
			h, err = s.queueHours(ctx, tx, nil, w, now)
		} else {
			h, err = s.openBy(ctx, tx, calendar, w, now)
		}
		return err
	})
	return h, err
}

// queueHours is whether the queue that an enquiry would go to is open.
func (s *Service) queueHours(ctx context.Context, tx *ent.Tx, r *round, w telephony.Wish, now time.Time) (telephony.Hours, error) {
	zone, err := s.zoneOf(ctx, tx, w.RegionCode, nil)
	if err != nil {
		return telephony.Hours{}, err
	}
	q, err := s.queueOnce(ctx, tx, r, wanted{wish: w})
	if err != nil {
		return telephony.Hours{}, err
	}
	return s.hoursOf(ctx, q, zone, now)
}

// openBy is whether a timetable says that callers are welcome at a moment.
func (s *Service) openBy(ctx context.Context, tx *ent.Tx, calendar string, w telephony.Wish, now time.Time) (telephony.Hours, error) {
	zone, err := s.zoneOf(ctx, tx, w.RegionCode, nil)
	if err != nil {
		return telephony.Hours{}, err
	}
	table, err := tx.BusinessHours.Query().Where(businesshours.Name(calendar)).Only(ctx)
	if ent.IsNotFound(err) {
		return telephony.Hours{}, fail.Field("calendar", fail.NotFound, "no such timetable")
	}
	if err != nil {
		return telephony.Hours{}, fmt.Errorf("read timetable: %w", err)
	}
	return hoursBy(table, zone, now)
}

// read runs work, which changes nothing, in a transaction.
func (s *Service) read(ctx context.Context, work func(ctx context.Context, tx *ent.Tx) error) error {
	ctx = viewer.AsSystem(ctx)
	tx, err := s.o.Client.Tx(ctx)
	if err != nil {
		return away(err)
	}
	return away(errors.Join(work(ctx, tx), tx.Rollback()))
}

// hoursOf is whether a queue is open at a moment.
func (s *Service) hoursOf(ctx context.Context, q *ent.Queue, zone *time.Location, now time.Time) (telephony.Hours, error) {
	if q.BusinessHoursID == "" {
		return telephony.Hours{Open: true, Now: now.In(zone)}, nil
	}
	table, err := q.Edges.BusinessHoursOrErr()
	if ent.IsNotLoaded(err) {
		table, err = q.QueryBusinessHours().Only(ctx)
	}
	if err != nil {
		return telephony.Hours{}, fmt.Errorf("hours of queue: %w", err)
	}
	return hoursBy(table, zone, now)
}

func hoursBy(table *ent.BusinessHours, zone *time.Location, now time.Time) (telephony.Hours, error) {
	own, err := time.LoadLocation(table.TimeZone)
	if err != nil {
		return telephony.Hours{}, fmt.Errorf("timetable %s: %w", table.ID, err)
	}
	t := timetable.Timetable{Location: own, Periods: table.Periods, Exceptions: table.Exceptions}
	h := telephony.Hours{Open: t.Open(now), Now: now.In(zone)}
	if h.Open {
		return h, nil
	}
	today := now.In(own).Format(time.DateOnly)
	for _, e := range table.Exceptions {
		h.Holiday = h.Holiday || e.Date == today
	}
	if next, ok := t.NextOpening(now); ok {
		h.Next = next.In(zone)
	}
	return h, nil
}

// zoneOf is the citizen's civil time: of the region that is named, or that the enquiry has; Moscow's when none is known.
func (s *Service) zoneOf(ctx context.Context, tx *ent.Tx, code string, i *ent.Interaction) (*time.Location, error) {
	q, key := tx.Region.Query(), ""
	switch {
	case code != "":
		key = code
		q.Where(region.Code(code))
	case i != nil && i.RegionID != "":
		key = i.RegionID
		q.Where(region.ID(i.RegionID))
	}
	if zone := s.knownZone(key); zone != nil {
		return zone, nil
	}
	name := moscow
	if key != "" {
		r, err := q.Only(viewer.AsSystem(ctx))
		if err != nil && !ent.IsNotFound(err) {
			return nil, fmt.Errorf("read region: %w", err)
		}
		if err == nil {
			name = r.TimeZone
		}
	}
	zone := location(name)
	s.zones.Store(key, zone)
	return zone, nil
}

// knownZone is the zone of a region's code or id, of none for the empty one, when it was looked for since trunks and numbers were read.
func (s *Service) knownZone(key string) *time.Location {
	known, _ := s.zones.Load(key)
	zone, _ := known.(*time.Location)
	return zone
}

func valid(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}
