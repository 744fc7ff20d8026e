package sdp

import (
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Suite is an SRTP protection profile under its SDES name (RFC 4568 §6.2, RFC 7714 §14.2).
type Suite string

// The suites that EKC takes, best first in suites.
const (
	AES128SHA180 Suite = "AES_CM_128_HMAC_SHA1_80"
	AES128SHA132 Suite = "AES_CM_128_HMAC_SHA1_32"
	AES128GCM    Suite = "AEAD_AES_128_GCM"
	AES256GCM    Suite = "AEAD_AES_256_GCM"
)

// suites are in the order that we offer and prefer them. The first is mandatory to implement (RFC 4568 §6.2).
func suites() []Suite { return []Suite{AES128SHA180, AES256GCM, AES128GCM, AES128SHA132} }

// KeyLength is the length in bytes of master key and salt together; zero for an unknown suite.
func (s Suite) KeyLength() int {
	switch s {
	case AES128SHA180, AES128SHA132:
		return 16 + 14
	case AES128GCM:
		return 16 + 12
	case AES256GCM:
		return 32 + 12
	default:
		return 0
	}
}

// crypto is one a=crypto line.
type crypto struct {
	tag   int
	suite Suite
	key   []byte
}

func (c crypto) String() string {
	return fmt.Sprintf("%d %s inline:%s", c.tag, c.suite, base64.StdEncoding.EncodeToString(c.key))
}

// newCrypto draws a fresh key.
func newCrypto(tag int, suite Suite, random io.Reader) (crypto, error) {
	key := make([]byte, suite.KeyLength())
	if _, err := io.ReadFull(random, key); err != nil {
		return crypto{}, fmt.Errorf("sdp: draw a key: %w", err)
	}
	return crypto{tag: tag, suite: suite, key: key}, nil
}

// parseCrypto reads a line that we can honour. Lines with several keys, a master key index or session parameters that
// change the protection are passed over, as RFC 4568 §6.3 asks of one who does not support them.
func parseCrypto(value string) (crypto, bool) {
	fields := strings.Fields(value)
	if len(fields) < 3 {
		return crypto{}, false
	}
	tag, err := strconv.Atoi(fields[0])
	if err != nil || tag < 0 {
		return crypto{}, false
	}
	for _, parameter := range fields[3:] {
		if !strings.HasPrefix(parameter, "WSH=") { // a hint about the replay window changes nothing on the wire
			return crypto{}, false
		}
	}
	suite := Suite(strings.ToUpper(fields[1]))
	material, ok := strings.CutPrefix(fields[2], "inline:")
	if !ok || suite.KeyLength() == 0 || strings.Contains(material, ";") {
		return crypto{}, false
	}
	parts := strings.Split(material, "|")
	for _, part := range parts[1:] {
		if strings.Contains(part, ":") { // a master key index
			return crypto{}, false
		}
	}
	key, err := base64.StdEncoding.DecodeString(parts[0])
	if err != nil {
		key, err = base64.RawStdEncoding.DecodeString(parts[0])
	}
	if err != nil || len(key) != suite.KeyLength() {
		return crypto{}, false
	}
	return crypto{tag: tag, suite: suite, key: key}, true
}

// choose takes the line of our most preferred suite.
func choose(offered []crypto, ours []Suite) (crypto, bool) {
	for _, suite := range ours {
		for _, c := range offered {
			if c.suite == suite {
				return c, true
			}
		}
	}
	return crypto{}, false
}
