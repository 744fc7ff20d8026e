// Package lexical is the index in memory behind the base's search: it finds candidate records for a query and describes
// each by a vector of features. It owns no weights (package rank does) and knows no database; it imports package text only.
package lexical

import (
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

type term struct {
	stem   string
	grams  int // distinct 3-grams, for the similarity of words
	units  postings
	bodies postings
	unitDF int // live units with the term
	bodyDF int // live records with the term in topic or answer
}

// unit is a question or a phrasing of a record.
type unit struct {
	doc   uint32
	text  string
	forms []uint32
	grams float32
}

type record struct {
	key   string
	live  bool
	topic string
	first uint32   // its first unit; the others follow, as many as unitCount says
	head  int      // how many entries of body are the topic's
	body  []uint32 // stems of topic and answer in order, with sentenceEnd between sentences
}

// Index is safe for concurrent use; searches run together, a change waits for them.
type Index struct {
	mu       sync.RWMutex
	termID   map[string]uint32
	terms    []term
	function []bool                 // of each term whether it is a function word; apart from the terms, for every word of a candidate asks for it
	wordGram map[text.Gram][]uint32 // 3-grams of stems → terms
	formID   map[string]uint32
	forms    []form
	gramID   map[text.Gram]uint32
	gramDF   []int // live units with the gram
	units    []unit
	records  []record
	// What scoring needs of every record and unit lies close together.
	unitCount []uint32 // units of each record
	unitLen   []uint16 // words of each unit and of each record's topic and answer
	bodyLen   []uint16
	byKey     map[string]uint32
	live      int
	liveUnit  int
	sumUnit   float64
	sumGram   float64
	sumBody   float64
	scratch   sync.Pool
	budget    int          // postings read in a search; see defaultBudget
	vectors   *wordVectors // nil until Learn
	changed   int          // records that came or went since Learn
	counts    counter      // working memory of changes
	grams     []text.Gram
}

// New makes an empty index.
func New() *Index {
	return &Index{
		budget:   defaultBudget,
		termID:   make(map[string]uint32),
		wordGram: make(map[text.Gram][]uint32),
		formID:   make(map[string]uint32),
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
	id := number(len(x.records))
	r := record{
		key: p.doc.Key, live: true, topic: p.doc.Topic, first: number(len(x.units)),
		body: make([]uint32, 0, len(p.body)+p.sentences),
	}
	for i, words := range p.units {
		x.addUnit(id, p.doc.Units[i], words)
	}
	for i, w := range p.body {
		if i == p.head {
			r.head = len(r.body)
		}
		t := x.term(w)
		r.body = append(r.body, t)
		x.counts.add(t)
		if w.End {
			r.body = append(r.body, sentenceEnd)
		}
	}
	for _, t := range x.counts.seen {
		x.terms[t].bodies.add(id, x.counts.of[t])
		x.terms[t].bodyDF++
	}
	x.counts.reset()
	x.records = append(x.records, r)
	x.unitCount = append(x.unitCount, number(len(p.units)))
	x.bodyLen = append(x.bodyLen, uint16(len(p.body))) //nolint:gosec // bounded by maxBodyWords
	x.byKey[r.key] = id
	x.live++
	x.changed++
	x.sumBody += float64(len(p.body))
}

func (x *Index) addUnit(doc uint32, s string, words []text.Word) {
	id := number(len(x.units))
	u := unit{doc: doc, text: s, forms: make([]uint32, len(words))}
	for i, w := range words {
		u.forms[i] = x.form(w)
		f := &x.forms[u.forms[i]]
		x.counts.add(f.term)
		u.grams += f.weight() * float32(len(f.grams))
	}
	for _, t := range x.counts.seen {
		x.terms[t].units.add(id, x.counts.of[t])
		x.terms[t].unitDF++
	}
	x.counts.reset()
	x.countGrams(u.forms, 1)
	x.units = append(x.units, u)
	x.unitLen = append(x.unitLen, uint16(len(words))) //nolint:gosec // bounded by maxUnitWords
	x.liveUnit++
	x.sumUnit += float64(len(words))
	x.sumGram += float64(u.grams)
}

// countGrams adds to the numbers of units that the grams of the forms are in.
func (x *Index) countGrams(forms []uint32, by int) {
	for _, f := range forms {
		for _, g := range x.forms[f].grams {
			if x.counts.add(g) {
				x.gramDF[g] += by
			}
		}
	}
	x.counts.reset()
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
	x.changed++
	x.sumBody -= float64(x.bodyLen[id])
	for _, t := range r.body {
		if t != sentenceEnd && x.counts.add(t) {
			x.terms[t].bodyDF--
		}
	}
	x.counts.reset()
	for i := range x.unitCount[id] {
		x.removeUnit(&x.units[r.first+i])
	}
	r.body = nil
}

func (x *Index) removeUnit(u *unit) {
	x.liveUnit--
	x.sumUnit -= float64(len(u.forms))
	x.sumGram -= float64(u.grams)
	for _, f := range u.forms {
		if t := x.forms[f].term; x.counts.add(t) {
			x.terms[t].unitDF--
		}
	}
	x.counts.reset()
	x.countGrams(u.forms, -1)
	u.forms, u.text = nil, ""
}

// counter counts numbers; it is reset in the time that counting took.
type counter struct {
	of   []uint32
	seen []uint32
}

// add counts one more and reports whether it is the first.
func (c *counter) add(n uint32) bool {
	if int(n) >= len(c.of) {
		c.of = append(c.of, make([]uint32, int(n)+1-len(c.of)+len(c.of)/2)...)
	}
	c.of[n]++
	if c.of[n] > 1 {
		return false
	}
	c.seen = append(c.seen, n)
	return true
}

func (c *counter) reset() {
	for _, n := range c.seen {
		c.of[n] = 0
	}
	c.seen = c.seen[:0]
}
