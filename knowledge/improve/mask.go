package improve

import "ekc/knowledge/personal"

// Mask hides personal data in a citizen's words; see personal.Mask.
func Mask(text string) string { return personal.Mask(text) }
