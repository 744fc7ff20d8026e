package seed

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"ekc/access/viewer"
	entsecret "ekc/ent/secret"
	"ekc/knowledge/demo"
)

// QuestionBase is what seeding needs of the question base.
type QuestionBase interface {
	// Size is the number of its records.
	Size(ctx context.Context) (int, error)
	// Import publishes the records of a file of JSON lines, and fails when one is refused.
	Import(ctx context.Context, name string, file io.Reader) error
}

// baseMark begins the name under which the database keeps that a version of the demo base was imported; the rest is the
// version's digest. It is kept among the secrets because those are the values that all nodes share.
const baseMark = "seed.base."

// Base imports the demo base, and tells whether it did: when the question base is empty, or holds an older demo base. A base
// that people have filled themselves is left alone, and so is the demo base when it is there in its present version.
func Base(ctx context.Context, o Options, base QuestionBase) (imported bool, err error) {
	ctx = viewer.AsSystem(ctx)
	unlock, err := lock(ctx, o.DB)
	if err != nil {
		return false, fmt.Errorf("seed the base: %w", err)
	}
	defer unlock()
	mark := baseMark + demo.Digest()
	wanted, err := baseWanted(ctx, o, base, mark)
	if err != nil || !wanted {
		return false, err
	}
	// Marked before and after: an import that was cut off leaves a base that is not empty, and must not pass for one that
	// people have filled.
	if err := setMark(ctx, o, baseMark+"begun"); err != nil {
		return false, fmt.Errorf("import the demo base: %w", err)
	}
	if err := base.Import(ctx, "demo.jsonl", demo.Records()); err != nil {
		return false, fmt.Errorf("import the demo base: %w", err)
	}
	return true, setMark(ctx, o, mark)
}

func baseWanted(ctx context.Context, o Options, base QuestionBase, mark string) (bool, error) {
	size, err := base.Size(ctx)
	if err != nil {
		return false, fmt.Errorf("look at the question base: %w", err)
	}
	if size == 0 {
		return true, nil
	}
	names, err := o.Client.Secret.Query().IDs(ctx)
	if err != nil {
		return false, fmt.Errorf("look for the mark of the demo base: %w", err)
	}
	older := slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, baseMark) })
	return older && !slices.Contains(names, mark), nil
}

func setMark(ctx context.Context, o Options, mark string) error {
	present, err := o.Client.Secret.Query().Where(entsecret.ID(mark)).Exist(ctx)
	if err != nil || present {
		return err
	}
	return o.Client.Secret.Create().SetID(mark).SetValue([]byte(mark)).Exec(ctx)
}

// IsAgency reports whether the code is that of one of the six agencies.
func IsAgency(code string) bool {
	return slices.ContainsFunc(agencies, func(a agency) bool { return a.code == code })
}

// IsRegion reports whether the code is that of a region.
func IsRegion(code string) bool {
	return slices.ContainsFunc(regions, func(r region) bool { return r.code == code })
}

// RegionZone is the time zone of a region; nil for a code that is not one's.
func RegionZone(code string) *time.Location {
	i := slices.IndexFunc(regions, func(r region) bool { return r.code == code })
	if i < 0 {
		return nil
	}
	zone, err := time.LoadLocation(regions[i].zone)
	if err != nil {
		return nil // the machine has no such zone; the base then takes Moscow's
	}
	return zone
}
