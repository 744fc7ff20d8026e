package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Short texts are validated without being measured first, so none of them may be dear.
func TestSmallBombsAreCheap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chain := func(leaf, link string) string {
		text := "{...a0 ...a0}"
		n := 0
		for len(text) < 950 {
			text += fmt.Sprintf(link, n, n+1, n+1)
			n++
		}
		return text + fmt.Sprintf("fragment a%d on Query{%s}", n, leaf)
	}
	for name, text := range map[string]string{
		"spreads":      chain("__typename", "fragment a%d on Query{...a%d ...a%d}"),
		"inline":       chain("__typename", "fragment a%d on Query{...on Query{...a%d}...a%d}"),
		"below fields": chain("viewer{account{id}}", "fragment a%d on Query{...a%d viewer{__typename} ...a%d}"),
		"wide":         "{" + strings.Repeat("...on Query{viewer{account{id}}}", 30) + "}",
		"repeated":     "{viewer{account{" + strings.Repeat("roles{id}", 100) + "}}}",
	} {
		began := time.Now()
		got := w.ask("", text, nil)
		require.Less(t, time.Since(began), 3*time.Second, name)
		require.NotEqual(t, 500, got.status, name)
	}
}
