package knowledge

import (
	"context"
	"fmt"
)

// startJob opens the job of a file and tells after which line to go on: 0, unless an earlier run of the same file was cut off.
func (b *Base) startJob(ctx context.Context, digest, name string) (int, error) {
	var line int
	err := b.db.QueryRowContext(ctx, `
		INSERT INTO import_jobs AS j (id, name, committed_line, finished, started_at, updated_at)
		VALUES ($1, $2, 0, false, $3, $3)
		ON CONFLICT (id) DO UPDATE SET
			committed_line = CASE WHEN j.finished THEN 0 ELSE j.committed_line END,
			finished = false, name = EXCLUDED.name, updated_at = EXCLUDED.updated_at
		RETURNING committed_line`, digest, name, b.clock()).Scan(&line)
	if err != nil {
		return 0, fmt.Errorf("open import job: %w", err)
	}
	return line, nil
}

func (b *Base) finishJob(ctx context.Context, digest string, line int) error {
	_, err := b.db.ExecContext(ctx,
		`UPDATE import_jobs SET finished = true, committed_line = $2, updated_at = $3 WHERE id = $1`, digest, line, b.clock())
	if err != nil {
		return fmt.Errorf("finish import job: %w", err)
	}
	return nil
}
