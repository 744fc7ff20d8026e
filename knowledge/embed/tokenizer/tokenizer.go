package tokenizer

import "slices"

// Tokenizer turns a text into the ids of a model's vocabulary. It may be used from many goroutines.
type Tokenizer struct {
	normalise []normaliser
	split     []splitter
	model     model
	// before and after are the special tokens around a text; pad fills a batch.
	before, after []int64
	pad           int64
}

// model cuts one word, as the splitters leave it, into pieces.
type model interface {
	encode(word string) []int64
}

// normaliser changes a text before it is split.
type normaliser func(string) string

// splitter divides a part of a text; first tells whether it is the text's beginning.
type splitter func(part string, first bool) []string

// Encode gives the ids of a text with its special tokens, at most limit of them: a longer text loses its end. A limit that
// leaves no room for the text gives the special tokens alone.
func (t *Tokenizer) Encode(text string, limit int) []int64 {
	room := max(0, limit-len(t.before)-len(t.after))
	ids := make([]int64, 0, 32)
	for _, word := range t.words(text) {
		if len(ids) >= room {
			break
		}
		ids = append(ids, t.model.encode(word)...)
	}
	ids = ids[:min(len(ids), room)]
	return slices.Concat(t.before, ids, t.after)
}

// Pad is the id that fills the shorter texts of a batch; the model is told to look away from it.
func (t *Tokenizer) Pad() int64 { return t.pad }

func (t *Tokenizer) words(text string) []string {
	for _, n := range t.normalise {
		text = n(text)
	}
	parts := []string{text}
	for _, split := range t.split {
		var next []string
		for i, p := range parts {
			next = append(next, split(p, i == 0)...)
		}
		parts = next
	}
	return slices.DeleteFunc(parts, func(p string) bool { return p == "" })
}
