package text

import (
	"sync"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/russian"
)

// maxCachedStems bounds the memory of the cache below; the words of a base of a million records fit.
const maxCachedStems = 1 << 20

// stems remembers the stems of words already met: stemming is the slowest step of indexing, and words repeat. It is a
// cache of a pure function, so sharing it between indexes changes nothing but speed.
var stems = struct {
	sync.RWMutex
	of map[string]string
}{of: make(map[string]string, 1<<14)}

// stem gives the Snowball stem of a folded word.
func stem(word string) string {
	stems.RLock()
	s, ok := stems.of[word]
	stems.RUnlock()
	if ok {
		return s
	}
	env := snowballstem.NewEnv(word)
	russian.Stem(env)
	s = env.Current()
	stems.Lock()
	if len(stems.of) < maxCachedStems {
		stems.of[word] = s
	}
	stems.Unlock()
	return s
}
