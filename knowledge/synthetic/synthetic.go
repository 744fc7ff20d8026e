// Package synthetic makes records and queries of any number for measurements: words of Russian syllables and endings that are as
// unevenly frequent as real ones (Zipf), in a vocabulary that grows with the base (Heaps). The texts mean nothing; their statistics
// are what an index feels. The same seed makes the same texts. It imports nothing of the project.
package synthetic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// Record is one made-up entry of a base.
type Record struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	Answer   string `json:"answer"`
	Topic    string `json:"topic"`
}

// Base makes records; it is not safe for concurrent use.
type Base struct {
	random *rand.Rand
	zipf   *rand.Zipf
	words  []string
	made   int
}

// wordsOfARecord is about how many words a record has: a question of 5 to 14 and an answer of 20 to 90.
const wordsOfARecord = 65

// New prepares a base that will have about n records.
func New(n int, seed uint64) *Base {
	b := &Base{random: rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // measurements must be repeatable
	size := int(20 * math.Sqrt(float64(n)*wordsOfARecord))
	b.words = make([]string, size)
	for i := range b.words {
		b.words[i] = b.word()
	}
	b.zipf = rand.NewZipf(b.random, 1.07, 3, uint64(size-1)) //nolint:gosec // positive
	return b
}

var (
	// Letters as often as they open, carry and close syllables, about; so that 3-grams are as many and as uneven as in real words.
	opening  = []rune("ппррссттннллквдмбгзжчшфхцщ")
	vowels   = []rune("ооааееииуыяёюэ")
	closing  = []rune("нрстлкмвдй")
	endings  = strings.Fields("ие ия ость ение ать ить ый ая ого ому ами ах ов ей ство тель ник ка ции ы а")
	function = strings.Fields("в на и по для с за от до при или не что как если кто где когда можно ли это")
	begins   = strings.Fields("Как Кто Где Когда Сколько Какие Можно Почему")
)

func (b *Base) word() string {
	var s strings.Builder
	for range 2 + b.random.IntN(3) {
		s.WriteRune(opening[b.random.IntN(len(opening))])
		s.WriteRune(vowels[b.random.IntN(len(vowels))])
		if b.random.IntN(3) == 0 {
			s.WriteRune(closing[b.random.IntN(len(closing))])
		}
	}
	return s.String() + endings[b.random.IntN(len(endings))]
}

func (b *Base) text(words int) string {
	out := make([]string, words)
	for i := range out {
		if b.random.IntN(4) == 0 {
			out[i] = function[b.random.IntN(len(function))]
			continue
		}
		out[i] = b.words[b.zipf.Uint64()]
	}
	return strings.Join(out, " ")
}

// Next makes one more record.
func (b *Base) Next() Record {
	b.made++
	answer := make([]string, 2+b.random.IntN(4))
	for i := range answer {
		answer[i] = b.text(10 + b.random.IntN(9))
	}
	return Record{
		ID:       fmt.Sprintf("s%07d", b.made),
		Question: begins[b.random.IntN(len(begins))] + " " + b.text(4+b.random.IntN(10)) + "?",
		Answer:   strings.Join(answer, ". ") + ".",
		Topic:    b.words[b.made%200],
	}
}

// Query asks a question in other words: some of its words, in part misspelt, and some of its own.
func (b *Base) Query(question string) string {
	words := strings.Fields(strings.TrimSuffix(question, "?"))
	kept := words[:0:0]
	for _, w := range words {
		if b.random.IntN(3) > 0 {
			kept = append(kept, b.misspell(w))
		}
	}
	return strings.Join(append(kept, b.text(2)), " ")
}

// misspell leaves out one letter of every tenth long word.
func (b *Base) misspell(word string) string {
	letters := []rune(word)
	if len(letters) < 5 || b.random.IntN(10) > 0 {
		return word
	}
	i := 1 + b.random.IntN(len(letters)-2)
	return string(letters[:i]) + string(letters[i+1:])
}
