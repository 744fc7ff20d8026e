// Package embed turns texts into vectors for semantic search. Every embedder is behind one interface: the built-in one,
// which works offline, and any OpenAI-compatible server. It imports package text only.
package embed

import (
	"context"
	"math"
)

// Embedder turns texts into vectors. Implementations may be used from many goroutines.
type Embedder interface {
	// Name identifies the embedder and its version: vectors of different names are never compared.
	Name() string
	// Dimensions is the length of every vector.
	Dimensions() int
	// Embed gives one vector of length 1 per text, in order.
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

// normalise scales a vector to length 1; a zero vector gets its first component set, because the cosine of a zero vector
// is not defined and the database would refuse it.
func normalise(v []float32) {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		v[0] = 1
		return
	}
	scale := float32(1 / math.Sqrt(sum))
	for i := range v {
		v[i] *= scale
	}
}
