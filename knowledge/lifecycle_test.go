package knowledge_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/knowledge"
)

func TestNext(t *testing.T) {
	t.Parallel()
	legal := map[string]knowledge.Status{
		"draft submit": "review", "draft discard": "archived", "review withdraw": "draft", "review reject": "draft",
		"review approve": "approved", "review publish": "published", "review discard": "archived", "approved withdraw": "draft",
		"approved reject": "draft", "approved publish": "published", "published archive": "archived",
	}
	for _, from := range []knowledge.Status{"draft", "review", "approved", "published", "archived"} {
		for _, a := range strings.Fields("submit withdraw reject approve publish archive discard") {
			to, err := knowledge.Next(from, knowledge.Action(a))
			if want := legal[string(from)+" "+a]; want != "" {
				require.NoError(t, err)
				require.Equal(t, want, to)
				continue
			}
			require.Equal(t, fail.Conflict, fail.CodeOf(err), "%s %s", from, a)
		}
	}
	_, err := knowledge.Next(knowledge.StatusDraft, "burn")
	require.Equal(t, fail.Invalid, fail.CodeOf(err))
}

func TestCompare(t *testing.T) {
	t.Parallel()
	a := knowledge.Version{Question: "Какой стаж?", Answer: "Нужно десять лет стажа.", Tags: []string{"стаж"}}
	b := a
	b.Answer, b.Intent, b.Tags = "Нужно пятнадцать лет общего стажа.", true, nil
	require.Empty(t, knowledge.Compare(a, a))
	all := knowledge.Compare(a, b)
	require.Len(t, all, 3)
	require.Equal(t, "answer", all[0].Field)
	require.Equal(t, knowledge.Difference{Field: "intent", Before: "false", After: "true"}, all[1])
	require.Equal(t, knowledge.Difference{Field: "tags", Before: "стаж"}, all[2])
	var before, after, added string
	for _, w := range all[0].Words {
		if w.Change != knowledge.WordsAdded {
			before += w.Text
		}
		if w.Change != knowledge.WordsRemoved {
			after += w.Text
		}
		if w.Change == knowledge.WordsAdded {
			added += w.Text + "|"
		}
	}
	require.Equal(t, a.Answer, before)
	require.Equal(t, b.Answer, after)
	require.Equal(t, "пятнадцать| общего|", added)
	a.Answer, b.Answer = strings.Repeat("а б ", 5000), strings.Repeat("в б ", 5000)
	require.NotEmpty(t, knowledge.Compare(a, b)[0].Words, "a long text is compared coarsely rather than for ever")
}
