package embed

import (
	"context"
	"fmt"
	"math"

	"ekc/knowledge/text"
)

// Builtin is the offline embedder: stems, their synonyms and character n-grams hashed into a fixed number of dimensions
// with random signs, so that texts of similar words have similar vectors. It knows spelling, inflection and the synonym
// list, not meaning; beside the lexical index it adds little, and what it adds is measured by the fitting command.
type Builtin struct{}

const (
	builtinDimensions = 128
	builtinVersion    = 1
	maxWords          = 80
	gramShare         = 0.35
	functionShare     = 0.2
)

// Name of the embedder; the vector index in the first migrations is made for it.
func (Builtin) Name() string { return fmt.Sprintf("builtin-%d-%d", builtinVersion, builtinDimensions) }

// BuiltinSource is the source of the built-in embedder.
const BuiltinSource = "builtin"

// Source is part of Sourced.
func (Builtin) Source() string { return BuiltinSource }

// Dimensions of its vectors.
func (Builtin) Dimensions() int { return builtinDimensions }

// Embed never fails.
func (Builtin) Embed(_ context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i, t := range texts {
		out[i] = builtin(t)
	}
	return out, nil
}

func builtin(s string) []float32 {
	v := make([]float32, builtinDimensions)
	var grams []text.Gram
	for _, w := range text.Words(s, maxWords) {
		weight := float32(1)
		if w.Function {
			weight = functionShare
		}
		spread(v, hashString(w.Stem), weight)
		for _, syn := range text.Synonyms(w.Stem) {
			spread(v, hashString(syn.Stem), weight*syn.Weight/2)
		}
		grams = text.Grams(grams[:0], w.Surface, false)
		share := weight * gramShare / float32(math.Sqrt(float64(len(grams)+1)))
		for _, g := range grams {
			spread(v, mix(uint64(g)), share)
		}
	}
	Normalise(v)
	return v
}

// spread adds a feature to four dimensions with signs of its own: a random projection without a matrix.
func spread(v []float32, h uint64, weight float32) {
	for range 4 {
		h = mix(h)
		if h&1 == 0 {
			v[(h>>8)%uint64(len(v))] += weight
		} else {
			v[(h>>8)%uint64(len(v))] -= weight
		}
	}
}

// hashString is FNV-1a.
func hashString(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix is the finaliser of SplitMix64.
func mix(h uint64) uint64 {
	h += 0x9e3779b97f4a7c15
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9
	h = (h ^ (h >> 27)) * 0x94d049bb133111eb
	return h ^ (h >> 31)
}
