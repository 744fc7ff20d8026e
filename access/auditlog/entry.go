package auditlog

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Hash is a link's hash.
type Hash [sha256.Size]byte

// String is the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Entry is one line of the audit log.
type Entry struct {
	ID       string            `json:"id"`
	At       time.Time         `json:"at"`
	ActorID  string            `json:"actor,omitempty"`
	Action   string            `json:"action"`
	ObjectID string            `json:"object,omitempty"`
	Address  string            `json:"address,omitempty"`
	Detail   map[string]string `json:"detail,omitempty"`
}

// chainVersion is the first byte of what is hashed.
const chainVersion = 1

// Link is the hash of an entry at a place in the chain. The canonical form of an entry is each field as UTF-8 behind its length in
// bytes (32 bits, big-endian), in the order id, time (RFC 3339, UTC, six digits of the second), actor, action, object, address, then the
// number of details and each one's name and value, ordered by name; a missing text is an empty one.
func Link(sequence int64, previous Hash, e Entry) Hash {
	b := []byte{chainVersion}
	b = binary.BigEndian.AppendUint64(b, uint64(sequence)) //nolint:gosec // positive
	b = append(b, previous[:]...)
	for _, text := range []string{e.ID, e.At.UTC().Format("2006-01-02T15:04:05.000000Z"), e.ActorID, e.Action, e.ObjectID, e.Address} {
		b = appendText(b, text)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(e.Detail))) //nolint:gosec // few
	for _, name := range slices.Sorted(maps.Keys(e.Detail)) {
		b = appendText(appendText(b, name), e.Detail[name])
	}
	return sha256.Sum256(b)
}

func appendText(b []byte, text string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(text))), text...) //nolint:gosec // bounded by its column
}

// entryColumns are what scanEntry reads, of the table that is called e.
const entryColumns = `e.id, e.created_at, coalesce(e.actor_id, ''), e.action, coalesce(e.object_id, ''), coalesce(e.address, ''), e.detail`

// scanEntry reads entryColumns after the given places.
func scanEntry(scan func(...any) error, e *Entry, more ...any) error {
	var detail []byte
	into := append(more, &e.ID, &e.At, &e.ActorID, &e.Action, &e.ObjectID, &e.Address, &detail)
	if err := scan(into...); err != nil {
		return err
	}
	if len(detail) == 0 {
		return nil
	}
	if err := json.Unmarshal(detail, &e.Detail); err != nil {
		return fmt.Errorf("detail of %s: %w", e.ID, err)
	}
	return nil
}
