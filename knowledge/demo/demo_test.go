package demo_test

import (
	"bufio"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"ekc/knowledge/demo"
)

type record struct {
	ID, Question, Answer, Short string
	Phrasings                   []string
}

func records(t *testing.T) []record {
	t.Helper()
	var all []record
	for lines := bufio.NewScanner(demo.Records()); lines.Scan(); {
		var r record
		require.NoError(t, json.Unmarshal(lines.Bytes(), &r))
		all = append(all, r)
	}
	return all
}

// folded is a wording as the search sees it: without case, signs and the dots of ё.
func folded(wording string) string {
	words := strings.FieldsFunc(strings.ReplaceAll(strings.ToLower(wording), "ё", "е"), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return strings.Join(words, " ")
}

// Two records that a citizen asks for in the same words would take turns in being the answer.
func TestNoTwoRecordsShareAWording(t *testing.T) {
	t.Parallel()
	of := map[string]string{}
	for _, r := range records(t) {
		for _, wording := range append([]string{r.Question}, r.Phrasings...) {
			key := folded(wording)
			require.NotContains(t, of, key, "%s repeats %q", r.ID, wording)
			of[key] = r.ID
		}
	}
}

func TestRecordsAreComplete(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for _, r := range records(t) {
		require.False(t, ids[r.ID], "%s is there twice", r.ID)
		ids[r.ID] = true
		require.GreaterOrEqual(t, len(r.Phrasings), 3, r.ID)
		require.NotEmpty(t, r.Answer, r.ID)
		require.NotEmpty(t, r.Short, r.ID)
		require.LessOrEqual(t, utf8.RuneCountInString(r.Short), 300, "%s: the short form is for the phone", r.ID)
	}
	require.Greater(t, len(ids), 250)
}
