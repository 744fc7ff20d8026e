package phrase_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/assistant/phrase"
)

type example struct{ label, text string }

func examples(t *testing.T) []example {
	t.Helper()
	data, err := os.ReadFile("testdata/phrases.tsv")
	require.NoError(t, err)
	var all []example
	for line := range strings.Lines(string(data)) {
		label, text, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok && !strings.HasPrefix(line, "#") {
			all = append(all, example{label, text})
		}
	}
	return all
}

func labelOf(r phrase.Reading) string {
	if r.Kind == phrase.Question && r.Loss {
		return "loss"
	}
	return r.Kind.String()
}

// The aims are those of the whole set; a label that falls below them names what it missed.
func TestPhrases(t *testing.T) {
	t.Parallel()
	all := examples(t)
	require.GreaterOrEqual(t, len(all), 150)
	total, right, alarms, ordinary := map[string]int{}, map[string]int{}, 0, 0
	for _, e := range all {
		got := labelOf(phrase.Read(e.text))
		total[e.label]++
		if got == e.label {
			right[e.label]++
		} else {
			t.Logf("%s taken for %s (%s): %s", e.label, got, phrase.Read(e.text).Rule, e.text)
		}
		if e.label == "question" || e.label == "loss" {
			ordinary++
			if got != "question" && got != "loss" {
				alarms++
			}
		}
	}
	for label, n := range total {
		t.Logf("%-9s %3d of %3d", label, right[label], n)
		require.GreaterOrEqual(t, float64(right[label])/float64(n), 0.9, label)
	}
	t.Logf("false alarms on ordinary questions: %d of %d", alarms, ordinary)
	require.LessOrEqual(t, float64(alarms)/float64(ordinary), 0.03)
}
