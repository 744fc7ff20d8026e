package main

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"slices"

	"ekc/knowledge/embed"
	"ekc/knowledge/evalset"
	"ekc/knowledge/lexical"
	"ekc/knowledge/rank"
)

// looked is how many candidates of a query are learned from; the search looks at as many.
const looked = 100

// sample is one query with its candidates.
type sample struct {
	set      string
	query    evalset.Query
	fold     int
	keys     []string
	inputs   [][]float32
	relevant []bool
	weight   float64
}

func (s *sample) hasRelevant() bool { return slices.Contains(s.relevant, true) }

const folds = 5

// foldOf keeps the queries of one record together, so that no record is learned from and judged on.
func foldOf(q evalset.Query) int {
	h := fnv.New32a()
	key := q.Text
	if len(q.Relevant) > 0 {
		key = q.Relevant[0]
	}
	_, _ = h.Write([]byte(key)) // never fails
	return int(h.Sum32() % folds)
}

// world is a base to search in.
type world struct {
	index   *lexical.Index
	keys    []string
	vectors [][]float32
}

func newWorld(docs []lexical.Doc) *world {
	w := &world{index: lexical.New()}
	w.index.Put(docs...)
	w.index.Learn()
	for _, d := range docs {
		vs, _ := embed.Builtin{}.Embed(nil, d.Units) //nolint:staticcheck // the built-in embedder uses no context and cannot fail
		for _, v := range vs {
			w.keys = append(w.keys, d.Key)
			w.vectors = append(w.vectors, v)
		}
	}
	return w
}

// nearest is how many neighbours the search asks pgvector for.
const nearest = 30

type hit struct {
	i int
	c float32
}

func compareHits(a, b hit) int { return cmp.Or(cmp.Compare(b.c, a.c), cmp.Compare(a.i, b.i)) }

// near is what pgvector would find, exactly.
func (w *world) near(text string) map[string]float64 {
	vs, _ := embed.Builtin{}.Embed(nil, []string{text}) //nolint:staticcheck // see newWorld
	hits := make([]hit, 0, 256)
	least := float32(-2)
	for i, v := range w.vectors {
		c := float32(0)
		for j, x := range v {
			c += x * vs[0][j]
		}
		if c <= least {
			continue
		}
		hits = append(hits, hit{i, c})
		if len(hits) == cap(hits) {
			slices.SortFunc(hits, compareHits)
			hits = hits[:nearest]
			least = hits[nearest-1].c
		}
	}
	slices.SortFunc(hits, compareHits)
	out := make(map[string]float64)
	for _, h := range hits[:min(nearest, len(hits))] {
		out[w.keys[h.i]] = max(out[w.keys[h.i]], float64(h.c))
	}
	return out
}

func (w *world) samples(set string, queries []evalset.Query) []*sample {
	out := make([]*sample, len(queries))
	parallel(len(queries), func(i int) {
		q := queries[i]
		near := w.near(q.Text)
		var also []string
		for k := range near {
			also = append(also, k)
		}
		slices.Sort(also)
		all := w.index.Search(q.Text, lexical.Options{Candidates: looked, Also: also})
		s := &sample{set: set, query: q, fold: foldOf(q), inputs: rank.Inputs(all, near), weight: 1}
		for _, c := range all {
			s.keys = append(s.keys, c.Key)
			s.relevant = append(s.relevant, q.Answers(c.Key))
		}
		out[i] = s
	})
	return out
}

func readBase(path string) ([]lexical.Doc, error) {
	f, err := os.Open(path) //nolint:gosec // the developer's own argument
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return readDocs(path, z)
}

func readDocs(path string, file io.Reader) ([]lexical.Doc, error) {
	scan := bufio.NewScanner(file)
	scan.Buffer(nil, 4<<20)
	var out []lexical.Doc
	for scan.Scan() {
		var r struct {
			ID, Question, Answer, Topic string
			Phrasings                   []string
		}
		if err := json.Unmarshal(scan.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		out = append(out, lexical.Doc{Key: r.ID, Units: append([]string{r.Question}, r.Phrasings...), Answer: r.Answer, Topic: r.Topic})
	}
	return out, scan.Err()
}

// readIntents makes a small base of intents with phrasings, and queries that are the phrasings left out: the shape of an
// agency's own base.
func readIntents(path string) (docs []lexical.Doc, held []evalset.Query, err error) {
	f, err := os.Open(path) //nolint:gosec // the developer's own argument
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }()
	scan := bufio.NewScanner(f)
	scan.Buffer(nil, 4<<20)
	for scan.Scan() {
		var r struct {
			Intent, Answer string
			Phrases        []string
		}
		if err := json.Unmarshal(scan.Bytes(), &r); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		d := lexical.Doc{Key: r.Intent, Answer: r.Answer}
		for i, p := range r.Phrases {
			if i%2 == 0 || len(r.Phrases) < 3 {
				d.Units = append(d.Units, p)
			} else {
				held = append(held, evalset.Query{Text: p, Relevant: []string{r.Intent}, Tag: "intent"})
			}
		}
		docs = append(docs, d)
	}
	return docs, held, scan.Err()
}

var inScope = []string{"rutube-dev", "knd-dev", "neii", "legal"}

// gather reads everything below the data directory: the large base with its sets, and the small one.
func gather(dir string) ([]*sample, error) {
	docs, err := readBase(filepath.Join(dir, "base.jsonl.gz"))
	if err != nil {
		return nil, err
	}
	large := newWorld(docs)
	var all []*sample
	for _, set := range inScope {
		qs, err := evalset.ReadFile(filepath.Join(dir, "eval-"+set+".tsv"), false)
		if err != nil {
			return nil, err
		}
		all = append(all, large.samples(set, qs)...)
	}
	oos, err := evalset.ReadFile(filepath.Join(dir, "eval-oos-dev.tsv"), true)
	if err != nil {
		return nil, err
	}
	all = append(all, large.samples("oos-dev", oos)...)
	small, held, err := readIntents(filepath.Join(dir, "intents-dev.jsonl"))
	if err != nil {
		return nil, err
	}
	w := newWorld(small)
	all = append(all, w.samples("intents", held)...)
	all = append(all, w.samples("intents-oos", oos)...)
	return ownSamples(all, oos)
}

// ownBase is the demo base in the product: a dense base of an agency's kind, with phrasings.
const ownBase = "knowledge/demo/*.jsonl"

// ownSamples adds the product's own base: its last phrasings are held out as queries.
func ownSamples(all []*sample, oos []evalset.Query) ([]*sample, error) {
	files, err := filepath.Glob(ownBase)
	if err != nil {
		return nil, err
	}
	var docs []lexical.Doc
	var held []evalset.Query
	for _, path := range files {
		more, err := readLines(path)
		if err != nil {
			return nil, err
		}
		for _, d := range more {
			if n := len(d.Units) - 1; n > 1 {
				held = append(held, evalset.Query{Text: d.Units[n], Relevant: []string{d.Key}, Tag: "own"})
				d.Units = d.Units[:n]
			}
			docs = append(docs, d)
		}
	}
	if len(docs) == 0 {
		return nil, fmt.Errorf("no %s: run this at the repository's root", ownBase)
	}
	w := newWorld(docs)
	all = append(all, w.samples("own", held)...)
	return append(all, w.samples("own-oos", oos)...), nil
}

func readLines(path string) ([]lexical.Doc, error) {
	f, err := os.Open(path) //nolint:gosec // a file of the repository
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return readDocs(path, f)
}
