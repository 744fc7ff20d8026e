// Package numbers brings telephone numbers, as people write them and carriers send them, into one form. It imports nothing of the
// project.
package numbers

import (
	"regexp"
	"strings"
)

var (
	noise     = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "", "\u00a0", "")
	e164      = regexp.MustCompile(`^\+[1-9]\d{7,14}$`) // E.164, section 6.2
	national  = regexp.MustCompile(`^(?:8|7)(\d{10})$`)
	abroad    = regexp.MustCompile(`^(?:810|00)([1-9]\d{6,13})$`)
	ordinary  = regexp.MustCompile(`^\+7(?:[34]\d\d|8[1-7]\d|9\d\d)\d{7}$`)
	withoutCC = regexp.MustCompile(`^[3489]\d{9}$`)
)

// E164 brings what was dialled or sent, with the trunk's own habits, to E.164; ok is false when it is no number.
func E164(number string) (string, bool) {
	number = noise.Replace(number)
	if m := abroad.FindStringSubmatch(number); m != nil {
		number = "+" + m[1]
	}
	if m := national.FindStringSubmatch(number); m != nil {
		return "+7" + m[1], true
	}
	if withoutCC.MatchString(number) {
		return "+7" + number, true
	}
	return number, e164.MatchString(number)
}

// Ordinary reports whether the centre calls the number: a mobile or geographic one of the Russian numbering plan, and none that
// costs the centre or the citizen more (8-80x services, other countries). So nobody earns by letting us call.
func Ordinary(number string) bool { return ordinary.MatchString(number) }
