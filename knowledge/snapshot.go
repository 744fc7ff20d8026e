package knowledge

import (
	"sync"

	"ekc/knowledge/lexical"
)

// entry is a published record in memory: what a hit shows of it.
type entry struct {
	hit       Hit
	variantOf string
	phrasings []string
}

// snapshot is the base in memory: the index and what the hits are made of. It changes record by record; only when too
// much of the index is dead is it replaced by a new one.
type snapshot struct {
	index    *lexical.Index
	mu       sync.RWMutex
	revision int64
	entries  map[string]*entry   // by record id; an entry is never changed, only replaced
	variants map[string][]string // federal record → regional records that override it
}

func newSnapshot() *snapshot {
	return &snapshot{
		index: lexical.New(), entries: make(map[string]*entry), variants: make(map[string][]string),
	}
}

// apply brings in records that have changed: those with an entry are published, the others are gone.
func (s *snapshot) apply(published []*entry, gone []string) {
	docs := make([]lexical.Doc, len(published))
	for i, e := range published {
		docs[i] = docOf(e)
	}
	s.mu.Lock()
	for _, e := range published {
		s.unlink(e.hit.RecordID)
		s.entries[e.hit.RecordID] = e
		if e.variantOf != "" {
			s.variants[e.variantOf] = append(s.variants[e.variantOf], e.hit.RecordID)
		}
	}
	for _, id := range gone {
		s.unlink(id)
	}
	s.mu.Unlock()
	s.index.Remove(gone...)
	s.index.Put(docs...)
}

func (s *snapshot) unlink(id string) {
	old, ok := s.entries[id]
	if !ok {
		return
	}
	delete(s.entries, id)
	if old.variantOf == "" {
		return
	}
	kept := make([]string, 0, len(s.variants[old.variantOf]))
	for _, v := range s.variants[old.variantOf] {
		if v != id {
			kept = append(kept, v)
		}
	}
	s.variants[old.variantOf] = kept
}

func (s *snapshot) entry(id string) (*entry, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[id]
	return e, ok
}

// rebuilt is a copy without the dead records.
func (s *snapshot) rebuilt() *snapshot {
	fresh := newSnapshot()
	s.mu.RLock()
	all := make([]*entry, 0, len(s.entries))
	for _, e := range s.entries {
		all = append(all, e)
	}
	fresh.revision = s.revision
	s.mu.RUnlock()
	fresh.apply(all, nil)
	fresh.index.Inherit(s.index)
	return fresh
}
