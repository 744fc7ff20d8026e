package access

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/text/unicode/norm"

	"ekc/internal/fail"
)

// HashParams are the costs of argon2id (RFC 9106).
type HashParams struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// DefaultHashParams are those that the OWASP Password Storage Cheat Sheet recommends first.
var DefaultHashParams = HashParams{MemoryKiB: 19 * 1024, Passes: 2, Lanes: 1}

const (
	saltBytes = 16
	hashBytes = 32
	// waitingHashes bounds how many sign-ins wait for their turn; with it the longest wait stays near half a minute.
	waitingHashes = 1000
)

// hasher makes and verifies password hashes, a few at a time, so that a flood of sign-ins takes neither all memory nor all
// processors.
type hasher struct {
	params  HashParams
	rand    io.Reader
	turns   *semaphore.Weighted
	waiting *semaphore.Weighted
	// dummy is verified when there is no account, so that the time does not tell.
	dummy string
}

func newHasher(params HashParams, atOnce int, random io.Reader) (*hasher, error) {
	if params == (HashParams{}) {
		params = DefaultHashParams
	}
	if atOnce <= 0 {
		atOnce = min(runtime.GOMAXPROCS(0), 4)
	}
	h := &hasher{
		params: params, rand: random,
		turns: semaphore.NewWeighted(int64(atOnce)), waiting: semaphore.NewWeighted(waitingHashes),
	}
	var err error
	h.dummy, err = h.Hash(context.Background(), "no account has this password")
	return h, err
}

// Hash returns the PHC string of the password. It waits for its turn until ctx ends.
func (h *hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(h.rand, salt); err != nil {
		return "", fmt.Errorf("draw a salt: %w", err)
	}
	key, err := h.derive(ctx, password, salt, h.params, hashBytes)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.params.MemoryKiB, h.params.Passes, h.params.Lanes, b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// Verify reports whether the password has the hash, in constant time.
func (h *hasher) Verify(ctx context.Context, phc, password string) (bool, error) {
	params, salt, key, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	got, err := h.derive(ctx, password, salt, params, len(key))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, key) == 1, nil
}

// Outdated reports whether the hash was made with other costs than the present ones.
func (h *hasher) Outdated(phc string) bool {
	params, _, key, err := parsePHC(phc)
	return err != nil || params != h.params || len(key) != hashBytes
}

func (h *hasher) derive(ctx context.Context, password string, salt []byte, p HashParams, n int) ([]byte, error) {
	if !h.waiting.TryAcquire(1) {
		return nil, fail.New(fail.Unavailable, "too many sign-ins at once, try again in a moment")
	}
	defer h.waiting.Release(1)
	if err := h.turns.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("wait for a turn to hash: %w", err)
	}
	defer h.turns.Release(1)
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, p.Passes, p.MemoryKiB, p.Lanes, uint32(n)), nil //nolint:gosec // n is the length of a stored key
}

// parsePHC reads an argon2id string of the PHC format.
func parsePHC(phc string) (p HashParams, salt, key []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return p, nil, nil, fmt.Errorf("password hash is not an argon2id string")
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, nil, nil, fmt.Errorf("password hash has an unknown version")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.MemoryKiB, &p.Passes, &p.Lanes); err != nil || p.Passes == 0 || p.Lanes == 0 {
		return p, nil, nil, fmt.Errorf("password hash has unreadable costs")
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(key) < 16 {
		return p, nil, nil, fmt.Errorf("password hash has an unreadable salt or key")
	}
	return p, salt, key, nil
}
