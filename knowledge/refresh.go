package knowledge

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/knowledge/lexical"
)

const (
	// applyBatch is how many records enter the index at once: searches wait meanwhile, so it is kept short.
	applyBatch = 200
	// rebuildAt is the share of dead records at which the index is made anew.
	rebuildAt = 0.4
	// minGarbage keeps a small base from being rebuilt at every change.
	minGarbage = 1000
)

// listen opens the one connection on which changes are announced.
func (b *Base) listen(ctx context.Context, url string) (<-chan *pq.Notification, error) {
	l := pq.NewListener(url, 100*time.Millisecond, 5*time.Second, func(event pq.ListenerEventType, err error) {
		if err != nil {
			b.log.Warn("knowledge: listener", "event", int(event), "error", err)
		}
	})
	if err := l.Listen(Channel); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("listen for changes of the base: %w", err)
	}
	b.wait.Go(func() {
		<-ctx.Done()
		_ = l.Close()
	})
	return l.Notify, nil
}

// follow refreshes the index on each announcement, and now and then without one: announcements are lost with a connection.
func (b *Base) follow(ctx context.Context, changes <-chan *pq.Notification) {
	tick := time.NewTicker(b.poll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-changes:
			if !open {
				changes = nil
			}
		case <-tick.C:
		}
		select {
		case b.switched <- struct{}{}: // the change may be that of the vectors
		default:
		}
		if err := b.refresh(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("knowledge: cannot follow the base", "error", err)
		}
	}
}

// refresh brings the index to the newest revision of the base.
func (b *Base) refresh(ctx context.Context) error {
	b.refreshMu.Lock()
	defer b.refreshMu.Unlock()
	s := b.state.Load()
	for {
		var revision int64
		if err := b.db.QueryRowContext(ctx, `SELECT revision FROM base_states WHERE id = 1`).Scan(&revision); err != nil {
			return fmt.Errorf("read the base's revision: %w", err)
		}
		b.lastSeen.Store(time.Now().UnixMilli())
		if revision == s.revision {
			break
		}
		if err := b.load(ctx, s, revision); err != nil {
			return fmt.Errorf("read changed records: %w", err)
		}
	}
	if g := s.index.Garbage(); g > rebuildAt && g*float64(s.index.Len()) > minGarbage*(1-g) {
		b.state.Store(s.rebuilt())
	} else if s.index.Stale() {
		b.learn(s.index)
	}
	return nil
}

// learnedAtOnce is the number of records up to which learning words takes no time that anybody would notice.
const learnedAtOnce = 2000

// learn lets the index learn its words: at once the first time, before anybody is answered, and then beside what goes on, for a
// publication must not wait for it.
func (b *Base) learn(index *lexical.Index) {
	if !index.Learned() || index.Len() <= learnedAtOnce {
		index.Learn()
		return
	}
	if b.learning.CompareAndSwap(false, true) {
		go func() { // it touches memory only, and may outlive Close
			defer b.learning.Store(false)
			index.Learn()
		}()
	}
}

const selectChanged = `
	SELECT r.id, r.agency, r.region, r.variant_of, v.id IS NOT NULL,
	       COALESCE(v.id, ''), COALESCE(v.number, 0), COALESCE(v.question, ''), COALESCE(v.answer, ''), COALESCE(v.short, ''),
	       COALESCE(t.name, ''), COALESCE(v.legal_basis, '[]'), COALESCE(v.links, '[]'), COALESCE(v.files, '[]'), COALESCE(v.valid_from::text, ''), COALESCE(v.valid_to::text, ''),
	       COALESCE(v.intent, false), COALESCE(v.personal, false), v.published_at,
	       ARRAY(SELECT p.text FROM phrasings p WHERE p.version_id = v.id ORDER BY p.position)
	FROM records r
	LEFT JOIN record_versions v ON v.record_id = r.id AND v.status = 'published'
	LEFT JOIN topics t ON t.id = v.topic_id
	WHERE r.revision > $1 AND r.revision <= $2
	ORDER BY r.revision, r.id`

// load applies the records changed after the snapshot's revision, up to the given one. Revisions are committed in their
// order, so nothing at or below a visible revision can still appear.
func (b *Base) load(ctx context.Context, s *snapshot, revision int64) error {
	rows, err := b.db.QueryContext(ctx, selectChanged, s.revision, revision)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var published []*entry
	var gone []string
	for rows.Next() {
		e, live, err := scanEntry(rows)
		if err != nil {
			return err
		}
		if live {
			published = append(published, e)
		} else {
			gone = append(gone, e.hit.RecordID)
		}
		if len(published)+len(gone) == applyBatch {
			s.apply(published, gone)
			published, gone = nil, nil
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	s.apply(published, gone)
	s.mu.Lock()
	s.revision = revision
	s.mu.Unlock()
	return nil
}

func scanEntry(rows *sql.Rows) (e *entry, live bool, err error) {
	e = &entry{}
	h := &e.hit
	var legal, links, files []byte
	var since sql.NullTime
	err = rows.Scan(&h.RecordID, &h.Agency, &h.Region, &e.variantOf, &live,
		&h.VersionID, &h.Version, &h.Question, &h.Answer, &h.Short, &h.Topic, &legal, &links, &files, &h.ValidFrom, &h.ValidTo,
		&h.Intent, &h.Personal, &since, pq.Array(&e.phrasings))
	if err != nil {
		return nil, false, err
	}
	if err := json.Unmarshal(legal, &h.LegalBasis); err != nil {
		return nil, false, fmt.Errorf("legal basis of %s: %w", h.VersionID, err)
	}
	if err := unpack(links, &h.Links); err != nil {
		return nil, false, fmt.Errorf("links of %s: %w", h.VersionID, err)
	}
	if err := unpack(files, &h.Files); err != nil {
		return nil, false, fmt.Errorf("files of %s: %w", h.VersionID, err)
	}
	if since.Valid {
		h.PublishedAt = since.Time.UTC()
	}
	return e, live, nil
}

// unpack reads a list; an empty one stays nil and takes no room.
func unpack[T any](text []byte, into *[]T) error {
	if string(text) == "[]" {
		return nil
	}
	return json.Unmarshal(text, into)
}
