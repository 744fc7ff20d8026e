package auditlog

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Anchor is a place in the chain with its hash. Kept outside, it shows when the chain was cut off or written anew.
type Anchor struct {
	Sequence int64
	Hash     Hash
}

// String is the form in which an anchor is kept: SEQUENCE:HASH.
func (a Anchor) String() string { return fmt.Sprintf("%d:%s", a.Sequence, a.Hash) }

// ParseAnchor reads what String has written.
func ParseAnchor(text string) (Anchor, error) {
	sequence, hash, found := strings.Cut(strings.TrimSpace(text), ":")
	n, err := strconv.ParseInt(sequence, 10, 64)
	raw, hexErr := hex.DecodeString(hash)
	if !found || err != nil || hexErr != nil || n < 1 || len(raw) != len(Hash{}) {
		return Anchor{}, fmt.Errorf("%q is no anchor: SEQUENCE:HASH, as verify prints it", text)
	}
	a := Anchor{Sequence: n}
	copy(a.Hash[:], raw)
	return a, nil
}
