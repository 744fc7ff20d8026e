package improve

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lib/pq"

	"ekc/internal/fail"
	"ekc/knowledge"
	"ekc/knowledge/embed"
)

// connections is small: what this package does is seldom and short.
const connections = 4

// Base is a question base in this process; *knowledge.Base fulfils it.
type Base interface {
	knowledge.Service
	// Rehearse tells what queries would find if a version were published.
	Rehearse(ctx context.Context, versionID string, queries []knowledge.Query) ([]knowledge.Rehearsal, error)
	// Thresholds bound what Yana does with what was found.
	Thresholds() knowledge.Thresholds
}

// Options make a Store.
type Options struct {
	// URL of the base's database, already migrated (migrations/knowledge).
	URL string
	// Base is the question base in it, whose editorial life makes the drafts.
	Base Base
	// Clock gives the time; nil: time.Now.
	Clock func() time.Time
}

// Store is Service over the base's database. Close it after use.
type Store struct {
	db       *sql.DB
	base     Base
	embedder embed.Builtin
	clock    func() time.Time
}

var _ Service = (*Store)(nil)

// Open makes a store; it connects when it is first used.
func Open(o Options) (*Store, error) {
	db, err := sql.Open("postgres", o.URL)
	if err != nil {
		return nil, fmt.Errorf("open the knowledge database: %w", err)
	}
	db.SetMaxOpenConns(connections)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &Store{db: db, base: o.Base, clock: o.Clock}, nil
}

// Close gives the connections back.
func (s *Store) Close() error { return s.db.Close() }

// page bounds the size of a page.
func page(first, standard int) (int, error) {
	switch {
	case first < 0 || first > MaxPage:
		return 0, fail.Field("first", fail.Invalid, "must be 1 to %d", MaxPage)
	case first == 0:
		return standard, nil
	}
	return first, nil
}

// checkText refuses what is not text, too long, or missing where it is needed.
func checkText(field, text string, most int, needed bool) error {
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return fail.Field(field, fail.Invalid, "is not valid text")
	case utf8.RuneCountInString(text) > most:
		return fail.Field(field, fail.Invalid, "is longer than %d characters", most)
	case needed && strings.TrimSpace(text) == "":
		return fail.Field(field, fail.Invalid, "is empty")
	}
	return nil
}

// segments are the columns of a list of segments, for unnest; whole says that nothing is left out.
func segments(bounded bool, within []Segment) (whole bool, agencies, regions any) {
	a, r := make([]string, len(within)), make([]string, len(within))
	for i, s := range within {
		a[i], r[i] = s.Agency, s.Region
	}
	return !bounded, pq.Array(a), pq.Array(r)
}

// inSegments selects rows of a table by the parameters from n on, which segments gives: those of the segments and those that
// serve every agency or region.
func inSegments(table string, n int) string {
	return fmt.Sprintf(`($%[2]d OR EXISTS (SELECT FROM unnest($%[3]d::text[], $%[4]d::text[]) AS w(agency, region)
		WHERE (w.agency = '' OR %[1]s.agency = '' OR w.agency = %[1]s.agency)
		AND (w.region = '' OR %[1]s.region = '' OR w.region = %[1]s.region)))`, table, n, n+1, n+2)
}
