package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"ekc/internal/config"
	"ekc/internal/fail"
	"ekc/internal/telemetry"
	"ekc/knowledge"
	"ekc/knowledge/remote"
)

// Base is a question base that somebody must close.
type Base interface {
	knowledge.Service
	knowledge.VectorWatcher
	Close() error
}

// UseBase gives the base that the settings name, for a command: the knowledge service's, or the database's, migrated first.
func UseBase(ctx context.Context, c config.Storage, k config.Knowledge, m config.Models, log *slog.Logger) (Base, error) {
	if k.KnowledgeURL != "" {
		return dialBase(c, k)
	}
	storage, err := OpenStorage(ctx, c, KnowledgeDatabase, log)
	if err != nil {
		return nil, err
	}
	owned := &ownedBase{storage: storage}
	if err = storage.Migrate(ctx); err == nil {
		owned.Base, err = OpenBase(ctx, BaseOptions{URL: storage.KnowledgeURL, Models: m, Keep: true, Logger: log})
	}
	if err != nil {
		return nil, errors.Join(err, storage.Close(context.WithoutCancel(ctx)))
	}
	return owned, nil
}

// ownedBase closes its storage too.
type ownedBase struct {
	*knowledge.Base
	storage *Storage
}

// Close closes the base and leaves its storage.
func (o *ownedBase) Close() error {
	return errors.Join(o.Base.Close(), o.storage.Close(context.Background()))
}

// dialBase gives the base of the knowledge service. It may be away now.
func dialBase(c config.Storage, k config.Knowledge) (Base, error) {
	secret, err := servicesSecret(c.DataDir, k.KnowledgeSecret)
	if err != nil {
		return nil, err
	}
	return remote.NewClient(remote.ClientOptions{URL: strings.TrimRight(k.KnowledgeURL, "/"), Secret: secret}), nil
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
