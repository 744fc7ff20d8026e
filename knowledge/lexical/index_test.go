package lexical_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/knowledge/lexical"
)

func best(x *lexical.Index, query string) string {
	key, score := "", float32(-1)
	for _, c := range x.Search(query, lexical.Options{Candidates: 20}) {
		if c.First > score {
			key, score = c.Key, c.First
		}
	}
	return key
}

func TestPutReplacesAndRemoveForgets(t *testing.T) {
	t.Parallel()
	x := lexical.New()
	x.Put(lexical.Doc{Key: "a", Units: []string{"пенсия по старости"}}, lexical.Doc{Key: "b", Units: []string{"больничный лист"}})
	require.Equal(t, "a", best(x, "пенсия"))
	x.Put(lexical.Doc{Key: "a", Units: []string{"отпуск"}})
	require.Equal(t, 2, x.Len())
	require.Equal(t, "a", best(x, "отпуск"))
	require.Empty(t, best(x, "старости"))
	x.Remove("a", "unknown")
	require.Equal(t, 1, x.Len())
	require.Empty(t, best(x, "отпуск"))
	require.InDelta(t, 2.0/3, x.Garbage(), 1e-9)
}

func TestFeaturesAreNamed(t *testing.T) {
	t.Parallel()
	x := lexical.New()
	x.Put(lexical.Doc{Key: "a", Units: []string{"пенсия по старости", "выход на пенсию"}, Answer: "Подать заявление.", Topic: "Пенсии"})
	c := x.Search("как выйти на пенсию", lexical.Options{Candidates: 5})[0]
	require.Len(t, c.Features, len(lexical.FeatureNames))
	require.Equal(t, 1, c.Unit)
	require.Equal(t, "выход на пенсию", c.Text)
}

func TestSearchesAndChangesTogether(t *testing.T) {
	t.Parallel()
	x := lexical.New()
	x.Put(lexical.Doc{Key: "fixed", Units: []string{"как оформить пенсию"}})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 100 {
				key := fmt.Sprintf("r%d", i%10)
				if w%2 == 0 {
					x.Put(lexical.Doc{Key: key, Units: []string{fmt.Sprintf("вопрос %d о пособии", i)}, Answer: "ответ"})
				} else {
					x.Search("как оформить пенсию и пособие", lexical.Options{Candidates: 5})
					x.Remove(key)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, "fixed", best(x, "как оформить пенсию"))
}
