package lexical

import "math"

// leadWords is how much of an answer counts as its beginning.
const leadWords = 25

// body fills the features that need the topic and the answer: what is matched anywhere, in the best sentence, in the
// topic and at the answer's beginning.
func (r *reader) body(v []float32, d uint32) {
	rec := &r.x.records[d]
	for _, s := range [][]float32{r.bodySim, r.sentence, r.lead, r.topicSim, r.bodyCount} {
		clear(s)
	}
	var best, current float32
	dirty := false
	for i, t := range rec.body {
		if t == sentenceEnd {
			if dirty {
				best = max(best, current)
				clear(r.sentence)
				current, dirty = 0, false
			}
			continue
		}
		for _, m := range r.sc.matches(r.q, t) {
			r.match(m, i, rec.head)
			if m.sim > r.sentence[m.term] {
				current += r.q.terms[m.term].weight * (m.sim - r.sentence[m.term])
				r.sentence[m.term] = m.sim
				dirty = true
			}
		}
	}
	for i := range r.anySim {
		r.anySim[i] = max(r.unitSim[i], r.bodySim[i])
	}
	v[fCoverBody], _ = r.cover(r.bodySim)
	v[fCoverAny], v[fMissingAny] = r.cover(r.anySim)
	v[fCoverLead], _ = r.cover(r.lead)
	v[fTopicCover], _ = r.cover(r.topicSim)
	v[fCoverSentence] = max(best, current) / r.q.self
	v[fLogBody] = float32(math.Log1p(float64(r.x.bodyLen[d]))) / 6
}

// match notes a match at a place of the body whose first head entries are the topic.
func (r *reader) match(m match, at, head int) {
	r.bodySim[m.term] = max(r.bodySim[m.term], m.sim)
	switch {
	case at < head:
		r.topicSim[m.term] = max(r.topicSim[m.term], m.sim)
	case at < head+leadWords:
		r.lead[m.term] = max(r.lead[m.term], m.sim)
	}
	if m.sim == 1 && at >= head {
		r.bodyCount[m.term]++
	}
}

// bStrict is the length normalisation of plain BM25.
const bStrict = 0.75

// strict fills plain BM25 over the very stems of the content words: the view of a classical search engine, which is right
// where likeness of words misleads.
func (r *reader) strict(v []float32, u *view, d uint32) {
	var inUnit, inBody, selfUnit, self float32
	for i, t := range r.q.terms {
		if t.word.Function {
			continue
		}
		self += t.weight
		unitWeight := idf(t.unitDF, max(r.x.liveUnit, t.unitDF))
		selfUnit += unitWeight
		if r.unitSim[i] == 1 {
			inUnit += unitWeight * saturate(1, float32(len(u.terms)), r.avgUnit, bStrict)
		}
		if n := r.bodyCount[i]; n > 0 {
			inBody += t.weight * saturate(n, float32(r.x.bodyLen[d]), r.avgBody, bStrict)
		}
	}
	if self == 0 {
		return
	}
	v[fStrictUnit], v[fStrictBody] = inUnit/selfUnit, inBody/self
	v[fStrict] = (1.5*inUnit + inBody) / self
}

// definition is 1 for a text that defines, when the query asks what something is.
func (r *reader) definition(v []float32, u *view) {
	if !r.q.definition {
		return
	}
	for _, t := range u.terms {
		if definers[r.x.terms[t].stem] {
			v[fDefinition] = 1
			return
		}
	}
}

// definers are the stems by which statutes and help pages introduce a definition.
var definers = map[string]bool{
	"понят": true, "определен": true, "призна": true, "признава": true, "называ": true, "явля": true, "понима": true,
	"общ": true, "сущност": true,
}
