package phrase

import (
	"regexp"
	"strings"

	"ekc/knowledge/text"
)

// maxWords is how much of a message is looked at: its feeling shows early, and a pasted letter must cost nothing.
const maxWords = 200

// lookalikes are the Latin letters that people put for Cyrillic ones, by a wrong keyboard or to pass a filter.
var lookalikes = strings.NewReplacer("a", "а", "c", "с", "e", "е", "o", "о", "p", "р", "x", "х", "y", "у", "k", "к", "m", "м", "t", "т",
	"h", "н", "b", "в", "3", "з", "0", "о")

var (
	cyrillic = regexp.MustCompile(`[а-я]`)
	foreign  = regexp.MustCompile(`[a-z0]`)
	// masked is a swear word with its letters starred out.
	masked = regexp.MustCompile(`[а-я][*@#]+[а-я]`)
)

// wordsOf are the folded words of a text: ё is е, a letter held down counts once, Latin letters inside a Cyrillic word are
// taken for what they look like.
func wordsOf(s string) []string {
	all := text.Words(mixed(text.Fold(s)), maxWords)
	words := make([]string, len(all))
	for i, w := range all {
		words[i] = unheld(w.Surface)
	}
	return words
}

// mixed mends the words that are written in two alphabets.
func mixed(folded string) string {
	if !foreign.MatchString(folded) {
		return folded
	}
	words := strings.Fields(folded)
	for i, w := range words {
		if cyrillic.MatchString(w) && foreign.MatchString(w) {
			words[i] = lookalikes.Replace(w)
		}
	}
	return strings.Join(words, " ")
}

// unheld shortens three and more of one letter to one.
func unheld(word string) string {
	runes := []rune(word)
	var out []rune
	for i := 0; i < len(runes); {
		n := 1
		for i+n < len(runes) && runes[i+n] == runes[i] {
			n++
		}
		keep := n
		if n >= 3 && (runes[i] < '0' || runes[i] > '9') {
			keep = 1
		}
		for range keep {
			out = append(out, runes[i])
		}
		i += n
	}
	return string(out)
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
