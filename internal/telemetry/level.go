package telemetry

import (
	"context"
	"log/slog"
)

// AtLeast wraps a handler of logs so that only records of the level and above pass.
func AtLeast(level slog.Level, next slog.Handler) slog.Handler { return levelHandler{next, level} }

type levelHandler struct {
	slog.Handler
	level slog.Level
}

// Enabled is part of slog.Handler.
func (h levelHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.level && h.Handler.Enabled(ctx, level)
}

// WithAttrs is part of slog.Handler.
func (h levelHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return levelHandler{h.Handler.WithAttrs(attrs), h.level}
}

// WithGroup is part of slog.Handler.
func (h levelHandler) WithGroup(name string) slog.Handler {
	return levelHandler{h.Handler.WithGroup(name), h.level}
}
