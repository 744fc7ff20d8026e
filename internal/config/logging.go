package config

import (
	"io"
	"log/slog"
)

// Logging says what is logged and how.
type Logging struct {
	LogLevel  slog.Level `env:"EKC_LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	LogFormat string     `env:"EKC_LOG_FORMAT" default:"text" enum:"text,json" help:"text or json."`
}

// Logger makes the process's logger.
func (l Logging) Logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: l.LogLevel}
	if l.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
