package onboarding

import (
	"context"
	"fmt"
)

// holds reports whether this node checks all sites now; it keeps the duty by asking again in time, and when it dies another one gets it.
func (s *Service) holds(system context.Context) (bool, error) {
	done, err := s.o.Client.ExecContext(system, `
		INSERT INTO duties (id, holder, held_until) VALUES ($1, $2, now() + $3 * interval '1 millisecond')
		ON CONFLICT (id) DO UPDATE SET holder = EXCLUDED.holder, held_until = EXCLUDED.held_until
		WHERE duties.holder = EXCLUDED.holder OR duties.held_until < now()`, duty, s.node, 3*s.o.Every.Milliseconds())
	if err != nil {
		return false, fmt.Errorf("take the duty of %s: %w", duty, err)
	}
	rows, err := done.RowsAffected()
	return rows == 1, err
}
