// Package totp makes and checks one-time codes that change with time (RFC 6238 over RFC 4226): SHA-1, 6 digits, 30 seconds,
// which is what every generator on a phone knows. It keeps nothing and imports nothing of the project.
package totp

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the algorithm that all generators know; HMAC does not rest on what SHA-1 has lost (RFC 6238 §5.2)
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

const (
	// SecretBytes is the length of a secret: that of the hash (RFC 4226 §4, R6).
	SecretBytes = 20
	// Step is how long a code lasts (RFC 6238 §4.1).
	Step = 30 * time.Second
	// digits of a code (RFC 4226 §5.3).
	digits  = 6
	modulus = 1_000_000
	// drift is how many steps the clock of a phone may be off, each way (RFC 6238 §5.2 and §6).
	drift = 1
)

var base32Form = base32.StdEncoding.WithPadding(base32.NoPadding)

// Text is the secret as a person types it into a generator.
func Text(secret []byte) string { return base32Form.EncodeToString(secret) }

// URI is what a generator reads from a QR code: the key URI format of Google Authenticator, which others follow.
func URI(issuer, account string, secret []byte) string {
	label := url.PathEscape(issuer + ":" + account)
	values := url.Values{"secret": {Text(secret)}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {fmt.Sprint(digits)}, "period": {"30"}}
	return "otpauth://totp/" + label + "?" + values.Encode()
}

// StepAt is the number of the step at a time.
func StepAt(at time.Time) int64 { return at.Unix() / int64(Step/time.Second) }

// Code is the code of a step (RFC 4226 §5.3).
func Code(secret []byte, step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step)) //nolint:gosec // a step is not negative
	mac := hmac.New(sha1.New, secret)
	_, _ = mac.Write(counter[:])
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	number := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", digits, number%modulus)
}

// Check finds the step, near the time and later than after, that the code is of. Steps up to after were used before: a code
// is taken once (RFC 6238 §5.2). The comparison takes the same time for every code.
func Check(secret []byte, code string, at time.Time, after int64) (step int64, ok bool) {
	now := StepAt(at)
	for n := now - drift; n <= now+drift; n++ {
		right := subtle.ConstantTimeCompare([]byte(Code(secret, n)), []byte(code)) == 1
		if right && n > after && !ok {
			step, ok = n, true
		}
	}
	return step, ok
}
