package knowledge_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/knowledge"
)

func TestSearchThin(t *testing.T) {
	t.Parallel()
	b := baseOf(t,
		`{"id":"a","question":"Как оформить пенсию по старости?","answer":"Подайте заявление в Социальный фонд.","topic":"Пенсии","phrasings":["куда идти за пенсией"],"intent":true}`,
		`{"id":"b","question":"Сколько дней длится больничный?","answer":"До выздоровления.","topic":"Больничные"}`)
	hits := search(t, b, knowledge.Query{Text: "куда идти за пенсией?"})
	require.Equal(t, "a", hits[0].RecordID)
	t.Logf("%+v", hits[0])
}
