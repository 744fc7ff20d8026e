package quality

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/internal/fail"
	"ekc/knowledge/improve"
)

// maxDeadDays bounds how far back it is looked for a telling, in days.
const maxDeadDays = 366

// selectEverTold are the records that Yana told, or an operator sent, since $2; interactions from $1 on are looked at.
const selectEverTold = `
	SELECT COALESCE(array_agg(record_id), '{}') FROM (
		SELECT record_id FROM assistant_turns WHERE interaction_id >= $1 AND record_id <> ''
		UNION SELECT record_id FROM suggestion_verdicts WHERE accepted AND created_at >= $2) t`

// Dead lists records of the viewer's segments that are published for so many days at least and were told to nobody in these days, the
// longest published first.
func (s *Service) Dead(ctx context.Context, days, first int) (improve.UntoldPage, error) {
	if days < 1 || days > maxDeadDays {
		return improve.UntoldPage{}, fail.Field("days", fail.Invalid, "must be 1 to %d", maxDeadDays)
	}
	bounded, within, err := s.reach(ctx, access.ReadQuality)
	if err != nil {
		return improve.UntoldPage{}, err
	}
	since := s.now().Add(-time.Duration(days) * 24 * time.Hour)
	low, _ := Period{From: since, To: since}.ids()
	rows, err := s.o.Client.QueryContext(viewer.AsSystem(ctx), selectEverTold, low, since)
	if err != nil {
		return improve.UntoldPage{}, fmt.Errorf("look for tellings: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var told []string
	for rows.Next() {
		if err := rows.Scan(pq.Array(&told)); err != nil {
			return improve.UntoldPage{}, fmt.Errorf("look for tellings: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return improve.UntoldPage{}, fmt.Errorf("look for tellings: %w", err)
	}
	return s.o.Base.Untold(ctx, improve.UntoldQuery{Told: told, PublishedBefore: since, Bounded: bounded, Within: within, First: first})
}
