package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
)

// The prefixes say what a token is for, so that secret scanners and people recognise it.
const (
	AccessPrefix  = "eka_" // of an account, short-lived
	RefreshPrefix = "ekr_" // trades for a new pair, once
	CitizenPrefix = "ekc_" // opens one interaction
)

const secretBytes = 32 // 256 bits

// NewToken makes an opaque token of 256 random bits with the prefix. Only the hash may be stored.
func NewToken(prefix string) (token string, hash []byte) {
	token, err := newToken(rand.Reader, prefix, secretBytes)
	if err != nil {
		panic(fmt.Sprintf("access: %v", err)) // crypto/rand never fails
	}
	return token, HashToken(token)
}

// HashToken is what is stored of a token. A plain SHA-256 is enough for 256 random bits: there is nothing to guess.
func HashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func newToken(source io.Reader, prefix string, n int) (string, error) {
	secret := make([]byte, n)
	if _, err := io.ReadFull(source, secret); err != nil {
		return "", fmt.Errorf("draw a token: %w", err)
	}
	return prefix + base64.RawURLEncoding.EncodeToString(secret), nil
}

// parseToken returns the secret of a well-formed token of the prefix with n bytes.
func parseToken(token, prefix string, n int) ([]byte, bool) {
	text, ok := strings.CutPrefix(token, prefix)
	if !ok || len(text) != base64.RawURLEncoding.EncodedLen(n) {
		return nil, false
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return secret, err == nil
}

// A refresh token has two halves: the family, shared by all refresh tokens of a session, and a secret of its own. The
// family finds the session even for a token that was used long ago, and that is how theft is noticed (RFC 9700 §4.14.2).
const refreshBytes = 2 * secretBytes

func newRefreshToken(source io.Reader, family []byte) (string, error) {
	own := make([]byte, secretBytes)
	if _, err := io.ReadFull(source, own); err != nil {
		return "", fmt.Errorf("draw a token: %w", err)
	}
	both := append(append(make([]byte, 0, refreshBytes), family...), own...)
	return RefreshPrefix + base64.RawURLEncoding.EncodeToString(both), nil
}

// refreshFamily returns the family half of a well-formed refresh token.
func refreshFamily(token string) ([]byte, bool) {
	secret, ok := parseToken(token, RefreshPrefix, refreshBytes)
	if !ok {
		return nil, false
	}
	return secret[:secretBytes], true
}

func hashFamily(family []byte) []byte {
	sum := sha256.Sum256(family)
	return sum[:]
}
