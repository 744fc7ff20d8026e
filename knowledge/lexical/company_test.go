package lexical_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/knowledge/lexical"
)

// TestWordsOfLikeCompanyAreKindred has two names of one thing that never stand together, in the same company.
func TestWordsOfLikeCompanyAreKindred(t *testing.T) {
	t.Parallel()
	x := lexical.New()
	require.False(t, x.Stale())
	kafe := []string{"летнее", "кафе", "столики", "зонты", "улица", "гости", "повар", "меню"}
	road := []string{"асфальт", "грейдер", "обочина", "разметка", "щебень", "каток", "мост", "кювет"}
	for i := range 40 {
		a, b := kafe[i%8], kafe[(i*3+1)%8]
		c, d := road[i%8], road[(i*3+1)%8]
		x.Put(
			lexical.Doc{Key: fmt.Sprint("v", i), Units: []string{"Вопрос номер"}, Answer: fmt.Sprintf("веранда %s %s", a, b)},
			lexical.Doc{Key: fmt.Sprint("t", i), Units: []string{"Вопрос номер"}, Answer: fmt.Sprintf("терраса %s %s", a, b)},
			lexical.Doc{Key: fmt.Sprint("s", i), Units: []string{"Вопрос номер"}, Answer: fmt.Sprintf("шоссе %s %s", c, d)})
	}
	x.Put(
		lexical.Doc{Key: "terrace", Units: []string{"Когда открывается терраса"}, Answer: "В мае."},
		lexical.Doc{Key: "highway", Units: []string{"Когда открывается шоссе"}, Answer: "В мае."})
	kin := func(key string) float32 {
		for _, c := range x.Search("когда открывается веранда", lexical.Options{Candidates: 130}) {
			if c.Key == key {
				return c.Features[slices.Index(lexical.FeatureNames, "kin_unit")]
			}
		}
		t.Fatal("not found: " + key)
		return 0
	}
	require.InDelta(t, kin("highway"), kin("terrace"), 1e-6, "nothing is learned yet")
	require.True(t, x.Stale())
	x.Learn()
	require.False(t, x.Stale())
	require.Greater(t, kin("terrace"), kin("highway")+0.1)
	x.Remove("v1", "v2")
	require.False(t, x.Stale(), "a few changes call for no learning")

	x.Learn()
	heir := lexical.New()
	require.False(t, heir.Learned())
	heir.Put(lexical.Doc{Key: "new", Units: []string{"Новые слова стоят первыми"}, Answer: "И числа слов другие."},
		lexical.Doc{Key: "highway", Units: []string{"Когда открывается шоссе"}, Answer: "В мае."},
		lexical.Doc{Key: "terrace", Units: []string{"Когда открывается терраса"}, Answer: "В мае."},
		lexical.Doc{Key: "v", Units: []string{"Вопрос номер"}, Answer: "веранда кафе столики"})
	heir.Inherit(x)
	require.True(t, heir.Learned())
	require.False(t, heir.Stale(), "no more has changed than before")
	x = heir
	require.Greater(t, kin("terrace"), kin("highway")+0.1)
}

// TestLearningBesideChanges is for the race detector.
func TestLearningBesideChanges(t *testing.T) {
	t.Parallel()
	x := lexical.New()
	put := func(from, to int) {
		for i := from; i < to; i++ {
			x.Put(lexical.Doc{Key: fmt.Sprint(i), Units: []string{fmt.Sprint("Вопрос о предмете ", i%50)}, Answer: fmt.Sprintf("слово%d и слово%d рядом", i%70, i%90)})
		}
	}
	put(0, 1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 5 {
			x.Learn()
		}
	}()
	put(1000, 1500)
	x.Remove("3", "4")
	require.NotEmpty(t, x.Search("вопрос о предмете 7", lexical.Options{Candidates: 5}))
	<-done
	require.True(t, x.Learned())
}

func TestLearningFromNothing(t *testing.T) {
	t.Parallel()
	x := lexical.New()
	x.Learn()
	require.Empty(t, x.Search("веранда", lexical.Options{Candidates: 5}))
	x.Put(lexical.Doc{Key: "a", Units: []string{"Веранда"}, Answer: "Да."})
	x.Learn()
	require.Len(t, x.Search("веранда", lexical.Options{Candidates: 5}), 1)
}
