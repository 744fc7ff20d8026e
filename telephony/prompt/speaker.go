package prompt

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is the longest text that is spoken, in characters.
const MaxText = 2000

// Speaker turns Russian text into speech. Implementations are safe for concurrent use and obey ctx.
type Speaker interface {
	// Name identifies the engine, the voice and its settings: the same name and text give the same speech.
	Name() string
	// Speak returns the speech of plain text of at most MaxText characters; markup is read out, not obeyed.
	Speak(ctx context.Context, text string) (Sound, error)
}

// ErrText is returned for a text that cannot be spoken.
var ErrText = errors.New("text cannot be spoken")

// plain checks a text and takes out what an engine could take for a command: control characters and the brackets in
// which espeak-ng expects phonemes.
func plain(text string) (string, error) {
	if !utf8.ValidString(text) {
		return "", fmt.Errorf("%w: not UTF-8", ErrText)
	}
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || r == '[' || r == ']' || r == '<' || r == '>' || r == '\uFEFF':
			return ' '
		case r == '\u0301': // a stress mark of a dictionary
			return -1
		}
		return r
	}, text)), " ")
	if !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return "", fmt.Errorf("%w: no words", ErrText)
	}
	if utf8.RuneCountInString(text) > MaxText {
		return "", fmt.Errorf("%w: longer than %d characters", ErrText, MaxText)
	}
	return text, nil
}
