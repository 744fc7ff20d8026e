package lexical

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind fills the features that tell what sort of text the candidate is: a question or a statement (as its record's own
// question is), a heading, a definition; how the topic, which may be a title, compares; and the marks (numbers, names in
// Latin letters) that one text has and the other has not.
func (r *reader) kind(v []float32, u *view, rec *record) {
	if strings.Contains(r.x.units[rec.first].text, "?") {
		v[fAsks] = 1
	}
	if heading(u) {
		v[fHeading], v[fHeadingF1] = 1, v[fF1]
	}
	if r.q.definition {
		v[fDefines] = r.defines(rec)
	}
	r.title(v, rec)
	r.surfaces(v, u)
	heaviest := idf(0, r.x.live)
	for i, t := range r.q.terms {
		if mark(t.word.Surface) && r.anySim[i] < 1 {
			v[fMarkMissing] = max(v[fMarkMissing], t.weight*(1-r.anySim[i])/heaviest)
		}
	}
	for i, t := range u.terms {
		if r.x.forms[u.forms[i]].mark && r.sc.slot[t] == 0 {
			v[fMarkExtra] = max(v[fMarkExtra], idf(r.x.df(t), r.x.live)/heaviest)
		}
	}
}

// maxHeading is the most words of a heading.
const maxHeading = 20

// heading reports whether a text is a title rather than a sentence or a part of one.
func heading(u *view) bool {
	s := strings.TrimSpace(u.text)
	return s != "" && len(u.forms) <= maxHeading && !strings.ContainsAny(s[len(s)-1:], ".;:,") && !lowerFirst(s)
}

func lowerFirst(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(first)
}

// Where an answer defines: its subject among the first words, and the verb of a definition soon after.
const (
	subjectWords = 12
	verbWords    = 30
)

// defines is the share of the query's words of content at the beginning of an answer that defines; 0 for another answer.
func (r *reader) defines(rec *record) float32 {
	body := rec.body[min(rec.head, len(rec.body)):]
	verb := false
	for _, t := range body[:min(verbWords, len(body))] {
		verb = verb || (t != sentenceEnd && definingVerbs[r.x.terms[t].stem])
	}
	if !verb {
		return 0
	}
	sim := make([]float32, len(r.q.terms))
	for _, t := range body[:min(subjectWords, len(body))] {
		for _, m := range r.sc.matches(r.q, t) {
			sim[m.term] = max(sim[m.term], m.sim)
		}
	}
	share, _ := r.cover(sim)
	return share
}

// definingVerbs are the stems of the verbs that statutes and help pages define with.
var definingVerbs = map[string]bool{
	"признает": true, "призна": true, "признают": true, "называет": true, "называ": true, "явля": true, "являет": true,
	"понимает": true, "понима": true, "обяз": true, "обязует": true, "эт": true, "представля": true, "означа": true,
}

// title compares the topic, which for a statute is the heading of its article, with the query.
func (r *reader) title(v []float32, rec *record) {
	var matched, total float32
	for _, t := range rec.body[:min(rec.head, len(rec.body))] {
		if t == sentenceEnd {
			continue
		}
		best := float32(0)
		for _, m := range r.sc.matches(r.q, t) {
			best = max(best, m.sim)
		}
		w := idf(r.x.df(t), r.x.live)
		if r.x.function[t] {
			w = asFunction(w)
		}
		matched += w * best
		total += w
	}
	if total > 0 {
		v[fTopicBack] = matched / total
		v[fTopicF1] = harmonic(v[fTopicCover], v[fTopicBack])
	}
}

// surfaces is the share of the query's weight whose very word forms the unit has.
func (r *reader) surfaces(v []float32, u *view) {
	sum := float32(0)
	for _, t := range r.q.terms {
		if t.form != noForm && contains(u.forms, t.form) {
			sum += t.weight
		}
	}
	v[fSurface] = sum / r.q.self
}

// voters is how many of the first candidates vote for those like them.
const voters = 10

// votes fills how like a candidate is to the first ones, each counting by its score: a question is more often answered
// where its neighbours lie together.
func (x *Index) votes(out []Candidate, all []found, views []view) {
	n := min(voters, len(all))
	// The votes of all are one vector: likeness is a product of vectors of length 1.
	together := make(map[uint32]float32)
	sum := float32(0)
	var own []weighed
	for i, f := range all[:n] {
		sum += f.first * f.first
		own = x.vector(own[:0], &views[i])
		for _, w := range own {
			together[w.term] += f.first * f.first * w.weight
		}
	}
	for i, f := range all {
		own = x.vector(own[:0], &views[i])
		vote, self := float32(0), float32(0)
		for _, w := range own {
			vote += w.weight * together[w.term]
			self += w.weight * w.weight
		}
		left := sum
		if i < n {
			left -= f.first * f.first
			vote -= f.first * f.first * self
		}
		if left > 0 {
			out[i].Features[fVotes] = vote / left
		}
	}
}

// weighed is a term with its weight.
type weighed struct {
	term   uint32
	weight float32
}

// vector appends a unit's distinct stems weighed by idf, together of length 1.
func (x *Index) vector(dst []weighed, u *view) []weighed {
	norm := float64(0)
	for i, t := range u.terms {
		if contains(u.terms[:i], t) {
			continue
		}
		w := idf(x.df(t), x.live)
		if x.function[t] {
			w = asFunction(w)
		}
		dst = append(dst, weighed{t, w})
		norm += float64(w) * float64(w)
	}
	if norm > 0 {
		scale := float32(1 / math.Sqrt(norm))
		for i := range dst {
			dst[i].weight *= scale
		}
	}
	return dst
}
