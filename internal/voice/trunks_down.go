package voice

import (
	"context"
	"fmt"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/trunk"
)

// TrunksDown names the lines to carriers that no node can reach now, by name. Lines that nobody watches are not among them.
func (s *Service) TrunksDown(ctx context.Context) ([]string, error) {
	system := viewer.AsSystem(ctx)
	trunks, err := s.o.Client.Trunk.Query().Where(trunk.Active(true)).Order(ent.Asc(trunk.FieldName)).All(system)
	if err != nil {
		return nil, fmt.Errorf("read trunks: %w", err)
	}
	down := []string{}
	for _, t := range trunks {
		states, err := s.TrunkStates(system, t.ID)
		if err != nil {
			return nil, err
		}
		up := len(states) == 0
		for _, state := range states {
			up = up || state.Up
		}
		if !up {
			down = append(down, t.Name)
		}
	}
	return down, nil
}
