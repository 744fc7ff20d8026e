package supervision

import (
	"fmt"
	"sync"

	"ekc/ent"
)

// mostVersions is how many versions of forms a node keeps in memory.
const mostVersions = 1000

// versions keeps versions of forms, which never change, by their ids and their places in the form.
type versions struct {
	mu    sync.Mutex
	known map[string]*ent.EvaluationFormVersion
}

func (k *versions) get(key string, read func() (*ent.EvaluationFormVersion, error)) (*ent.EvaluationFormVersion, error) {
	k.mu.Lock()
	v := k.known[key]
	k.mu.Unlock()
	if v != nil {
		return v, nil
	}
	v, err := read()
	if err != nil {
		return nil, fmt.Errorf("read version of form: %w", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= mostVersions {
		k.known = map[string]*ent.EvaluationFormVersion{}
	}
	k.known[key] = v
	return v, nil
}
