package browser

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// pionLogs passes pion's remarks on at debug level: what matters of them comes back as an error or an event.
type pionLogs struct{ logger *slog.Logger }

// NewLogger implements logging.LoggerFactory.
func (p pionLogs) NewLogger(scope string) logging.LeveledLogger {
	return pionLog{p.logger.With("pion", scope)}
}

type pionLog struct{ logger *slog.Logger }

func (l pionLog) say(text string) { l.logger.Debug(text) }

func (l pionLog) sayf(format string, arguments ...any) {
	if l.logger.Enabled(context.Background(), slog.LevelDebug) {
		l.logger.Debug(fmt.Sprintf(format, arguments...))
	}
}

func (pionLog) Trace(string)                {}
func (pionLog) Tracef(string, ...any)       {}
func (pionLog) Debug(string)                {}
func (pionLog) Debugf(string, ...any)       {}
func (pionLog) Info(string)                 {}
func (pionLog) Infof(string, ...any)        {}
func (l pionLog) Warn(text string)          { l.say(text) }
func (l pionLog) Warnf(f string, a ...any)  { l.sayf(f, a...) }
func (l pionLog) Error(text string)         { l.say(text) }
func (l pionLog) Errorf(f string, a ...any) { l.sayf(f, a...) }
