package quality

import (
	"context"
	"fmt"
	"time"
)

// holds reports whether this node has a duty, which one node at a time does for all, from now on for so long. Whoever has it keeps it
// by asking again in time; when its node dies another one gets it.
func (s *Service) holds(system context.Context, duty string, lasting time.Duration) (bool, error) {
	done, err := s.o.Client.ExecContext(system, `
		INSERT INTO duties (id, holder, held_until) VALUES ($1, $2, now() + $3 * interval '1 millisecond')
		ON CONFLICT (id) DO UPDATE SET holder = EXCLUDED.holder, held_until = EXCLUDED.held_until
		WHERE duties.holder = EXCLUDED.holder OR duties.held_until < now()`, duty, s.node, lasting.Milliseconds())
	if err != nil {
		return false, fmt.Errorf("take the duty of %s: %w", duty, err)
	}
	rows, err := done.RowsAffected()
	return rows == 1, err
}
