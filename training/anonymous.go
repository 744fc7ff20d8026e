package training

import (
	"regexp"
	"strings"
	"unicode"

	"ekc/internal/fail"
	"ekc/knowledge/personal"
)

// someone stands for a name.
const someone = "[имя]"

// Signs that something personal was not understood: six digits in a row, however they are grouped, and the marks of a full name.
var (
	digitsLeft = regexp.MustCompile(`\d(?:[\s().\x{2010}-\x{2014}-]{0,3}\d){5,}`)
	nameLeft   = regexp.MustCompile(`(?i:меня\s+зовут|моя\s+фамилия|фамилия|ф\.?\s?и\.?\s?о\.?:?)\s+\p{Lu}\p{Ll}+`)
)

// anonymous hides all that is personal in a text: identifiers, names by their form, and the words of the known names in any case of
// Russian declension. INVALID when signs of something personal are left.
func anonymous(text string, names []string) (string, error) {
	text, _ = personal.Redact(text)
	text = personal.Mask(text)
	for _, name := range names {
		for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' }) {
			text = hideWord(text, word)
		}
	}
	left := len(personal.Find(text)) > 0 || digitsLeft.MatchString(text) || nameLeft.MatchString(text)
	if left {
		return "", fail.Field("interactionId", fail.Invalid, "something personal is left in the dialogue that could not be hidden")
	}
	return text, nil
}

// shortest is the length of a stem, in runes, below which a word of a name is matched as it is.
const shortest = 3

// hideWord hides a word of a name wherever a word begins with its stem and goes on as a case of it may.
func hideWord(text, word string) string {
	runes := []rune(word)
	if len(runes) < 2 {
		return text
	}
	stem := runes
	for len(stem) > shortest && strings.ContainsRune("аеёийоуыьэюя", unicode.ToLower(stem[len(stem)-1])) {
		stem = stem[:len(stem)-1]
	}
	fold := func(s string) string {
		return regexp.MustCompile(`[её]`).ReplaceAllString(regexp.QuoteMeta(strings.ToLower(s)), "[её]")
	}
	pattern, err := regexp.Compile(`(?i)(^|[^\p{L}])` + fold(string(stem)) + `\p{L}{0,3}([^\p{L}]|$)`)
	if err != nil {
		return text // a quoted text always compiles
	}
	for range 2 { // neighbours share the space between them
		text = pattern.ReplaceAllString(text, "${1}"+someone+"${2}")
	}
	return text
}
