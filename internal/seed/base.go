package seed

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ekc/access/viewer"
	entsecret "ekc/ent/secret"
	"ekc/knowledge"
	"ekc/knowledge/demo"
)

// baseMark begins the name under which the database keeps that a version of the demo base was imported; the rest is the
// version's digest. It is kept among the secrets because those are the values that all nodes share.
const baseMark = "seed.base."

// Base imports the demo base: when the question base is empty, or holds an older demo base. A base that people have filled
// themselves is left alone, and so is the demo base when it is there in its present version.
func Base(ctx context.Context, o Options, base knowledge.Service) (knowledge.ImportSummary, error) {
	ctx = viewer.AsSystem(ctx)
	unlock, err := lock(ctx, o.DB)
	if err != nil {
		return knowledge.ImportSummary{}, fmt.Errorf("seed the base: %w", err)
	}
	defer unlock()
	mark := baseMark + demo.Digest()
	wanted, err := baseWanted(ctx, o, base, mark)
	if err != nil || !wanted {
		return knowledge.ImportSummary{}, err
	}
	summary, err := base.Import(ctx, demo.Records(), knowledge.ImportOptions{
		Format: "jsonl", Name: "demo.jsonl", ValidAgency: isAgency, ValidRegion: isRegion,
	})
	if err != nil {
		return summary, fmt.Errorf("import the demo base: %w", err)
	}
	if summary.Bad > 0 {
		p := summary.Problems[0]
		return summary, fmt.Errorf("import the demo base: %d bad rows, the first on line %d: %s: %s", summary.Bad, p.Line, p.Field, p.Message)
	}
	return summary, setMark(ctx, o, mark)
}

func baseWanted(ctx context.Context, o Options, base knowledge.Service, mark string) (bool, error) {
	page, err := base.Records(ctx, knowledge.RecordFilter{First: 1})
	if err != nil {
		return false, fmt.Errorf("look at the question base: %w", err)
	}
	if page.Total == 0 {
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

func isAgency(code string) bool {
	for _, a := range agencies {
		if a.code == code {
			return true
		}
	}
	return false
}

func isRegion(code string) bool {
	for _, r := range regions {
		if r.code == code {
			return true
		}
	}
	return false
}
