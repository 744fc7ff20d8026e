package eventlog

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ekc/internal/fail"
)

// Event is one line of the log. It carries ids only; the rights of whoever reads it decide what is read behind them.
type Event struct {
	// ID is the position, from 1; 0 for a signal, which is not kept.
	ID   int64
	At   time.Time
	Kind string
	// InteractionID, AccountID and QueueID say whom it concerns; each may be empty.
	InteractionID string
	AccountID     string
	QueueID       string
	Data          map[string]string
}

// Retention is how long a position can be resumed from; older events may have been removed.
const Retention = 7 * 24 * time.Hour

const cursorVersion = "1"

// Cursor names the position after an event for a client.
func Cursor(position int64, at time.Time) string {
	text := fmt.Sprintf("%s.%d.%d", cursorVersion, position, at.Unix())
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// ParseCursor reads a cursor. It fails with INVALID when the text is none, and with CONFLICT when it is older than
// Retention, so that a client reads the present state anew.
func ParseCursor(cursor string, now time.Time) (int64, error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	parts := strings.Split(string(raw), ".")
	if err != nil || len(parts) != 3 || parts[0] != cursorVersion {
		return 0, fail.Field("after", fail.Invalid, "not a cursor of this stream")
	}
	position, err1 := strconv.ParseInt(parts[1], 10, 64)
	seconds, err2 := strconv.ParseInt(parts[2], 10, 64)
	if err1 != nil || err2 != nil || position < 0 {
		return 0, fail.Field("after", fail.Invalid, "not a cursor of this stream")
	}
	if now.Sub(time.Unix(seconds, 0)) > Retention {
		return 0, fail.Field("after", fail.Conflict, "the cursor is too old; read the present state and subscribe anew")
	}
	return position, nil
}
