package digest

import (
	"crypto/md5" //nolint:gosec // what RFC 3261 phones speak; SHA-256 is offered first
	"crypto/sha256"
	"encoding/hex"
)

// HA1 is the hash of "user:realm:password" under MD5 or SHA-256; empty for another algorithm.
func HA1(algorithm, user, realm, password string) string {
	text := []byte(user + ":" + realm + ":" + password)
	switch algorithm {
	case "MD5":
		sum := md5.Sum(text) //nolint:gosec // see the import
		return hex.EncodeToString(sum[:])
	case "SHA-256":
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:])
	default:
		return ""
	}
}
