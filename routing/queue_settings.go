package routing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"ekc/ent"
	"ekc/ent/businesshours"
	"ekc/ent/queue"
	"ekc/ent/skill"
	"ekc/internal/fail"
)

const (
	maxName           = 200
	maxRequiredSkills = 20
	// maxRequiredCourses is how many courses a queue may ask for.
	maxRequiredCourses = 20
)

// queuesLock lets one transaction at a time change how queues overflow into each other; "EKCQ".
const queuesLock = 0x454b4351

// lockQueues keeps two changes, each fine by itself, from closing a circle of overflow together.
func lockQueues(ctx context.Context, q querier) error {
	if _, err := q.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, queuesLock); err != nil {
		return fmt.Errorf("lock queues: %w", err)
	}
	return nil
}

// validate checks what needs no database.
func (set QueueSettings) validate() error {
	for _, n := range []struct {
		field    string
		value    *int
		min, max int
	}{
		{"priority", set.Priority, -100, 100},
		{"offerSeconds", set.OfferSeconds, 3, 300},
		{"wrapUpSeconds", set.WrapUpSeconds, 0, 3600},
		{"serviceLevelSeconds", set.ServiceLevelSeconds, 1, 3600},
		{"relaxSeconds", set.RelaxSeconds, 0, 3600},
		{"overflowSeconds", set.OverflowSeconds, 0, 86400},
	} {
		if n.value != nil && (*n.value < n.min || *n.value > n.max) {
			return fail.Field("settings."+n.field, fail.Invalid, "must be from %d to %d", n.min, n.max)
		}
	}
	if len(set.RequiredSkillIDs) > maxRequiredSkills {
		return fail.Field("settings.requiredSkillIds", fail.Invalid, "at most %d", maxRequiredSkills)
	}
	if len(set.RequiredCourseIDs) > maxRequiredCourses {
		return fail.Field("settings.requiredCourseIds", fail.Invalid, "at most %d", maxRequiredCourses)
	}
	if set.Name != nil {
		return checkName("settings.name", *set.Name)
	}
	return nil
}

func checkName(field, name string) error {
	if n := utf8.RuneCountInString(name); strings.TrimSpace(name) == "" || n > maxName || !utf8.ValidString(name) ||
		strings.ContainsRune(name, 0) {
		return fail.Field(field, fail.Invalid, "must be 1 to %d characters", maxName)
	}
	return nil
}

// applySettings writes validated settings to a locked queue, under lockQueues.
func (s *Service) applySettings(ctx context.Context, tx *ent.Tx, q *ent.Queue, set QueueSettings) (*ent.Queue, error) {
	update := tx.Queue.UpdateOne(q).SetNillableName(set.Name).SetNillableActive(set.Active).SetNillablePriority(set.Priority).
		SetNillableOfferSeconds(set.OfferSeconds).SetNillableWrapUpSeconds(set.WrapUpSeconds).
		SetNillableServiceLevelSeconds(set.ServiceLevelSeconds).SetNillableRelaxSeconds(set.RelaxSeconds).
		SetNillableOverflowSeconds(set.OverflowSeconds)
	if err := setOverflow(ctx, tx, update, q, set.OverflowQueueID); err != nil {
		return nil, err
	}
	if err := setHours(ctx, tx, update, set.BusinessHoursID); err != nil {
		return nil, err
	}
	if set.RequiredSkillIDs != nil {
		ids := slices.Compact(slices.Sorted(slices.Values(set.RequiredSkillIDs)))
		known, err := tx.Skill.Query().Where(skill.IDIn(ids...)).Count(ctx)
		if err != nil {
			return nil, fmt.Errorf("read skills: %w", err)
		}
		if known != len(ids) {
			return nil, fail.Field("settings.requiredSkillIds", fail.NotFound, "no such skill")
		}
		update.ClearRequiredSkills().AddRequiredSkillIDs(ids...)
	}
	if err := setCourses(ctx, tx, update, set.RequiredCourseIDs); err != nil {
		return nil, err
	}
	q, err := update.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("write queue: %w", err)
	}
	return q, s.log.Append(ctx, tx, queueEvents(q.ID)...)
}

// setOverflow puts the overflow queue into the update: of the same channel, and never in a circle.
func setOverflow(ctx context.Context, tx *ent.Tx, update *ent.QueueUpdateOne, q *ent.Queue, targetID *string) error {
	if targetID == nil {
		return nil
	}
	if *targetID == "" {
		update.ClearOverflowQueueID()
		return nil
	}
	const field = "settings.overflowQueueId"
	target, err := tx.Queue.Query().Where(queue.ID(*targetID)).Only(ctx)
	if ent.IsNotFound(err) {
		return fail.Field(field, fail.NotFound, "no such queue")
	}
	if err != nil {
		return fmt.Errorf("read overflow queue: %w", err)
	}
	if target.Channel != q.Channel {
		return fail.Field(field, fail.Invalid, "the overflow queue must be of the same channel")
	}
	circle, err := found(ctx, tx, "follow overflow", `
		WITH RECURSIVE chain(id) AS (
			SELECT $1::text
			UNION
			SELECT q.overflow_queue_id FROM chain JOIN queues q ON q.id = chain.id WHERE q.overflow_queue_id IS NOT NULL
		) SELECT 1 FROM chain WHERE id = $2`, target.ID, q.ID)
	if err != nil {
		return err
	}
	if circle {
		return fail.Field(field, fail.Invalid, "the queue would overflow into itself")
	}
	update.SetOverflowQueueID(target.ID)
	return nil
}

func setHours(ctx context.Context, tx *ent.Tx, update *ent.QueueUpdateOne, hoursID *string) error {
	if hoursID == nil {
		return nil
	}
	if *hoursID == "" {
		update.ClearBusinessHoursID()
		return nil
	}
	known, err := tx.BusinessHours.Query().Where(businesshours.ID(*hoursID)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("read business hours: %w", err)
	}
	if !known {
		return fail.Field("settings.businessHoursId", fail.NotFound, "no such timetable")
	}
	update.SetBusinessHoursID(*hoursID)
	return nil
}
