package lexical_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/knowledge/lexical"
)

// feature gives one input of the candidate with the key.
func feature(t *testing.T, all []lexical.Candidate, key, name string) float32 {
	t.Helper()
	for _, c := range all {
		if c.Key == key {
			return c.Features[slices.Index(lexical.FeatureNames, name)]
		}
	}
	require.Fail(t, "no candidate "+key)
	return 0
}

func TestKindOfText(t *testing.T) {
	t.Parallel()
	x := lexical.New()
	x.Put(
		lexical.Doc{Key: "asked", Units: []string{"Что такое залог?", "залог"}, Answer: "Об этом расскажет банк."},
		lexical.Doc{Key: "title", Units: []string{"Понятие залога"}, Answer: "Залог признаётся обеспечением обязательства."},
		lexical.Doc{Key: "part", Units: []string{"если залог прекращён по статье 352;"}, Answer: "если залог прекращён;"})
	found := x.Search("что такое залог 18", lexical.Options{Candidates: 10})
	require.Positive(t, feature(t, found, "asked", "asks"))
	require.Zero(t, feature(t, found, "title", "asks"))
	require.Positive(t, feature(t, found, "title", "heading"))
	require.Zero(t, feature(t, found, "part", "heading"))
	require.Positive(t, feature(t, found, "title", "defines"))
	require.Zero(t, feature(t, found, "asked", "defines"))
	require.Positive(t, feature(t, found, "part", "mark_extra"), "352 is not asked for")
	require.Positive(t, feature(t, found, "title", "mark_missing"), "18 is nowhere")
}

func TestRelativesSayForWhomNotWhat(t *testing.T) {
	t.Parallel()
	x := lexical.New()
	x.Put(
		lexical.Doc{Key: "kin", Units: []string{"Права бабушки на общение с внуком"}, Answer: "Суд решает."},
		lexical.Doc{Key: "fare", Units: []string{"Льгота на проезд"}, Answer: "Обратитесь в соцзащиту."})
	mine := x.Search("моя бабушка льгота", lexical.Options{Candidates: 10})
	whose := x.Search("бабушка льгота", lexical.Options{Candidates: 10})
	require.Less(t, feature(t, mine, "kin", "cover_unit"), feature(t, whose, "kin", "cover_unit"))
}
