package personal_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/knowledge/personal"
)

// identified is an identifier that a phrase of the set names.
var identified = regexp.MustCompile(`\{([A-Z_]+):([^}]*)\}`)

// phrases reads the set: the texts, and which identifiers stand in them, by kind.
func phrases(t *testing.T) (texts []string, kinds [][]personal.Kind) {
	t.Helper()
	raw, err := os.ReadFile("testdata/identifiers.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		var named []personal.Kind
		for _, m := range identified.FindAllStringSubmatch(line, -1) {
			named = append(named, personal.Kind(m[1]))
		}
		texts, kinds = append(texts, identified.ReplaceAllString(line, "$2")), append(kinds, named)
	}
	return texts, kinds
}

// The share of what is found that is one, and of what is one that is found, each with its kind.
func TestPrecisionAndRecall(t *testing.T) {
	t.Parallel()
	texts, kinds := phrases(t)
	right, wrong, missed, clean, alarms := 0, 0, 0, 0, 0
	for n, text := range texts {
		left := map[personal.Kind]int{}
		for _, k := range kinds[n] {
			left[k]++
		}
		found := personal.Find(text)
		for _, f := range found {
			if left[f.Kind]--; left[f.Kind] < 0 {
				wrong++
				t.Logf("wrong %s in %q: %q", f.Kind, text, text[f.Start:f.End])
				continue
			}
			right++
		}
		for k, count := range left {
			if count > 0 {
				missed += count
				t.Logf("missed %s in %q", k, text)
			}
		}
		if len(kinds[n]) == 0 {
			clean++
			if len(found) > 0 {
				alarms++
			}
		}
	}
	precision, recall := float64(right)/float64(right+wrong), float64(right)/float64(right+missed)
	t.Logf("%d phrases: precision %.3f, recall %.3f; %d of %d phrases without an identifier alarmed", len(texts), precision, recall, alarms, clean)
	require.GreaterOrEqual(t, precision, .97)
	require.GreaterOrEqual(t, recall, .95)
	require.LessOrEqual(t, alarms, clean/50)
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "",
		"пенсия 16000 рублей":          "пенсия 16000 рублей",
		"мой телефон 8 916 123-45-67!": "мой телефон [телефон]!",
		"снилс 123-456-789 64, тел. 89161234567, почта a@b.ru": "снилс [СНИЛС], тел. [телефон], почта [почта]",
		"паспорт серия 45 08 номер 123456":                     "паспорт серия [паспорт] номер [паспорт]",
		"\xff 89161234567 \xff": "\xff [телефон] \xff",
	} {
		redacted, _ := personal.Redact(text)
		require.Equal(t, want, redacted)
		again, hidden := personal.Redact(redacted)
		require.Equal(t, redacted, again, "once is enough")
		require.Empty(t, hidden)
	}
	_, hidden := personal.Redact("снилс 123-456-789 64, тел. 89161234567")
	require.Equal(t, []personal.Kind{personal.SNILS, personal.Phone}, hidden)
}

func FuzzRedact(f *testing.F) {
	f.Add("снилс 123-456-789 64, телефон восемь девятьсот шестнадцать 123 45 67")
	f.Add("паспорт 45 08 123456 +375 29 123-45-67 II-МЮ 654321 a@b.ru")
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, found := range personal.Find(text) {
			require.LessOrEqual(t, 0, found.Start)
			require.Less(t, found.Start, found.End)
			require.LessOrEqual(t, found.End, len(text))
			at = max(at, found.End)
		}
		require.LessOrEqual(t, at, len(text))
		_, _ = personal.Redact(text)
	})
}

func BenchmarkRedact(b *testing.B) {
	text := strings.Repeat("Здравствуйте, подскажите, когда будет пенсия за 2024 год, 16000 рублей. Мой телефон 8 916 123-45-67. ", 4)
	for b.Loop() {
		personal.Redact(text)
	}
}
