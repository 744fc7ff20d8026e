package routing

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"ekc/ent"
	"ekc/ent/course"
	"ekc/internal/fail"
)

// RejectedNotAdmitted says that a course that the queue asks for is not passed, or the admission has ended, and there is no exception.
const RejectedNotAdmitted = "not_admitted"

// inForce is the condition that an admission m holds at the instant $2.
const inForce = `m.revoked_at IS NULL AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)`

// setCourses puts the courses that a queue asks for into the update.
func setCourses(ctx context.Context, tx *ent.Tx, update *ent.QueueUpdateOne, ids []string) error {
	if ids == nil {
		return nil
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	known, err := tx.Course.Query().Where(course.IDIn(ids...)).Count(ctx)
	if err != nil {
		return fmt.Errorf("read courses: %w", err)
	}
	if known != len(ids) {
		return fail.Field("settings.requiredCourseIds", fail.NotFound, "no such course")
	}
	update.ClearRequiredCourses().AddRequiredCourseIDs(ids...)
	return nil
}

// coursesOf are the courses that any of the lanes asks for; mostly none.
func coursesOf(lanes []*waitingLane) []string {
	var all []string
	for _, l := range lanes {
		all = append(all, l.courses...)
	}
	return all
}

// admit reads by which of the courses the operators are admitted at the instant.
func (s *Service) admit(ctx context.Context, operators map[string]*operator, courses []string, now time.Time) error {
	if len(courses) == 0 || len(operators) == 0 {
		return nil
	}
	return each(ctx, s.client, "admissions", func(rows *sql.Rows) error {
		var account, course string
		if err := rows.Scan(&account, &course); err != nil {
			return err
		}
		o := operators[account]
		if o.admissions == nil {
			o.admissions = map[string]bool{}
		}
		o.admissions[course] = true
		return nil
	}, `SELECT m.account_id, m.course_id FROM admissions m
		WHERE m.account_id = ANY((SELECT $1::text[])::text[]) AND m.course_id = ANY((SELECT $3::text[])::text[]) AND `+inForce,
		pq.Array(keys(operators)), now, pq.Array(courses))
}

// admitted reports whether the operator is admitted by all of the courses.
func (o *operator) admitted(courses []string) bool {
	for _, c := range courses {
		if !o.admissions[c] {
			return false
		}
	}
	return true
}

// lacking are those of the queues that the account is not admitted to at the instant.
func lacking(ctx context.Context, tx *ent.Tx, accountID string, now time.Time) ([]string, error) {
	return column(ctx, tx, "queues without admission", `
		SELECT DISTINCT q.queue_id FROM queue_required_courses q
		WHERE NOT EXISTS (SELECT FROM admissions m WHERE m.account_id = $1 AND m.course_id = q.course_id AND `+inForce+`)`, accountID, now)
}
