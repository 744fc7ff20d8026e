package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/trace"

	"ekc/internal/config"
	"ekc/internal/fail"
	"ekc/internal/seed"
	"ekc/internal/telemetry"
	"ekc/knowledge"
	"ekc/knowledge/embed"
)

// OpenBase opens the question base over its migrated database. Its records name agencies and regions that exist.
func OpenBase(ctx context.Context, url string, m config.Models, log *slog.Logger) (*knowledge.Base, error) {
	o := knowledge.Options{URL: url, Logger: log, ValidAgency: seed.IsAgency, ValidRegion: seed.IsRegion}
	if m.EmbeddingModel != "" {
		e, err := embed.NewOpenAI(ctx, m.OpenAIBaseURL, m.OpenAIAPIKey.Reveal(), m.EmbeddingModel)
		if err != nil {
			return nil, fmt.Errorf("%w; check EKC_OPENAI_BASE_URL, EKC_OPENAI_API_KEY and EKC_EMBEDDING_MODEL", err)
		}
		o.Embedder = e
	}
	return knowledge.Open(ctx, o)
}

// observedBase measures the searches of a base.
type observedBase struct {
	knowledge.Service
	metrics *telemetry.Metrics
	tracer  trace.Tracer
}

// Search is that of the base.
func (b observedBase) Search(ctx context.Context, q knowledge.Query) ([]knowledge.Hit, error) {
	ctx, span := b.tracer.Start(ctx, "knowledge search")
	defer span.End()
	begin := time.Now()
	hits, err := b.Service.Search(ctx, q)
	if fail.CodeOf(err) == fail.Invalid {
		return hits, err // the question was at fault, not the base
	}
	b.metrics.Searched(time.Since(begin), err)
	return hits, err
}

// seedBase is the base as the seed needs it.
type seedBase struct{ base knowledge.Service }

// Size is part of seed.QuestionBase.
func (b seedBase) Size(ctx context.Context) (int, error) {
	page, err := b.base.Records(ctx, knowledge.RecordFilter{First: 1})
	return page.Total, err
}

// Import is part of seed.QuestionBase.
func (b seedBase) Import(ctx context.Context, name string, file io.Reader) error {
	summary, err := b.base.Import(ctx, file, knowledge.ImportOptions{Name: name})
	if err != nil {
		return err
	}
	if summary.Bad > 0 {
		p := summary.Problems[0]
		return fmt.Errorf("%d bad rows, the first on line %d: %s: %s", summary.Bad, p.Line, p.Field, p.Message)
	}
	return nil
}
