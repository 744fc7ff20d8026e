package voice_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/voice"
)

// A console that is open at any node is known at every node; one that only asks for its desk counts as open for a while.
func TestConsolesAreKnownAtEveryNode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	here, there := w.start(nil, nil), w.start(nil, nil)
	known := func(open bool) {
		t.Helper()
		for _, n := range []*voice.Service{here.Service, there.Service} {
			got, err := n.Console(w.Context(), "anna")
			require.NoError(t, err)
			require.Equal(t, open, got)
		}
	}
	known(false)
	first, second := there.ConsoleOpens("anna"), there.ConsoleOpens("anna")
	known(true)
	first()
	first()
	known(true)
	second()
	known(false)

	here.ConsoleAsks("anna")
	known(true)
	w.clock.Advance(time.Minute)
	known(false)
}
