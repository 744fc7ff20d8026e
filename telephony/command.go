package telephony

import "time"

// Commands come from the API. id names the caller that waits for the reply.
type (
	muteCommand struct {
		id      uint64
		account string
		on      bool
	}
	keysCommand struct {
		id              uint64
		account, digits string
	}
	recordCommand struct {
		id      uint64
		account string
		paused  bool
		// limit is after how long a pause ends by itself.
		limit time.Duration
	}
	declineCommand struct {
		id      uint64
		account string
	}
	superviseCommand struct {
		id      uint64
		account string
		mode    Mode // empty: stop
	}
	takeOverCommand struct {
		id      uint64
		account string
	}
	consultCommand struct {
		id      uint64
		account string
		target  Target
	}
	consultEnd struct {
		id      uint64
		account string
		how     consultOutcome
	}
	passCommand struct {
		id      uint64
		account string
		target  Target
	}
	hangupCommand struct {
		id      uint64
		account string
	}
)

// consultOutcome is how a consultation goes on.
type consultOutcome uint8

const (
	consultComplete consultOutcome = iota + 1
	consultCancel
	consultJoin
)
