package signaling

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// MemoryBindings keep registrations in memory: for tests, and for a single node whose phones register again after a restart.
type MemoryBindings struct {
	mu  sync.Mutex
	all map[string][]Binding
}

// NewMemoryBindings makes an empty one.
func NewMemoryBindings() *MemoryBindings { return &MemoryBindings{all: map[string][]Binding{}} }

// List implements Bindings.
func (m *MemoryBindings) List(_ context.Context, account string, at time.Time) ([]Binding, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := slices.DeleteFunc(slices.Clone(m.all[account]), func(b Binding) bool { return !b.Expires.After(at) })
	slices.SortStableFunc(kept, func(x, y Binding) int {
		return cmp.Or(cmp.Compare(y.Q, x.Q), y.Updated.Compare(x.Updated))
	})
	return kept, nil
}

// Save implements Bindings.
func (m *MemoryBindings) Save(_ context.Context, b Binding) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	b.Path = slices.Clone(b.Path)
	kept := slices.DeleteFunc(slices.Clone(m.all[b.Account]), func(old Binding) bool {
		return old.Contact == b.Contact || (b.Instance != "" && old.Instance == b.Instance) || !old.Expires.After(b.Updated)
	})
	m.all[b.Account] = append(kept, b)
	return nil
}

// Delete implements Bindings.
func (m *MemoryBindings) Delete(_ context.Context, account, contact string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if contact == "*" {
		delete(m.all, account)
		return nil
	}
	kept := slices.DeleteFunc(slices.Clone(m.all[account]), func(b Binding) bool { return b.Contact == contact })
	if len(kept) == 0 {
		delete(m.all, account)
		return nil
	}
	m.all[account] = kept
	return nil
}
