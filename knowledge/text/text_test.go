package text_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/knowledge/text"
)

func stems(s string) []string {
	var out []string
	for _, w := range text.Words(s, 0) {
		out = append(out, w.Stem)
	}
	return out
}

func TestWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, stems("ребенок елка"), stems("РЕБЁНОК ёлка"))
	require.Equal(t, stems("й ё"), stems("и\u0306 е\u0308"), "composed and decomposed letters are one")
	require.Equal(t, stems("замок"), stems("за\u0301мок"), "stress marks are dropped")
	require.Equal(t, stems("материнский капитал"), stems("маткапитал"))
	require.Equal(t, []string{"18", "лет"}, stems("18лет"), "digits and letters part")
	require.Empty(t, text.Words(" -- ,.!", 0))
	require.Len(t, text.Words("один два три четыре", 2), 2)
	ws := text.Words("Первое дело. Второе дело", 0)
	require.True(t, ws[1].End)
	require.False(t, ws[2].End)
	require.True(t, ws[3].End)
}

func TestSynonymsGoBothWays(t *testing.T) {
	t.Parallel()
	for _, w := range []string{"пособие", "больничный", "видео"} {
		stem := text.Words(w, 1)[0].Stem
		require.NotEmpty(t, text.Synonyms(stem), w)
		for _, s := range text.Synonyms(stem) {
			back := false
			for _, r := range text.Synonyms(s.Stem) {
				back = back || r.Stem == stem
			}
			require.True(t, back, "%s: %s", w, s.Stem)
		}
	}
}

func TestWithoutCourtesy(t *testing.T) {
	t.Parallel()
	require.Len(t, text.WithoutCourtesy(text.Words("Добрый день! Подскажите, где пенсия", 0)), 2)
	require.Len(t, text.WithoutCourtesy(text.Words("Здравствуйте!", 0)), 1, "a greeting alone stays")
}

func TestKin(t *testing.T) {
	t.Parallel()
	require.True(t, text.Kin("бабушка"))
	require.False(t, text.Kin("пенсия"))
	require.True(t, text.Possessive("моя"))
	require.False(t, text.Possessive("пенсия"))
}
