package voice

import "ekc/internal/numbers"

// E164 brings what was dialled or sent, with the trunk's own habits, to E.164; ok is false when it is no number.
func E164(number string) (string, bool) { return numbers.E164(number) }

// Ordinary reports whether the centre calls the number; see numbers.Ordinary.
func Ordinary(number string) bool { return numbers.Ordinary(number) }
