// Package lexical is the index in memory behind the base's search: it finds candidate records for a query and describes
// each by a vector of features. It owns no weights (package rank does) and knows no database; it imports package text only.
package lexical

import (
	"strings"
	"sync"

	"ekc/knowledge/text"
)

// Doc is one record as the index sees it.
type Doc struct {
	Key string
	// Units are the record's question and its phrasings; at least one.
	Units  []string
	Answer string
	Topic  string
}

// Bounds on what of a text is indexed, in words.
const (
	maxUnitWords = 80
	maxBodyWords = 700
)

// sentenceEnd separates sentences in a stored body.
const sentenceEnd = ^uint32(0)

type post struct {
	id uint32
	tf float32
}

type term struct {
	stem     string
	function bool
	grams    int // distinct 3-grams, for the similarity of words
	units    []post
	bodies   []post
	unitDF   int // live units with the term
	bodyDF   int // live records with the term in topic or answer
}

type gramList struct {
	df    int
	units []post
}

type unit struct {
	doc   uint32
	text  string
	terms []uint32
	words []text.Word
	grams float32
}

type record struct {
	key   string
	live  bool
	topic string
	units []uint32
	head  int      // how many entries of body are the topic's
	body  []uint32 // stems of topic and answer in order, with sentenceEnd between sentences
	size  float32
}

// Index is safe for concurrent use; searches run together, a change waits for them.
type Index struct {
	mu       sync.RWMutex
	termID   map[string]uint32
	terms    []term
	wordGram map[text.Gram][]uint32 // 3-grams of stems → terms
	gramID   map[text.Gram]uint32
	grams    []gramList
	units    []unit
	records  []record
	byKey    map[string]uint32
	live     int
	liveUnit int
	sumUnit  float64
	sumGram  float64
	sumBody  float64
	scratch  sync.Pool
}

// New makes an empty index.
func New() *Index {
	return &Index{
		termID:   make(map[string]uint32),
		wordGram: make(map[text.Gram][]uint32),
		gramID:   make(map[text.Gram]uint32),
		byKey:    make(map[string]uint32),
	}
}

// Len is the number of records that can be found.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.live
}

// Put adds records or replaces those with the same key. Texts are analysed before searches are held up.
func (x *Index) Put(docs ...Doc) {
	parsed := analyseAll(docs)
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, p := range parsed {
		x.remove(p.doc.Key)
		x.add(p)
	}
}

// Remove takes records out; unknown keys are ignored.
func (x *Index) Remove(keys ...string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, k := range keys {
		x.remove(k)
	}
}

// Garbage is the share of dead records whose postings still take room and time; the owner rebuilds when it is large.
func (x *Index) Garbage() float64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if len(x.records) == 0 {
		return 0
	}
	return 1 - float64(x.live)/float64(len(x.records))
}

func (x *Index) add(p parsedDoc) {
	id := uint32(len(x.records))
	r := record{key: p.doc.Key, live: true, topic: p.doc.Topic}
	for i, words := range p.units {
		r.units = append(r.units, x.addUnit(id, p.doc.Units[i], words))
	}
	counts := make(map[uint32]float32, len(p.body))
	for i, w := range p.body {
		if i == p.head {
			r.head = len(r.body)
		}
		t := x.term(w)
		r.body = append(r.body, t)
		counts[t]++
		if w.End {
			r.body = append(r.body, sentenceEnd)
		}
	}
	r.size = float32(len(p.body))
	for t, n := range counts {
		x.terms[t].bodies = append(x.terms[t].bodies, post{id, n})
		x.terms[t].bodyDF++
	}
	x.records = append(x.records, r)
	x.byKey[r.key] = id
	x.live++
	x.sumBody += float64(r.size)
}

func (x *Index) addUnit(doc uint32, s string, words []text.Word) uint32 {
	id := uint32(len(x.units))
	u := unit{doc: doc, text: s, words: words}
	counts := make(map[uint32]float32, len(words))
	grams := make(map[text.Gram]float32, 8*len(words))
	var buf []text.Gram
	for _, w := range words {
		t := x.term(w)
		u.terms = append(u.terms, t)
		counts[t]++
		weight := gramWeight(w)
		buf = text.Grams(buf[:0], w.Surface, false)
		for _, g := range buf {
			grams[g] += weight
		}
		u.grams += weight * float32(len(buf))
	}
	for t, n := range counts {
		x.terms[t].units = append(x.terms[t].units, post{id, n})
		x.terms[t].unitDF++
	}
	for g, n := range grams {
		gid, ok := x.gramID[g]
		if !ok {
			gid = uint32(len(x.grams))
			x.gramID[g] = gid
			x.grams = append(x.grams, gramList{})
		}
		x.grams[gid].units = append(x.grams[gid].units, post{id, n})
		x.grams[gid].df++
	}
	x.units = append(x.units, u)
	x.liveUnit++
	x.sumUnit += float64(len(words))
	x.sumGram += float64(u.grams)
	return id
}

func (x *Index) term(w text.Word) uint32 {
	if id, ok := x.termID[w.Stem]; ok {
		return id
	}
	id := uint32(len(x.terms))
	s := strings.Clone(w.Stem)
	x.termID[s] = id
	grams := trigrams(nil, s)
	x.terms = append(x.terms, term{stem: s, function: w.Function, grams: len(grams)})
	for _, g := range grams {
		x.wordGram[g] = append(x.wordGram[g], id)
	}
	return id
}

// remove marks a record dead and takes it out of the statistics; its postings stay until the index is rebuilt.
func (x *Index) remove(key string) {
	id, ok := x.byKey[key]
	if !ok {
		return
	}
	delete(x.byKey, key)
	r := &x.records[id]
	r.live = false
	x.live--
	x.sumBody -= float64(r.size)
	seen := make(map[uint32]bool, len(r.body))
	for _, t := range r.body {
		if t != sentenceEnd && !seen[t] {
			seen[t] = true
			x.terms[t].bodyDF--
		}
	}
	for _, uid := range r.units {
		x.removeUnit(uid)
	}
	r.body = nil
}

func (x *Index) removeUnit(id uint32) {
	u := &x.units[id]
	x.liveUnit--
	x.sumUnit -= float64(len(u.terms))
	x.sumGram -= float64(u.grams)
	seenTerm := make(map[uint32]bool, len(u.terms))
	seenGram := make(map[text.Gram]bool)
	for i, t := range u.terms {
		if !seenTerm[t] {
			seenTerm[t] = true
			x.terms[t].unitDF--
		}
		for _, g := range text.Grams(nil, u.words[i].Surface, false) {
			if !seenGram[g] {
				seenGram[g] = true
				x.grams[x.gramID[g]].df--
			}
		}
	}
	u.terms, u.words, u.text = nil, nil, ""
}
