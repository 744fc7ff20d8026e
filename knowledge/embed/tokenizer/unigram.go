package tokenizer

import (
	"fmt"
	"unicode/utf8"
)

// unigram cuts a word into the likeliest pieces (T. Kudo, "Subword Regularization", 2018): the path of the highest sum of
// scores, which are logarithms of probabilities.
type unigram struct {
	pieces    map[string]piece
	unknown   int64
	unlikely  float64    // score of a character that no piece covers
	longest   int        // bytes of the longest piece
	bytePiece [256]int64 // ids of the bytes, when useBytes
	useBytes  bool
}

type piece struct {
	id    int64
	score float64
}

// unknownPenalty is how much less likely than the least likely piece an unknown character is.
const unknownPenalty = 10

// newUnigram makes the model of a vocabulary in the order of its ids. The pieces that are left out stand for no text.
func newUnigram(vocabulary []scored, unknown int64, bytes bool, leftOut func(string) bool) *unigram {
	u := &unigram{pieces: make(map[string]piece, len(vocabulary)), unknown: unknown}
	for i, v := range vocabulary {
		if i == 0 || v.score-unknownPenalty < u.unlikely {
			u.unlikely = v.score - unknownPenalty
		}
		if int64(i) == unknown || leftOut(v.text) {
			continue
		}
		u.pieces[v.text] = piece{int64(i), v.score}
		u.longest = max(u.longest, len(v.text))
	}
	u.useBytes = bytes
	for b := range u.bytePiece {
		p, ok := u.pieces[fmt.Sprintf("<0x%02X>", b)]
		u.bytePiece[b], u.useBytes = p.id, u.useBytes && ok
	}
	return u
}

// scored is an entry of the vocabulary.
type scored struct {
	text  string
	score float64
}

// step is the best way to a place in the word.
type step struct {
	from    int
	id      int64
	score   float64
	reached bool
	known   bool
}

func (u *unigram) encode(word string) []int64 {
	best := make([]step, len(word)+1)
	best[0].reached = true
	for at := 0; at < len(word); {
		_, width := utf8.DecodeRuneInString(word[at:])
		single := false
		for end := at + 1; end <= min(len(word), at+u.longest); end++ {
			if end < len(word) && !utf8.RuneStart(word[end]) {
				continue
			}
			if p, ok := u.pieces[word[at:end]]; ok {
				best[end].better(at, p.id, best[at].score+p.score, true)
				single = single || end-at == width
			}
		}
		if !single {
			best[at+width].better(at, u.unknown, best[at].score+u.unlikely, false)
		}
		at += width
	}
	return u.path(word, best)
}

func (s *step) better(from int, id int64, score float64, known bool) {
	if !s.reached || score > s.score {
		*s = step{from, id, score, true, known}
	}
}

// path reads the best way from its end. Neighbouring unknown characters are one unknown piece, or their bytes.
func (u *unigram) path(word string, best []step) []int64 {
	var back []int64
	wasUnknown := false
	for at := len(word); at > 0; at = best[at].from {
		s := best[at]
		switch {
		case s.known:
			back = append(back, s.id)
		case u.useBytes:
			for i := at - 1; i >= s.from; i-- {
				back = append(back, u.bytePiece[word[i]])
			}
		case !wasUnknown:
			back = append(back, u.unknown)
		}
		wasUnknown = !s.known
	}
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	return back
}
