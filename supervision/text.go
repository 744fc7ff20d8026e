package supervision

import (
	"strings"
	"unicode/utf8"

	"ekc/internal/fail"
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
