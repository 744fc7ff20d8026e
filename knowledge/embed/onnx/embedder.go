package onnx

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"ekc/knowledge/embed"
	"ekc/knowledge/embed/tokenizer"
)

// Embedder is a local model. It implements embed.Embedder, embed.Asker and embed.Sourced.
type Embedder struct {
	folder     folder
	tokens     *tokenizer.Tokenizer
	session    session
	name       string
	dimensions int
	// queries and passages bound how many batches run at a time: a base being embedded leaves room for those who ask.
	queries, passages chan struct{}
}

var (
	_ embed.Embedder = (*Embedder)(nil)
	_ embed.Asker    = (*Embedder)(nil)
	_ embed.Sourced  = (*Embedder)(nil)
)

// batch is how many texts run through the model at once, and mostThreads how many processors one batch may use: a node has
// other things to do.
const (
	batch       = 16
	mostThreads = 4
)

// session is a loaded model.
type session interface {
	// run gives the model's output for a batch of texts, each of length pieces.
	run(ids, mask []int64, texts, length int) (output, error)
	close() error
}

// output is the vectors of each piece, or, with pooled, of each text.
type output struct {
	values     []float32
	dimensions int
	pooled     bool
}

// Open loads the model of a folder. library is the path of ONNX Runtime's shared library; empty: it is looked for beside the
// program and among the system's. Errors say what is missing.
func Open(ctx context.Context, path, library string) (*Embedder, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("the model's folder: %w", err)
	}
	e := &Embedder{queries: make(chan struct{}, max(1, runtime.GOMAXPROCS(0))), passages: make(chan struct{}, 1)}
	if e.folder, err = readFolder(path); err != nil {
		return nil, err
	}
	if e.tokens, err = tokenizer.Load(path); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	threads := min(mostThreads, max(1, runtime.GOMAXPROCS(0)/2))
	if e.session, err = load(e.folder.model, library, threads); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	probe, err := e.vectors(ctx, e.queries, []string{"проверка"})
	if err == nil && (len(probe[0]) < 1 || len(probe[0]) > embed.MaxDimensions) {
		err = fmt.Errorf("vectors of %d dimensions: 1 to %d can be searched", len(probe[0]), embed.MaxDimensions)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: try the model: %w", path, err), e.Close())
	}
	e.dimensions = len(probe[0])
	e.name = fmt.Sprintf("onnx-%s-%s-%d", plain(filepath.Base(path)), e.folder.digest, e.dimensions)
	return e, nil
}

// plain keeps a name short and of simple characters.
func plain(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '-' || r == '.' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return r
		}
		return '_'
	}, name)
	return name[:min(len(name), 60)]
}

// Source is part of embed.Sourced.
func (e *Embedder) Source() string { return SourcePrefix + e.folder.path }

// SourcePrefix begins the source of a local model; its folder follows.
const SourcePrefix = "onnx:"

// Name of the embedder: the folder's, with a digest of its files.
func (e *Embedder) Name() string { return e.name }

// Dimensions of its vectors.
func (e *Embedder) Dimensions() int { return e.dimensions }

// Close gives the model's memory back. The embedder must not be in use.
func (e *Embedder) Close() error { return e.session.close() }

// Embed gives the vectors of texts that are searched in, one batch after another.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	marked := make([]string, len(texts))
	for i, t := range texts {
		marked[i] = e.folder.passage + t
	}
	return e.vectors(ctx, e.passages, marked)
}

// EmbedQuery gives the vector of a query. It need not wait for Embed.
func (e *Embedder) EmbedQuery(ctx context.Context, query string) ([]float32, error) {
	vectors, err := e.vectors(ctx, e.queries, []string{e.folder.query + query})
	if err != nil {
		return nil, err
	}
	return vectors[0], nil
}

// encoded is a text in pieces, with its place among the texts.
type encoded struct {
	ids   []int64
	place int
}

// vectors puts texts of like length into one batch, so that little is computed for padding.
func (e *Embedder) vectors(ctx context.Context, slots chan struct{}, texts []string) ([][]float32, error) {
	all := make([]encoded, len(texts))
	for i, t := range texts {
		all[i] = encoded{e.tokens.Encode(t, e.folder.longest), i}
	}
	slices.SortStableFunc(all, func(a, b encoded) int { return cmp.Compare(len(a.ids), len(b.ids)) })
	out := make([][]float32, len(texts))
	for part := range slices.Chunk(all, batch) {
		vectors, err := e.inSlot(ctx, slots, part)
		if err != nil {
			return nil, fmt.Errorf("embed: %w", err)
		}
		for i, v := range vectors {
			embed.Normalise(v)
			out[part[i].place] = v
		}
	}
	return out, nil
}

// inSlot runs a batch. The runtime cannot be interrupted: whoever gives up leaves it to end by itself, in its slot.
func (e *Embedder) inSlot(ctx context.Context, slots chan struct{}, part []encoded) ([][]float32, error) {
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	type result struct {
		vectors [][]float32
		err     error
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-slots }()
		vectors, err := e.run(part)
		done <- result{vectors, err}
	}()
	select {
	case r := <-done:
		return r.vectors, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (e *Embedder) run(part []encoded) ([][]float32, error) {
	length := max(1, len(part[len(part)-1].ids)) // they are sorted
	ids, mask := make([]int64, len(part)*length), make([]int64, len(part)*length)
	for i, p := range part {
		row := i * length
		for k := range length {
			ids[row+k] = e.tokens.Pad()
			if k < len(p.ids) {
				ids[row+k], mask[row+k] = p.ids[k], 1
			}
		}
	}
	o, err := e.session.run(ids, mask, len(part), length)
	if err != nil {
		return nil, err
	}
	return e.folder.pool.apply(o, mask, len(part), length)
}

// apply makes one vector of each text's.
func (p pooling) apply(o output, mask []int64, texts, length int) ([][]float32, error) {
	perText := length
	if o.pooled {
		perText = 1
	}
	if o.dimensions < 1 || len(o.values) != texts*perText*o.dimensions {
		return nil, fmt.Errorf("the model has given %d numbers for %d texts of %d pieces", len(o.values), texts, length)
	}
	out := make([][]float32, texts)
	for i := range out {
		v := make([]float32, o.dimensions)
		rows := o.values[i*perText*o.dimensions : (i+1)*perText*o.dimensions]
		switch {
		case o.pooled || p == poolFirst:
			copy(v, rows)
		default:
			for k := range length {
				if mask[i*length+k] == 1 {
					for d, x := range rows[k*o.dimensions : (k+1)*o.dimensions] {
						v[d] += x // the sum has the direction of the mean, and the length is made 1 in any case
					}
				}
			}
		}
		out[i] = v
	}
	return out, nil
}
