// Package ids makes the identifiers of core entities: a type prefix, an underscore and a lower-case ULID. They sort by
// creation time, say what they name, and are the same in Postgres and in GraphQL. It imports nothing of the project.
package ids

import (
	"crypto/rand"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
)

// source hands out ULIDs that keep growing within one millisecond; it is safe for concurrent use.
type source struct {
	mu      sync.Mutex
	entropy *ulid.MonotonicEntropy
}

var ulids = &source{entropy: ulid.Monotonic(rand.Reader, 0)}

func (s *source) next() ulid.ULID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ulid.MustNew(ulid.Timestamp(time.Now()), s.entropy)
}

// New makes an identifier of the given type prefix, such as "int".
func New(prefix string) string {
	return prefix + "_" + strings.ToLower(ulids.next().String())
}

// Since is the least identifier of the type prefix that New could have made at t or later; of a time before 1970 it is the least
// of all, of one after 10889, which no identifier can say, the greatest time's.
func Since(prefix string, t time.Time) string {
	ms := min(uint64(max(t.UnixMilli(), 0)), ulid.MaxTime())
	return prefix + "_" + strings.ToLower(ulid.MustNew(ms, nil).String())
}

// Prefix returns the type prefix of id; ok is false when id is not of this package's form.
func Prefix(id string) (prefix string, ok bool) {
	prefix, rest, found := strings.Cut(id, "_")
	if !found || prefix == "" {
		return "", false
	}
	if _, err := ulid.ParseStrict(strings.ToUpper(rest)); err != nil || rest != strings.ToLower(rest) {
		return "", false
	}
	return prefix, true
}
