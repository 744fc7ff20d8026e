package assistant

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/knowledge"
)

// shore is a base that suggestions are looked up in; the test may keep searches waiting, or have them fail.
type shore struct {
	mu     sync.Mutex
	asked  []string
	atOnce int
	most   int
	away   error
	// gate, when it is not nil, lets one search through for each value.
	gate chan struct{}
}

func (s *shore) find(ctx context.Context, id string, unsent []string, _ int) ([]knowledge.Hit, error) {
	draft := strings.Join(unsent, "|")
	s.mu.Lock()
	s.asked = append(s.asked, id+":"+draft)
	s.atOnce++
	s.most = max(s.most, s.atOnce)
	gate, away := s.gate, s.away
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.atOnce--
		s.mu.Unlock()
	}()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if away != nil {
		return nil, away
	}
	return []knowledge.Hit{{VersionID: id + ":" + draft, Probability: .5}}, nil
}

func (s *shore) fails(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = err
}

func (s *shore) searches() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...)
}

// suggester runs suggestions over the shore until the test ends.
func (s *shore) suggester(t *testing.T) *Service {
	t.Helper()
	yana := &Service{suggesting: newSuggesting(s.find, slog.New(slog.DiscardHandler))}
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range suggesters {
		group.Go(func() { yana.suggesting.run(ctx) })
	}
	t.Cleanup(func() { cancel(); group.Wait() })
	return yana
}

// take waits for news of an interaction that satisfy; it looks at all news.
func take(t *testing.T, w *Watch, id string, satisfies func(Suggested) bool) Suggested {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		select {
		case <-w.Ready():
		case <-limit:
			require.Fail(t, "no suggestions for "+id)
		}
		for _, found := range w.Take() {
			if satisfies(found) && found.InteractionID == id {
				return found
			}
		}
	}
}

func whatever(Suggested) bool { return true }

func TestSuggestionsOfTheNewestWords(t *testing.T) {
	t.Parallel()
	s := &shore{gate: make(chan struct{})}
	yana := s.suggester(t)
	first, second := yana.WatchSuggestions(), yana.WatchSuggestions()
	first.Drafted("a", "как")
	require.True(t, first.Follows("a"))
	require.Eventually(t, func() bool { return len(s.searches()) == 1 }, time.Minute, time.Millisecond)
	for _, draft := range []string{"как о", "как оф", "как оформить"} { // while the first is searched for
		first.Drafted("a", draft)
		second.Drafted("a", draft)
	}
	s.gate <- struct{}{}
	s.gate <- struct{}{}
	found := take(t, second, "a", func(f Suggested) bool { return f.Hits[0].VersionID == "a:как оформить" })
	require.True(t, found.Draft)
	take(t, first, "a", func(f Suggested) bool { return f.Hits[0].VersionID == "a:как оформить" })
	require.Equal(t, []string{"a:как", "a:как оформить"}, s.searches(), "what came meanwhile is searched for once")

	first.Again("a") // a suggestion was put away
	s.gate <- struct{}{}
	require.Eventually(t, func() bool { return len(s.searches()) == 3 }, time.Minute, time.Millisecond)
	require.Equal(t, "a:как оформить", s.searches()[2], "the draft is not forgotten")

	first.Heard("a", []string{"Здравствуйте.", "Как оформить пенсию?"})
	s.gate <- struct{}{}
	found = take(t, first, "a", func(f Suggested) bool {
		return f.Hits[0].VersionID == "a:Здравствуйте.|Как оформить пенсию?"
	})
	require.True(t, found.Draft)

	first.Said("a") // the draft was sent
	s.gate <- struct{}{}
	require.False(t, take(t, first, "a", whatever).Draft)
}

func TestSuggestionsAreBounded(t *testing.T) {
	t.Parallel()
	s := &shore{}
	yana := s.suggester(t)
	w := yana.WatchSuggestions()
	ids := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	for range 50 {
		for _, id := range ids {
			w.Said(id)
		}
	}
	seen := map[string]bool{}
	require.Eventually(t, func() bool {
		for _, found := range w.Take() {
			seen[found.InteractionID] = true
		}
		return len(seen) == len(ids)
	}, time.Minute, time.Millisecond)
	require.Less(t, len(s.searches()), 50*len(ids)/2)
	require.LessOrEqual(t, s.most, suggesters)

	before := len(s.searches())
	w.Said("a")
	require.Eventually(t, func() bool { return len(s.searches()) > before }, time.Minute, time.Millisecond)
	s.fails(errors.New("away"))
	w.Said("b")
	take(t, w, "b", func(f Suggested) bool {
		require.NotEqual(t, "a", f.InteractionID, "the same was found, which is no news")
		return f.Away
	})

	w.Leave("b")
	require.False(t, w.Follows("b"))
	w.Close()
	w.Said("a")
	require.False(t, w.Follows("a"))
	require.Eventually(t, func() bool {
		yana.suggesting.mu.Lock()
		defer yana.suggesting.mu.Unlock()
		return len(yana.suggesting.jobs) == 0 && len(yana.suggesting.due) == 0
	}, time.Minute, time.Millisecond, "nothing is kept for nobody")
}

func TestSuggestionsWhileTheBaseIsAway(t *testing.T) {
	t.Parallel()
	s := &shore{away: errors.New("away")}
	yana := s.suggester(t)
	w := yana.WatchSuggestions()
	for _, id := range []string{"a", "b", "c"} {
		w.Said(id)
	}
	seen := map[string]bool{}
	require.Eventually(t, func() bool {
		for _, found := range w.Take() {
			seen[found.InteractionID] = found.Away && len(found.Hits) == 0
		}
		return seen["a"] && seen["b"] && seen["c"]
	}, time.Minute, time.Millisecond)
	s.fails(nil)
	found := take(t, w, "a", whatever)
	require.False(t, found.Away, "it is asked again by itself, and a state that has not changed is not told again")
	require.Len(t, found.Hits, 1)
}

func TestWhatIsAskedOfTheBaseOfWordsThatAreSpoken(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"Пособие на ребёнка до трёх лет.", "Хотела узнать, как оформить."},
		asked([]string{"Какие нужны документы?", "Хотела узнать, как оформить.", "Пособие на ребёнка до трёх лет.", "Да.", "Спасибо!"}))
	require.Empty(t, asked([]string{"Алло, алло.", "Здравствуйте!"}[1:]))
	require.Empty(t, asked(nil))
}
