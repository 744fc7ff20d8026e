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
	err := s.read(ctx, func(ctx context.Context, tx *ent.Tx) error {
		zone, err := s.zoneOf(ctx, tx, w.RegionCode, nil)
		if err != nil {
			return err
		}
		if calendar != "" {
			table, err := tx.BusinessHours.Query().Where(businesshours.Name(calendar)).Only(ctx)
			if ent.IsNotFound(err) {
				return fail.Field("calendar", fail.NotFound, "no such timetable")
			}
			if err != nil {
				return fmt.Errorf("read timetable: %w", err)
			}
			h, err = s.hoursBy(table, zone)
			return err
		}
		q, err := s.queueFor(ctx, tx, w, "", "")
		if err != nil {
			return err
		}
		h, err = s.hoursOf(ctx, q, zone)
		return err
	})
	return h, err
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

// hoursOf is whether a queue is open.
func (s *Service) hoursOf(ctx context.Context, q *ent.Queue, zone *time.Location) (telephony.Hours, error) {
	if q.BusinessHoursID == "" {
		return telephony.Hours{Open: true, Now: s.now().In(zone)}, nil
	}
	table, err := q.Edges.BusinessHoursOrErr()
	if ent.IsNotLoaded(err) {
		table, err = q.QueryBusinessHours().Only(ctx)
	}
	if err != nil {
		return telephony.Hours{}, fmt.Errorf("hours of queue: %w", err)
	}
	return s.hoursBy(table, zone)
}

func (s *Service) hoursBy(table *ent.BusinessHours, zone *time.Location) (telephony.Hours, error) {
	own, err := time.LoadLocation(table.TimeZone)
	if err != nil {
		return telephony.Hours{}, fmt.Errorf("timetable %s: %w", table.ID, err)
	}
	t := timetable.Timetable{Location: own, Periods: table.Periods, Exceptions: table.Exceptions}
	now := s.now()
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
	q := tx.Region.Query()
	switch {
	case code != "":
		q.Where(region.Code(code))
	case i != nil && i.RegionID != "":
		q.Where(region.ID(i.RegionID))
	default:
		return location(moscow), nil
	}
	r, err := q.Only(viewer.AsSystem(ctx))
	if ent.IsNotFound(err) {
		return location(moscow), nil
	}
	if err != nil {
		return nil, fmt.Errorf("read region: %w", err)
	}
	return location(r.TimeZone), nil
}

func valid(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}
