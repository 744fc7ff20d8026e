// Package secret makes what digest authentication needs of a password (RFC 8760, RFC 7616), so that the password itself is not
// kept, and draws passwords for phones. It imports nothing of the project.
package secret

import (
	"crypto/md5" //nolint:gosec // what SIP phones speak; the phone's password opens nothing else
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// Realm is the digest realm of operators' phones.
const Realm = "ekc"

// HA1 is the hash of "username:realm:password" under MD5 and SHA-256, in lower-case hex (RFC 7616, section 3.4.2).
func HA1(username, realm, password string) (md5Hex, sha256Hex string) {
	text := []byte(username + ":" + realm + ":" + password)
	weak := md5.Sum(text) //nolint:gosec // as above
	strong := sha256.Sum256(text)
	return hex.EncodeToString(weak[:]), hex.EncodeToString(strong[:])
}

// Draw makes a password of 128 random bits that can be typed into a phone.
func Draw() string { return rand.Text() }
