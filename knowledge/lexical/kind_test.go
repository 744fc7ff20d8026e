package lexical_test

import (
	"fmt"
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

func TestQuestionWordsOfAStatementDoNotAsk(t *testing.T) {
	t.Parallel()
	x := lexical.New()
	x.Put(
		lexical.Doc{Key: "asked", Units: []string{"Кто подаёт заявление?"}, Answer: "Заявитель."},
		lexical.Doc{Key: "phrase", Units: []string{"кто подаёт заявление"}, Answer: "Заявитель."},
		lexical.Doc{Key: "stated", Units: []string{"Заявление подаёт лицо, кто и когда причинил вред."}, Answer: "Вред возмещается."})
	found := x.Search("кто подаёт заявление", lexical.Options{Candidates: 10})
	require.Positive(t, feature(t, found, "asked", "class_same"))
	require.Positive(t, feature(t, found, "phrase", "class_same"), "it begins as a question does")
	require.Zero(t, feature(t, found, "stated", "class_same"))
	other := x.Search("где подать заявление", lexical.Options{Candidates: 10})
	require.Positive(t, feature(t, other, "asked", "class_other"))
	require.Zero(t, feature(t, other, "stated", "class_other"))
}

// Where all candidates have the word that is asked about, those that also have a rare function word of the query do not stand out.
func TestFunctionWordsDoNotDivideTheCandidates(t *testing.T) {
	t.Parallel()
	x := lexical.New()
	x.Put(lexical.Doc{Key: "such", Units: []string{"Залог прекращён, если такое предусмотрено."}, Answer: "Что прекращено, того нет."})
	for _, s := range []string{"Понятие залога", "Договор залога", "Возврат залога", "Залог товара", "Залог вещей", "Залог прав"} {
		x.Put(lexical.Doc{Key: s, Units: []string{s}, Answer: "Залог."})
	}
	found := x.Search("что такое залог", lexical.Options{Candidates: 10})
	require.Greater(t, feature(t, found, "Понятие залога", "local_any"), float32(0.6))
	require.Greater(t, feature(t, found, "such", "local_any"), feature(t, found, "Понятие залога", "local_any"))
}

func TestRareFunctionWordsSayLittle(t *testing.T) {
	t.Parallel()
	x := lexical.New()
	for i := range 300 {
		x.Put(lexical.Doc{Key: fmt.Sprint(i), Units: []string{fmt.Sprintf("Пенсия номер %d", i)}, Answer: "Ответ."})
	}
	x.Put(lexical.Doc{Key: "such", Units: []string{"Такое бывает"}, Answer: "Ответ."})
	x.Put(lexical.Doc{Key: "meant", Units: []string{"Залог"}, Answer: "Ответ."})
	found := x.Search("такое залог", lexical.Options{Candidates: 10})
	require.Less(t, feature(t, found, "such", "cover_unit"), float32(0.15), "both words are equally rare in this base")
	require.Greater(t, feature(t, found, "meant", "cover_unit"), float32(0.85))
}
