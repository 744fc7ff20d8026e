package embed

import (
	"context"
	"errors"
	"fmt"

	"github.com/sashabaranov/go-openai"
)

// OpenAI asks an OpenAI-compatible server for vectors.
type OpenAI struct {
	client     *openai.Client
	model      string
	dimensions int
}

// batchSize is how many texts go into one request; servers allow more, but small ones answer slowly.
const batchSize = 64

// NewOpenAI connects to the server at baseURL (the address that ends in /v1) and asks it once, to learn the vectors'
// length.
func NewOpenAI(ctx context.Context, baseURL, key, model string) (*OpenAI, error) {
	config := openai.DefaultConfig(key)
	config.BaseURL = baseURL
	e := &OpenAI{client: openai.NewClientWithConfig(config), model: model}
	probe, err := e.request(ctx, []string{"проверка"})
	if err != nil {
		return nil, fmt.Errorf("embedding model %s: %w", model, err)
	}
	e.dimensions = len(probe[0])
	return e, nil
}

// Name of the embedder: the model's, with the length of its vectors.
func (e *OpenAI) Name() string { return fmt.Sprintf("openai-%s-%d", e.model, e.dimensions) }

// Dimensions of its vectors.
func (e *OpenAI) Dimensions() int { return e.dimensions }

// Embed sends the texts in batches; the context bounds them all together.
func (e *OpenAI) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, 0, len(texts))
	for len(texts) > 0 {
		n := min(batchSize, len(texts))
		vs, err := e.request(ctx, texts[:n])
		if err != nil {
			return nil, fmt.Errorf("embed: %w", err)
		}
		for _, v := range vs {
			if len(v) != e.dimensions {
				return nil, fmt.Errorf("embed: a vector of %d dimensions, want %d", len(v), e.dimensions)
			}
			normalise(v)
		}
		out = append(out, vs...)
		texts = texts[n:]
	}
	return out, nil
}

// request sends one batch and puts the vectors into the order of the texts.
func (e *OpenAI) request(ctx context.Context, texts []string) ([][]float32, error) {
	resp, err := e.client.CreateEmbeddings(ctx, openai.EmbeddingRequestStrings{
		Input: texts, Model: openai.EmbeddingModel(e.model),
	})
	if err != nil {
		return nil, err
	}
	out := make([][]float32, len(texts))
	for _, d := range resp.Data {
		if d.Index < 0 || d.Index >= len(out) || len(d.Embedding) == 0 {
			return nil, errors.New("the server answered with a vector for no text, or an empty one")
		}
		out[d.Index] = d.Embedding
	}
	for _, v := range out {
		if v == nil {
			return nil, errors.New("the server answered with fewer vectors than texts")
		}
	}
	return out, nil
}
