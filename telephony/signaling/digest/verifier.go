package digest

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	lib "github.com/icholy/digest"
)

// Verifier challenges and verifies for one realm. It is safe for concurrent use.
type Verifier struct {
	realm    string
	lifetime time.Duration
	limit    int
	now      func() time.Time
	key      [32]byte

	mu     sync.Mutex
	random io.Reader
	used   map[string]usage // nonces that were used, and the highest count of each
	order  []string         // the same, oldest first
	floor  time.Time        // nonces issued before it count as stale: their counts are forgotten
}

type usage struct {
	issued time.Time
	count  int
}

// NewVerifier makes a verifier whose nonces live for lifetime; at most limit of those in use are remembered.
func NewVerifier(realm string, lifetime time.Duration, limit int, now func() time.Time, random io.Reader) (*Verifier, error) {
	v := &Verifier{realm: realm, lifetime: lifetime, limit: limit, now: now, random: random, used: map[string]usage{}}
	if _, err := io.ReadFull(random, v.key[:]); err != nil {
		return nil, fmt.Errorf("digest: draw a key: %w", err)
	}
	return v, nil
}

// Realm is the realm of the challenges.
func (v *Verifier) Realm() string { return v.realm }

// Challenges are the values of WWW-Authenticate, best first (RFC 8760 §2.4). Stale says that only the nonce was too old.
func (v *Verifier) Challenges(stale bool) ([]string, error) {
	nonce, err := v.nonce()
	if err != nil {
		return nil, err
	}
	var values []string
	for _, algorithm := range []string{"SHA-256", "MD5"} {
		value := fmt.Sprintf(`Digest realm="%s", nonce="%s", algorithm=%s, qop="auth"`, v.realm, nonce, algorithm)
		if stale {
			value += ", stale=TRUE"
		}
		values = append(values, value)
	}
	return values, nil
}

// nonce is time, salt and the MAC of both.
func (v *Verifier) nonce() (string, error) {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(v.now().UnixNano()))
	v.mu.Lock()
	_, err := io.ReadFull(v.random, b[8:])
	v.mu.Unlock()
	if err != nil {
		return "", fmt.Errorf("digest: draw a nonce: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(b[:], v.mac(b[:])...)), nil
}

func (v *Verifier) mac(b []byte) []byte {
	h := hmac.New(sha256.New, v.key[:])
	h.Write(b)
	return h.Sum(nil)[:16]
}

// issued is when we issued the nonce; false for one that is not ours.
func (v *Verifier) issued(nonce string) (time.Time, bool) {
	b, err := base64.RawURLEncoding.DecodeString(nonce)
	if err != nil || len(b) != 32 || !hmac.Equal(b[16:], v.mac(b[:16])) {
		return time.Time{}, false
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(b[:8]))), true
}

// Result of a verification.
type Result int

// The results.
const (
	// Absent says that no credentials for our realm were sent.
	Absent Result = iota
	// Valid is proof of the password.
	Valid
	// Stale says that the nonce is too old, or its count was used: challenge again.
	Stale
	// Wrong says that the proof is false.
	Wrong
)

// Credentials are what a request claims.
type Credentials struct {
	User  string
	creds *lib.Credentials
}

// Claim finds the credentials for our realm among the values of Authorization.
func (v *Verifier) Claim(values []string) (Credentials, bool) {
	for _, value := range values {
		c, err := lib.ParseCredentials(value)
		if err == nil && c.Realm == v.realm {
			return Credentials{User: c.Username, creds: c}, true
		}
	}
	return Credentials{}, false
}

// Verify checks a claim. ha1 gives the hash of "user:realm:password" for MD5 or SHA-256, in lower-case hex, empty when there
// is none. sameURI says whether the digest's URI means the request's.
func (v *Verifier) Verify(c Credentials, method string, ha1 func(algorithm string) string, sameURI func(string) bool) Result {
	if c.creds == nil {
		return Absent
	}
	algorithm := strings.ToUpper(c.creds.Algorithm)
	if algorithm == "" {
		algorithm = "MD5"
	}
	a1 := ha1(algorithm)
	// qop is what we asked for: without it there is no count, and a captured request could be played again.
	if a1 == "" || c.creds.QOP != "auth" || c.creds.Cnonce == "" || c.creds.Nc < 1 || !sameURI(c.creds.URI) {
		return Wrong
	}
	issued, ours := v.issued(c.creds.Nonce)
	expected, err := lib.Digest(
		&lib.Challenge{Realm: v.realm, Nonce: c.creds.Nonce, Algorithm: algorithm, QOP: []string{"auth"}},
		lib.Options{Method: method, URI: c.creds.URI, Username: c.User, A1: a1, Cnonce: c.creds.Cnonce, Count: c.creds.Nc},
	)
	if err != nil || subtle.ConstantTimeCompare([]byte(expected.Response), []byte(strings.ToLower(c.creds.Response))) != 1 {
		return Wrong
	}
	if !ours || !v.spend(c.creds.Nonce, issued, c.creds.Nc) {
		return Stale
	}
	return Valid
}

// spend uses a count once.
func (v *Verifier) spend(nonce string, issued time.Time, count int) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if now := v.now(); now.Sub(issued) > v.lifetime || issued.After(now.Add(time.Minute)) || issued.Before(v.floor) {
		return false
	}
	last, known := v.used[nonce]
	if known && count <= last.count {
		return false
	}
	if !known {
		if len(v.order) >= v.limit {
			v.forget()
		}
		v.order = append(v.order, nonce)
	}
	v.used[nonce] = usage{issued, count}
	return true
}

// forget drops the older half; what was issued before the newest of them is stale from now on.
func (v *Verifier) forget() {
	half := len(v.order) / 2
	for _, nonce := range v.order[:half+1] {
		if u := v.used[nonce]; u.issued.After(v.floor) {
			v.floor = u.issued.Add(1)
		}
		delete(v.used, nonce)
	}
	v.order = append([]string(nil), v.order[half+1:]...)
}
