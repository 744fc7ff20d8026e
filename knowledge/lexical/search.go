package lexical

// BM25's parameters. Questions are short and much of one length, so length counts less there than in answers.
const (
	k1       = 1.2
	bUnit    = 0.5
	bGram    = 0.6
	bBody    = 0.6
	bodyPart = 0.6 // what the answer counts beside the question when candidates are chosen
)

// Options steer one search.
type Options struct {
	// Candidates is how many records are looked at closely.
	Candidates int
	// Allowed, when set, says which records may be found. It is called with the index's read lock held.
	Allowed func(key string) bool
	// Also lists records to look at besides those the index finds (semantic neighbours); unknown keys are ignored.
	Also []string
}

// Candidate is one record looked at closely.
type Candidate struct {
	Key string
	// Unit is the index in Doc.Units of the question or phrasing nearest to the query, and Text its text.
	Unit int
	Text string
	// First is the score by which the record became a candidate.
	First float32
	// Features describe it to the ranker; see FeatureNames.
	Features []float32
}

// Search gives the candidate records for a text, in no final order. Words choose them, as far as a budget of postings goes; those
// chosen are then scored in full, by all their words and by their character n-grams.
func (x *Index) Search(s string, opts Options) []Candidate {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.live == 0 {
		return nil
	}
	sc := x.borrow()
	q := x.analyseQuery(s, sc)
	defer x.giveBack(sc, q)
	if len(q.terms) == 0 {
		return nil
	}
	chosen := x.choose(q, sc, opts)
	return x.describe(q, sc, x.score(q, sc, chosen, opts))
}
