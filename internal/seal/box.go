package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
)

// Place is where a value stands; it opens nowhere else.
type Place struct{ Table, Column, Row string }

// ErrBroken says that a value was changed, moved, or encrypted with another key than it names.
var ErrBroken = errors.New("an encrypted value does not open")

// The form of what is written: version, number of the data key, nonce, ciphertext with its tag of 16 bytes.
const (
	formVersion = 1
	headBytes   = 1 + 4
	nonceBytes  = 12
	tagBytes    = 16
	// Overhead is by how much an encrypted value is longer, in bytes.
	Overhead = headBytes + nonceBytes + tagBytes
)

// newAEAD is AES-256-GCM.
func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// lock encrypts with a key of a number.
func lock(aead cipher.AEAD, number uint32, p Place, plain []byte) ([]byte, error) {
	out := make([]byte, headBytes+nonceBytes, Overhead+len(plain))
	out[0] = formVersion
	binary.BigEndian.PutUint32(out[1:], number)
	if _, err := rand.Read(out[headBytes:]); err != nil {
		return nil, fmt.Errorf("draw a nonce: %w", err)
	}
	return aead.Seal(out, out[headBytes:headBytes+nonceBytes], plain, p.bound(out[:headBytes])), nil
}

// unlock decrypts what lock has written.
func unlock(aead cipher.AEAD, p Place, sealed []byte) ([]byte, error) {
	nonce, rest := sealed[headBytes:headBytes+nonceBytes], sealed[headBytes+nonceBytes:]
	plain, err := aead.Open(nil, nonce, rest, p.bound(sealed[:headBytes]))
	if err != nil {
		return nil, fmt.Errorf("%w: %s.%s of %s", ErrBroken, p.Table, p.Column, p.Row)
	}
	return plain, nil
}

// numberOf is the number of the data key that a value names.
func numberOf(sealed []byte) (uint32, error) {
	if len(sealed) < Overhead || sealed[0] != formVersion {
		return 0, fmt.Errorf("%w: it is none", ErrBroken)
	}
	return binary.BigEndian.Uint32(sealed[1:]), nil
}

// bound is the additional data: head and place, each part with its length, so that no two places are written alike.
func (p Place) bound(head []byte) []byte {
	out := append(make([]byte, 0, len(head)+len(p.Table)+len(p.Column)+len(p.Row)+6), head...)
	for _, part := range []string{p.Table, p.Column, p.Row} {
		out = binary.BigEndian.AppendUint16(out, uint16(len(part))) //nolint:gosec // names and ids are short
		out = append(out, part...)
	}
	return out
}
