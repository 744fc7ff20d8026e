// Package embed turns texts into vectors for semantic search. Every embedder is behind one interface: the built-in one,
// which works offline, any OpenAI-compatible server, and a local model (knowledge/embed/onnx). It imports packages text and
// personal only.
package embed

import (
	"context"
	"errors"
	"math"
)

// Embedder turns texts into vectors. Implementations may be used from many goroutines.
type Embedder interface {
	// Name identifies the embedder and its version: vectors of different names are never compared. At most 120 characters.
	Name() string
	// Dimensions is the length of every vector, at most MaxDimensions.
	Dimensions() int
	// Embed gives one vector of length 1 per text that is searched in, in order.
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

// MaxDimensions is the longest vector that pgvector can index (halfvec, pgvector 0.7).
const MaxDimensions = 4000

// Asker is an Embedder that treats what is asked differently from what is searched in, such as the e5 models with their
// prefixes.
type Asker interface {
	// EmbedQuery gives the vector of length 1 of a query.
	EmbedQuery(ctx context.Context, query string) ([]float32, error)
}

// Sourced is an Embedder that another process can open by a few words, with Open of the settings.
type Sourced interface {
	// Source holds no secret; it is kept in the database.
	Source() string
}

// Query gives the vector of a query.
func Query(ctx context.Context, e Embedder, text string) ([]float32, error) {
	if a, ok := e.(Asker); ok {
		return a.EmbedQuery(ctx, text)
	}
	vectors, err := e.Embed(ctx, []string{text})
	if err != nil {
		return nil, err
	}
	if len(vectors) != 1 {
		return nil, errors.New("embed: the embedder has given no vector")
	}
	return vectors[0], nil
}

// SourceOf is the embedder's source; empty when it has none.
func SourceOf(e Embedder) string {
	if s, ok := e.(Sourced); ok {
		return s.Source()
	}
	return ""
}

// Normalise scales a vector to length 1; a zero vector, or one that holds what is no number, becomes the first unit vector,
// because its cosine is not defined and the database would refuse it.
func Normalise(v []float32) {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 || math.IsNaN(sum) || math.IsInf(sum, 0) {
		clear(v)
		v[0] = 1
		return
	}
	scale := float32(1 / math.Sqrt(sum))
	for i := range v {
		v[i] *= scale
	}
}
