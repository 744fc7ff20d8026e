package assistant

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"ekc/ent"
	"ekc/ent/region"
	"ekc/interaction/dialogue"
	"ekc/knowledge"
	"ekc/knowledge/text"
)

// place is a region that a citizen may live in.
type place struct{ code, name string }

func (s *Service) readRegions(ctx context.Context) ([]place, error) {
	rows, err := s.o.Client.Region.Query().Order(ent.Asc(region.FieldCode)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read regions: %w", err)
	}
	all := make([]place, len(rows))
	for n, r := range rows {
		all[n] = place{code: r.Code, name: r.Name}
	}
	return all, nil
}

// named is the region that a text names, the longest name of those that it holds; false when it names none.
func named(all []place, said string) (place, bool) {
	words := stems(said)
	var found place
	longest := 0
	for _, p := range all {
		name := stems(p.name)
		if len(name) > longest && holds(words, name) {
			found, longest = p, len(name)
		}
	}
	return found, longest > 0
}

func stems(s string) []string {
	var all []string
	for _, w := range text.Words(s, 0) {
		switch w.Surface {
		case "республика", "республики", "республике", "и":
		default:
			all = append(all, w.Stem)
		}
	}
	return all
}

func holds(words, name []string) bool {
	if len(name) == 0 {
		return false
	}
	for i := 0; i+len(name) <= len(words); i++ {
		if slices.EqualFunc(words[i:i+len(name)], name, sameStem) {
			return true
		}
	}
	return false
}

// sameStem forgives the stemmer a letter or two: it takes the last ones of some names for an ending in one case and not in another.
func sameStem(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return a == b || utf8.RuneCountInString(a) >= 5 && strings.HasPrefix(b, a) && utf8.RuneCountInString(b[len(a):]) <= 2
}

// nearTop is how near a regional record must come to the first hit for the region to matter.
const nearTop = 0.5

// regionMatters looks everywhere when the citizen's region is not known: the codes of regional records that would answer there.
func (s *Service) regionMatters(ctx context.Context, t *turn, q string) []string {
	if t.region != "" || t.interaction.AssistantState.RegionAsked {
		return nil
	}
	f, err := s.look(ctx, t, originRegions, knowledge.Query{Text: q, AllRegions: true})
	if err != nil || f.best() < s.o.Thresholds.ClarifyAt {
		return nil
	}
	var codes []string
	for _, h := range f.hits[:min(knowledge.MaxOptions, len(f.hits))] {
		if h.Region != "" && h.Intent && h.Probability >= nearTop*f.best() && !slices.Contains(codes, h.Region) {
			codes = append(codes, h.Region)
		}
	}
	return codes
}

// askRegion asks where the citizen lives; false when the regions cannot be named.
func (s *Service) askRegion(ctx context.Context, t *turn, codes []string) (dialogue.Reply, bool) {
	all, err := s.regions(ctx)
	if err != nil {
		return dialogue.Reply{}, false
	}
	var options []option
	for _, p := range all {
		if slices.Contains(codes, p.code) {
			options = append(options, option{text: p.name, means: p.code})
		}
	}
	if len(options) == 0 {
		return dialogue.Reply{}, false
	}
	r := t.choose(ReasonRegion, textRegion, options, textOtherRegion)
	r.State.Asked, r.State.RegionAsked = slotRegion, true
	return r, true
}

// inRegion answers the question that waited for the region, by a button or by the words of the reply. A region that is not
// told leaves the federal records.
func (s *Service) inRegion(ctx context.Context, t *turn, choice string) dialogue.Reply {
	before := &t.interaction.AssistantState
	code := before.Pending[choice]
	if code == "" {
		if all, err := s.regions(ctx); err == nil {
			p, _ := named(all, t.question.Text)
			code = p.code
		}
	}
	if code != "" {
		t.region = code
	}
	question := *t.question
	if code != "" || choice == noneID {
		question.Text = before.PendingQuestion
	}
	t.question = &question
	before.Pending, before.PendingQuestion, before.Asked, t.choices = nil, "", "", nil
	r := s.consult(ctx, t)
	r.RegionCode = code
	return r
}
