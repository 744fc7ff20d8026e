package graph

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
)

// referenceFor is how long agencies and regions are remembered; they hardly ever change.
const referenceFor = time.Minute

// reference knows all agencies and regions. They are public.
type reference struct {
	client *ent.Client

	mu       sync.Mutex
	until    time.Time
	agencies map[string]*ent.Agency // by code and by id
	regions  map[string]*ent.Region // by code and by id
}

func newReference(client *ent.Client) *reference { return &reference{client: client} }

// agency finds one by code or id; nil for an empty key and for one that is not known.
func (r *reference) agency(ctx context.Context, key string) (*ent.Agency, error) {
	if key == "" {
		return nil, nil //nolint:nilnil // null in the contract
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.load(ctx)
	return r.agencies[key], err
}

// region finds one by code or id; nil for an empty key and for one that is not known.
func (r *reference) region(ctx context.Context, key string) (*ent.Region, error) {
	if key == "" {
		return nil, nil //nolint:nilnil // null in the contract
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.load(ctx)
	return r.regions[key], err
}

func (r *reference) load(ctx context.Context) error {
	if time.Now().Before(r.until) {
		return nil
	}
	ctx = viewer.AsSystem(context.WithoutCancel(ctx))
	agencies, err := r.client.Agency.Query().All(ctx)
	if err != nil {
		return fmt.Errorf("read agencies: %w", err)
	}
	regions, err := r.client.Region.Query().All(ctx)
	if err != nil {
		return fmt.Errorf("read regions: %w", err)
	}
	r.agencies, r.regions = make(map[string]*ent.Agency, 2*len(agencies)), make(map[string]*ent.Region, 2*len(regions))
	for _, a := range agencies {
		r.agencies[a.Code], r.agencies[a.ID] = a, a
	}
	for _, g := range regions {
		r.regions[g.Code], r.regions[g.ID] = g, g
	}
	r.until = time.Now().Add(referenceFor)
	return nil
}
