package supervision

import (
	"strings"
	"unicode/utf8"

	"ekc/internal/fail"
	"ekc/knowledge/personal"
)

// Limits of texts, in characters.
const (
	maxQuestion = 2000
	maxReason   = 1000
	maxName     = 200
	maxJudged   = 4000
)

// checked trims a text and makes sure that it is one, not empty and not too long.
func checked(field, text string, most int) (string, error) {
	text, err := optionalText(field, text, most)
	if err == nil && text == "" {
		err = fail.Field(field, fail.Invalid, "is empty")
	}
	return text, err
}

// optionalText is checked for a text that may be empty.
func optionalText(field, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return "", fail.Field(field, fail.Invalid, "is not valid text")
	case utf8.RuneCountInString(text) > most:
		return "", fail.Field(field, fail.Invalid, "is longer than %d characters", most)
	}
	return text, nil
}

// words is checked for what staff write of their work: the numbers of citizens in it (telephones, СНИЛС, passports, cards) are not kept, for
// many read it, and nobody of them for a purpose.
func words(field, text string, most int) (string, error) {
	text, err := checked(field, text, most)
	return personal.Redacted(text), err
}

// optionalWords is words for a text that may be empty.
func optionalWords(field, text string, most int) (string, error) {
	text, err := optionalText(field, text, most)
	return personal.Redacted(text), err
}
