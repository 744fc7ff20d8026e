package lexical

import (
	"math"
	"strings"
)

// FeatureNames name the ranker's inputs, in the order of Candidate.Features. All are shares or differences that do not
// grow with the size of the base, so that weights fitted on a large base serve a small one.
var FeatureNames = []string{
	"word", "gram", "body",
	"cover_unit", "cover_any", "cover_body", "cover_exact", "cover_sentence",
	"back_cover", "f1",
	"missing_any", "missing_unit", "extra_unit",
	"bigrams", "class_same", "class_other", "negation",
	"log_ratio", "ratio_abs", "log_unit", "log_body", "log_query",
	"word_gap", "gram_gap", "body_gap", "first_gap", "cover_gap",
	"word_rank", "gram_rank", "body_rank", "first_rank",
	"topic_mass", "second_unit", "pooled",
	"strict_unit", "strict_body", "strict", "strict_gap", "strict_rank", "cover_lead", "topic_cover", "definition",
	"local_unit", "local_any", "local_back", "local_f1", "local_missing", "local_gap", "local_rank",
	"topic_best", "strict_unit_gap", "strict_unit_rank",
	"asks", "topic_back", "topic_f1", "topic_f1_gap", "surface", "mark_missing", "mark_extra", "votes", "f1_rank",
	"heading", "defines", "heading_f1",
	"kin_unit", "kin_any", "kin_back", "kin_f1", "kin_cosine", "kin_any_gap", "kin_f1_gap", "kin_cosine_gap",
	"window", "window_gap", "pairs",
}

const (
	fWord = iota
	fGram
	fBody
	fCoverUnit
	fCoverAny
	fCoverBody
	fCoverExact
	fCoverSentence
	fBackCover
	fF1
	fMissingAny
	fMissingUnit
	fExtraUnit
	fBigrams
	fClassSame
	fClassOther
	fNegation
	fLogRatio
	fRatioAbs
	fLogUnit
	fLogBody
	fLogQuery
	fWordGap
	fGramGap
	fBodyGap
	fFirstGap
	fCoverGap
	fWordRank
	fGramRank
	fBodyRank
	fFirstRank
	fTopicMass
	fSecondUnit
	fPooled
	fStrictUnit
	fStrictBody
	fStrict
	fStrictGap
	fStrictRank
	fCoverLead
	fTopicCover
	fDefinition
	fLocalUnit
	fLocalAny
	fLocalBack
	fLocalF1
	fLocalMissing
	fLocalGap
	fLocalRank
	fTopicBest
	fStrictUnitGap
	fStrictUnitRank
	fAsks
	fTopicBack
	fTopicF1
	fTopicF1Gap
	fSurface
	fMarkMissing
	fMarkExtra
	fVotes
	fF1Rank
	fHeading
	fDefines
	fHeadingF1
	fKinUnit
	fKinAny
	fKinBack
	fKinF1
	fKinCosine
	fKinAnyGap
	fKinF1Gap
	fKinCosineGap
	fWindow
	fWindowGap
	fPairs
	featureCount
)

// describe computes the features of all candidates: first each by itself, then against the others.
func (x *Index) describe(q *query, sc *scratch, all []found) []Candidate {
	out := make([]Candidate, len(all))
	values := make([]float32, len(all)*featureCount)
	views := x.views(all)
	r := newReader(x, q, sc)
	l := newLocal(x, q, sc, len(all))
	k := newKin(x, q, sc)
	for i, f := range all {
		rec := &x.records[f.record]
		u := &views[i]
		v := values[i*featureCount : (i+1)*featureCount : (i+1)*featureCount]
		r.unit(v, u)
		r.body(v, f.record)
		r.strict(v, u, f.record)
		r.definition(v, u)
		r.kind(v, u, rec)
		l.note(i, r, u)
		k.fill(v, u, rec)
		v[fWord], v[fGram], v[fBody] = f.word, f.gram, f.body
		v[fSecondUnit], v[fPooled] = f.second/2, f.others
		out[i] = Candidate{Key: rec.key, Unit: int(f.unit - rec.first), Text: u.text, First: f.first, Features: v}
	}
	for i := range all {
		l.fill(i, out[i].Features, &views[i])
	}
	compare(out)
	x.topicMass(out, all)
	x.votes(out, all, views)
	return out
}

// view is a candidate's unit with the terms of its forms.
type view struct {
	*unit
	terms []uint32
}

func (x *Index) views(all []found) []view {
	out := make([]view, len(all))
	var terms []uint32
	for _, f := range all {
		for _, w := range x.units[f.unit].forms {
			terms = append(terms, x.forms[w].term)
		}
	}
	for i, f := range all {
		u := &x.units[f.unit]
		out[i] = view{u, terms[:len(u.forms):len(u.forms)]}
		terms = terms[len(u.forms):]
	}
	return out
}

// reader reads candidates with a query in mind. Its slices hold, per term of the query, how well the candidate read last
// matches it: in the unit, in the body, in either, and so on.
type reader struct {
	x                                        *Index
	q                                        *query
	sc                                       *scratch
	avgUnit, avgBody                         float32
	unitSim, bodySim, anySim, sentence, lead []float32
	topicSim                                 []float32
	bodyCount                                []float32 // occurrences of the very stem in the body
}

func newReader(x *Index, q *query, sc *scratch) *reader {
	n := len(q.terms)
	return &reader{
		x: x, q: q, sc: sc,
		avgUnit: float32(x.sumUnit / float64(max(1, x.liveUnit))), avgBody: float32(x.sumBody / float64(max(1, x.live))),
		unitSim: make([]float32, n), bodySim: make([]float32, n), anySim: make([]float32, n),
		sentence: make([]float32, n), lead: make([]float32, n), topicSim: make([]float32, n), bodyCount: make([]float32, n),
	}
}

// matches are the terms of the query that a term of the base answers; none for sentenceEnd.
func (sc *scratch) matches(q *query, t uint32) []match {
	if int(t) >= len(sc.slot) || sc.slot[t] == 0 {
		return nil
	}
	return q.matches[sc.slot[t]-1]
}

// unit fills the features that compare the query with one question or phrasing.
func (r *reader) unit(v []float32, u *view) {
	q := r.q
	clear(r.unitSim)
	var matched, total, extra float32
	for i, t := range u.terms {
		best := float32(0)
		for _, m := range r.sc.matches(q, t) {
			r.unitSim[m.term] = max(r.unitSim[m.term], m.sim)
			best = max(best, m.sim)
		}
		w := idf(r.x.df(t), r.x.live)
		if r.x.forms[u.forms[i]].function {
			w = asFunction(w)
		}
		matched += w * best
		total += w
		extra = max(extra, w*(1-best))
	}
	v[fCoverUnit], v[fMissingUnit] = r.cover(r.unitSim)
	v[fCoverExact] = r.exact(r.unitSim)
	if total > 0 {
		v[fBackCover] = matched / total
	}
	v[fExtraUnit] = extra / idf(0, r.x.live)
	v[fF1] = harmonic(v[fCoverUnit], v[fBackCover])
	v[fBigrams] = bigrams(q.seq, u.terms)
	r.grammar(v, u)
	ratio := math.Log(float64(len(u.terms)+1) / float64(len(q.words)+1))
	v[fLogRatio], v[fRatioAbs] = float32(ratio), float32(math.Abs(ratio))
	v[fLogUnit] = float32(math.Log1p(float64(len(u.terms)))) / 4
	v[fLogQuery] = float32(math.Log1p(float64(len(q.words)))) / 4
}

func harmonic(a, b float32) float32 {
	if a+b == 0 {
		return 0
	}
	return 2 * a * b / (a + b)
}

// cover is the share of the query's weight that is matched, and the heaviest word that is not, as a share of the
// heaviest word.
func (r *reader) cover(sim []float32) (share, missing float32) {
	for i, t := range r.q.terms {
		share += t.weight * sim[i]
		missing = max(missing, t.weight*(1-sim[i]))
	}
	return share / r.q.self, missing / r.q.maxTerm
}

func (r *reader) exact(sim []float32) float32 {
	s := float32(0)
	for i, t := range r.q.terms {
		if sim[i] == 1 {
			s += t.weight
		}
	}
	return s / r.q.self
}

// asking reports whether a unit's question words ask: those of a statement only join its parts.
func (r *reader) asking(u *view) bool {
	if strings.Contains(u.text, "?") {
		return true
	}
	for _, w := range u.forms[:min(2, len(u.forms))] {
		if r.x.forms[w].class != "" {
			return true
		}
	}
	return false
}

func (r *reader) grammar(v []float32, u *view) {
	negated, asks, same := false, false, false
	asking := r.asking(u)
	for _, w := range u.forms {
		f := &r.x.forms[w]
		negated = negated || f.negation
		if f.class != "" && asking {
			asks = true
			same = same || r.q.classes[f.class]
		}
	}
	if same {
		v[fClassSame] = 1
	} else if asks && len(r.q.classes) > 0 {
		v[fClassOther] = 1
	}
	if negated != r.q.negated {
		v[fNegation] = 1
	}
}

// bigrams is the share of the query's neighbouring words that are neighbours, at most one word apart, in the unit.
func bigrams(query, unit []uint32) float32 {
	if len(query) < 2 {
		return 0
	}
	hit := 0
	for i := 1; i < len(query); i++ {
		a, b := query[i-1], query[i]
		if a == sentenceEnd || b == sentenceEnd {
			continue
		}
		for j, t := range unit {
			if t == a && ((j+1 < len(unit) && unit[j+1] == b) || (j+2 < len(unit) && unit[j+2] == b)) {
				hit++
				break
			}
		}
	}
	return float32(hit) / float32(len(query)-1)
}
