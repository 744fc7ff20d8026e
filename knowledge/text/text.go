// Package text turns Russian text into the units of search: words, stems and character n-grams. It knows nothing of
// records or indexes and imports nothing of the project.
package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Word is one word of a text.
type Word struct {
	// Surface is the word in lower case with ё folded to е.
	Surface string
	// Stem is its Snowball stem, the unit that texts are compared by.
	Stem string
	// Function marks prepositions, particles, pronouns and the like, which say little about what is asked.
	Function bool
	// End marks the last word of a sentence.
	End bool
}

// maxWordRunes bounds a word; what is longer is a hash, an address or noise and is cut.
const maxWordRunes = 40

// Fold lowers the case and folds what writers of Russian do not distinguish: ё and е, letters with a stress mark.
func Fold(s string) string {
	if strings.ContainsFunc(s, combining) {
		s = norm.NFC.String(s) // the dots of a decomposed ё or й join their letter; a stress mark stays and is dropped below
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r < unicode.MaxASCII:
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
			b.WriteByte(byte(r))
		case r >= 'а' && r <= 'я':
			b.WriteRune(r)
		case r >= 'А' && r <= 'Я':
			b.WriteRune(r + 'а' - 'А')
		case r == 'ё' || r == 'Ё':
			b.WriteRune('е')
		case combining(r):
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

func combining(r rune) bool { return r >= 0x300 && (r < 'Ѐ' || r > 'ӿ') && unicode.Is(unicode.Mn, r) }

// Words splits a text into at most limit words; limit <= 0 means all of them.
func Words(s string, limit int) []Word {
	surfaces, ends := split(Fold(s), limit)
	words := make([]Word, 0, len(surfaces))
	for i, w := range surfaces {
		for j, part := range expand(w) {
			words = append(words, Word{
				Surface: part, Stem: stem(part), Function: functionWords[part],
				End: ends[i] && j == len(expand(w))-1,
			})
		}
		if limit > 0 && len(words) >= limit {
			return words[:limit]
		}
	}
	return words
}

// split cuts folded text into runs of letters or of digits and tells which of them ends a sentence.
func split(s string, limit int) (words []string, ends []bool) {
	start, runes := -1, 0
	class := 0
	flush := func(end int) {
		if start >= 0 {
			words = append(words, s[start:end])
			ends = append(ends, false)
			start = -1
		}
	}
	for i, r := range s {
		c := classOf(r)
		if c != class || c == 0 || runes >= maxWordRunes {
			flush(i)
			if limit > 0 && len(words) >= limit {
				return words, ends
			}
			runes = 0
		}
		if c != 0 && start < 0 {
			start = i
		}
		if c == 0 && len(ends) > 0 && (r == '.' || r == '?' || r == '!' || r == ';' || r == '\n') {
			ends[len(ends)-1] = true
		}
		class = c
		runes++
	}
	flush(len(s))
	if len(ends) > 0 {
		ends[len(ends)-1] = true
	}
	return words, ends
}

func classOf(r rune) int {
	switch {
	case r >= 'а' && r <= 'я', r >= 'a' && r <= 'z':
		return 1
	case r < unicode.MaxASCII:
		if r >= '0' && r <= '9' {
			return 2
		}
		return 0
	case unicode.IsLetter(r):
		return 1
	case unicode.IsDigit(r):
		return 2
	default:
		return 0
	}
}
