package recording

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// Class says how long recordings are kept.
type Class struct {
	Name string
	// Keep is counted from the start of the recording; 0: for ever.
	Keep time.Duration
}

// Kept is a recording in the storage.
type Kept struct {
	ID, Key, SHA256 string
	Bytes           int64
	RecordedAt      time.Time
	// Class names a Class; Held recordings (a complaint, a court) are not destroyed.
	Class string
	Held  bool
}

// Due is a recording whose time is over.
type Due struct {
	Kept
	Since time.Time
}

// Plan lists what must be destroyed now, the longest overdue first. It is pure. A recording of an unknown class is kept: a
// mistake in the settings must not destroy anything.
func Plan(recordings []Kept, classes []Class, now time.Time) []Due {
	keep := map[string]time.Duration{}
	for _, c := range classes {
		keep[c.Name] = c.Keep
	}
	var due []Due
	for _, r := range recordings {
		d, known := keep[r.Class]
		if !known || d <= 0 || r.Held {
			continue
		}
		if end := r.RecordedAt.Add(d); !now.Before(end) {
			due = append(due, Due{Kept: r, Since: end})
		}
	}
	slices.SortFunc(due, func(a, b Due) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
	})
	return due
}

// Certificate says what was destroyed; it is kept in place of the recording.
type Certificate struct {
	RecordingID, Key, Class string
	RecordedAt              time.Time
	// Due is when the time of its class was over, DestroyedAt when it was destroyed.
	Due, DestroyedAt time.Time
	// SHA256 is the hash of what was there, Bytes its size. Absent: nothing was there any more, so both are those of the row.
	SHA256 string
	Bytes  int64
	Absent bool
	// Altered: what was there was not what had been recorded.
	Altered bool
}

// Destroy reads an object once more, so that the certificate tells what it was, removes it and makes sure that it is gone.
// Done again after a failure it gives a certificate too.
func Destroy(ctx context.Context, s Storage, d Due, clock func() time.Time) (Certificate, error) {
	c := Certificate{RecordingID: d.ID, Key: d.Key, Class: d.Class, RecordedAt: d.RecordedAt, Due: d.Since}
	if d.Held || d.Since.After(clock()) {
		return c, fmt.Errorf("recording %s is not due", d.ID)
	}
	var err error
	c.SHA256, c.Bytes, err = fingerprint(ctx, s, d.Key)
	switch {
	case errors.Is(err, ErrNotFound):
		c.SHA256, c.Bytes, c.Absent = d.SHA256, d.Bytes, true
	case err != nil:
		return c, fmt.Errorf("destroy %s: %w", d.ID, err)
	}
	c.Altered = c.SHA256 != d.SHA256
	if err := s.Remove(ctx, d.Key); err != nil {
		return c, fmt.Errorf("destroy %s: %w", d.ID, err)
	}
	if object, err := s.Open(ctx, d.Key); !errors.Is(err, ErrNotFound) {
		if err == nil {
			err = errors.Join(errors.New("it is still there"), object.Close())
		}
		return c, fmt.Errorf("destroy %s: %w", d.ID, err)
	}
	c.DestroyedAt = clock()
	return c, nil
}

func fingerprint(ctx context.Context, s Storage, key string) (sum string, size int64, err error) {
	object, err := s.Open(ctx, key)
	if err != nil {
		return "", 0, err
	}
	defer object.Close()
	h := sha256.New()
	size, err = io.Copy(h, object)
	return hex.EncodeToString(h.Sum(nil)), size, err
}
