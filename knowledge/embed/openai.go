package embed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"

	"ekc/knowledge/outbound"
	"ekc/knowledge/personal"
)

// OpenAI asks an OpenAI-compatible server for vectors. What looks personal in a text is hidden before it leaves.
type OpenAI struct {
	client     *openai.Client
	model      string
	dimensions int
}

const (
	// batchSize is how many texts go into one request; servers allow more, but small ones answer slowly.
	batchSize = 64
	// longestText is how many characters of a text are sent: servers refuse what is longer than their model's window, which
	// is often 512 pieces.
	longestText = 1500
	// requestTime bounds one request with its tries; a query has the search's own, shorter limit.
	requestTime = time.Minute
	tries       = 4
	firstWait   = 500 * time.Millisecond
	maxBody     = 64 << 20
)

// Server is an OpenAI-compatible server.
type Server struct {
	// BaseURL is the address that ends in /v1.
	BaseURL, Key string
}

// OpenAISource begins the source of a model on a server; its dimensions and its name follow.
const OpenAISource = "openai:"

func (s Server) embedder(model string, dimensions int) *OpenAI {
	config := openai.DefaultConfig(s.Key)
	config.BaseURL = s.BaseURL
	config.HTTPClient = outbound.NewClient(outbound.Options{Timeout: requestTime, Tries: tries, FirstWait: firstWait, MaxBody: maxBody})
	return &OpenAI{client: openai.NewClientWithConfig(config), model: model, dimensions: dimensions}
}

// NewOpenAI asks the server once, to learn the vectors' length.
func NewOpenAI(ctx context.Context, s Server, model string) (*OpenAI, error) {
	e := s.embedder(model, 0)
	probe, err := e.request(ctx, []string{"проверка"})
	if err != nil {
		return nil, fmt.Errorf("embedding model %s: %w", model, err)
	}
	if n := len(probe[0]); n > MaxDimensions {
		return nil, fmt.Errorf("embedding model %s: vectors of %d dimensions, at most %d can be searched", model, n, MaxDimensions)
	}
	e.dimensions = len(probe[0])
	return e, nil
}

// Reopen makes the embedder of a source without asking the server, which may be away.
func (s Server) Reopen(source string) (*OpenAI, error) {
	dimensions, model, ok := strings.Cut(strings.TrimPrefix(source, OpenAISource), ":")
	n, err := strconv.Atoi(dimensions)
	if !ok || err != nil || n < 1 || model == "" || s.BaseURL == "" {
		return nil, fmt.Errorf("the source %q is no model on the configured server", source)
	}
	return s.embedder(model, n), nil
}

// Away reports whether an error of NewOpenAI means that the server cannot be reached or is overloaded, not that it refuses.
func Away(err error) bool {
	var told *openai.APIError
	var refused *openai.RequestError
	status := 0
	switch {
	case errors.As(err, &told):
		status = told.HTTPStatusCode
	case errors.As(err, &refused):
		status = refused.HTTPStatusCode
	default:
		var failed *url.Error
		return errors.As(err, &failed)
	}
	return status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
}

// Name of the embedder: the model's, with the length of its vectors.
func (e *OpenAI) Name() string { return fmt.Sprintf("openai-%s-%d", e.model, e.dimensions) }

// Source is part of Sourced.
func (e *OpenAI) Source() string { return fmt.Sprintf("%s%d:%s", OpenAISource, e.dimensions, e.model) }

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
			Normalise(v)
		}
		out = append(out, vs...)
		texts = texts[n:]
	}
	return out, nil
}

// request sends one batch and puts the vectors into the order of the texts.
func (e *OpenAI) request(ctx context.Context, texts []string) ([][]float32, error) {
	masked := make([]string, len(texts))
	for i, t := range texts {
		masked[i] = shortened(personal.Mask(t))
	}
	resp, err := e.client.CreateEmbeddings(ctx, openai.EmbeddingRequestStrings{
		Input: masked, Model: openai.EmbeddingModel(e.model),
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

// shortened keeps the beginning of a text; an empty one becomes a full stop, because servers refuse it.
func shortened(s string) string {
	if strings.TrimSpace(s) == "" {
		return "."
	}
	n := 0
	for i := range s {
		if n == longestText {
			return s[:i]
		}
		n++
	}
	return s
}
