package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"ekc/internal/config"
	"ekc/internal/seed"
	"ekc/internal/telemetry"
	"ekc/knowledge"
	"ekc/knowledge/advise"
	"ekc/knowledge/embed"
	"ekc/knowledge/embed/onnx"
)

// BaseOptions open a question base.
type BaseOptions struct {
	// URL of its migrated database.
	URL    string
	Models config.Models
	// Keep leaves the base with the embedder that it has: for commands that come and go.
	Keep bool
	// Metrics are told of vectors and of the chat model; nil: nobody is.
	Metrics *telemetry.Metrics
	Logger  *slog.Logger
}

// OpenBase opens the question base over its migrated database. Its records name agencies and regions that exist.
func OpenBase(ctx context.Context, b BaseOptions) (*knowledge.Base, error) {
	o := knowledge.Options{
		URL: b.URL, Logger: b.Logger, ValidAgency: seed.IsAgency, ValidRegion: seed.IsRegion, ZoneOf: seed.RegionZone,
		KeepEmbedder: b.Keep, OpenEmbedder: func(ctx context.Context, source string) (embed.Embedder, error) {
			return reopenEmbedder(ctx, b.Models, source)
		},
	}
	if b.Metrics != nil {
		o.Observer = b.Metrics
	}
	if m := b.Models; m.ChatModel != "" {
		a := advise.Options{BaseURL: m.OpenAIBaseURL, Key: m.OpenAIAPIKey.Reveal(), Model: m.ChatModel}
		if b.Metrics != nil {
			a.Observe = b.Metrics.Advised
		}
		o.Adviser = advise.New(a)
	}
	if b.Keep {
		return knowledge.Open(ctx, o)
	}
	var err error
	o.Embedder, err = configuredEmbedder(ctx, b.Models)
	switch {
	case embed.Away(err): // no reason not to start
		o.KeepEmbedder = true
		o.LaterEmbedder = func(ctx context.Context) (embed.Embedder, error) { return configuredEmbedder(ctx, b.Models) }
		b.Logger.Warn("the server of embeddings cannot be reached: the base keeps the vectors that it has until it can",
			"model", b.Models.EmbeddingModel)
	case err != nil:
		return nil, err
	}
	return knowledge.Open(ctx, o)
}

// probeTime bounds the first question to a server of embeddings.
const probeTime = 15 * time.Second

// configuredEmbedder is the embedder that the settings name.
func configuredEmbedder(ctx context.Context, m config.Models) (embed.Embedder, error) {
	switch {
	case m.EmbeddingDir != "":
		e, err := onnx.Open(ctx, m.EmbeddingDir, m.ONNXRuntime)
		if err != nil {
			return nil, fmt.Errorf("EKC_EMBEDDING_DIR: %w", err)
		}
		return e, nil
	case m.EmbeddingModel != "":
		ctx, cancel := context.WithTimeout(ctx, probeTime)
		defer cancel()
		e, err := embed.NewOpenAI(ctx, embeddingServer(m), m.EmbeddingModel)
		if err != nil {
			return nil, fmt.Errorf("%w; check EKC_OPENAI_BASE_URL, EKC_OPENAI_API_KEY and EKC_EMBEDDING_MODEL", err)
		}
		return e, nil
	}
	return embed.Builtin{}, nil
}

func embeddingServer(m config.Models) embed.Server {
	return embed.Server{BaseURL: m.OpenAIBaseURL, Key: m.OpenAIAPIKey.Reveal()}
}

// reopenEmbedder opens the embedder of vectors that are in use, though other settings hold here.
func reopenEmbedder(ctx context.Context, m config.Models, source string) (embed.Embedder, error) {
	switch {
	case strings.HasPrefix(source, embed.OpenAISource):
		return embeddingServer(m).Reopen(source)
	case strings.HasPrefix(source, onnx.SourcePrefix):
		return onnx.Open(ctx, strings.TrimPrefix(source, onnx.SourcePrefix), m.ONNXRuntime)
	}
	return nil, errors.New("no such embedder here")
}
