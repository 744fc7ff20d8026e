package routing

import (
	"context"
	"fmt"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/businesshours"
	"ekc/ent/queue"
	"ekc/internal/fail"
	"ekc/routing/timetable"
)

const (
	maxPeriods    = 50
	maxExceptions = 400
)

// SetBusinessHours creates the timetable of the name, or replaces it; the queues that keep it open and close by it at
// once. For administrators.
func (s *Service) SetBusinessHours(ctx context.Context, name, timeZone string, periods []timetable.Period,
	exceptions []timetable.Exception,
) (*ent.BusinessHours, error) {
	if err := access.Check(ctx, access.SetBusinessHours, access.Anywhere); err != nil {
		return nil, err
	}
	if err := validateHours(name, timeZone, periods, exceptions); err != nil {
		return nil, err
	}
	if periods == nil {
		periods = []timetable.Period{}
	}
	var h *ent.BusinessHours
	err := s.log.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		if err := lockQueues(ctx, tx); err != nil {
			return err
		}
		old, err := tx.BusinessHours.Query().Where(businesshours.Name(name)).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			h, err = tx.BusinessHours.Create().SetName(name).SetTimeZone(timeZone).SetPeriods(periods).SetExceptions(exceptions).Save(ctx)
		case err == nil:
			h, err = tx.BusinessHours.UpdateOne(old).SetTimeZone(timeZone).SetPeriods(periods).SetExceptions(exceptions).Save(ctx)
		}
		if err != nil {
			return fmt.Errorf("write business hours: %w", err)
		}
		queues, err := tx.Queue.Query().Where(queue.BusinessHoursID(h.ID)).IDs(ctx)
		if err != nil {
			return fmt.Errorf("read queues of hours: %w", err)
		}
		if err := access.Audit(ctx, tx, "business_hours.set", h.ID, nil); err != nil {
			return err
		}
		if len(queues) == 0 {
			return nil
		}
		return s.log.Append(ctx, tx, queueEvents(queues...)...)
	})
	if err != nil {
		return nil, err
	}
	s.Wake()
	return h.Unwrap(), nil
}

func validateHours(name, timeZone string, periods []timetable.Period, exceptions []timetable.Exception) error {
	if err := checkName("name", name); err != nil {
		return err
	}
	// "Local" and "" would mean whatever the server's machine is set to.
	if _, err := time.LoadLocation(timeZone); err != nil || timeZone == "" || timeZone == "Local" {
		return fail.Field("timeZone", fail.Invalid, "not an IANA time zone")
	}
	if len(periods) > maxPeriods {
		return fail.Field("periods", fail.Invalid, "at most %d", maxPeriods)
	}
	if len(exceptions) > maxExceptions {
		return fail.Field("exceptions", fail.Invalid, "at most %d", maxExceptions)
	}
	if err := timetable.Validate(periods, nil); err != nil {
		return fail.Field("periods", fail.Invalid, "%s", err)
	}
	seen := make(map[string]bool, len(exceptions))
	for i, e := range exceptions {
		field := fmt.Sprintf("exceptions.%d", i)
		if err := timetable.Validate(nil, exceptions[i:i+1]); err != nil {
			return fail.Field(field, fail.Invalid, "%s", err)
		}
		if len(e.Periods) > maxPeriods {
			return fail.Field(field+".periods", fail.Invalid, "at most %d", maxPeriods)
		}
		if seen[e.Date] {
			return fail.Field(field+".date", fail.Invalid, "the date is there twice")
		}
		seen[e.Date] = true
	}
	return nil
}
