package digest

import (
	"errors"
	"strings"

	lib "github.com/icholy/digest"
)

// ErrNoChallenge says that none of the challenges can be answered.
var ErrNoChallenge = errors.New("digest: no challenge that we can answer")

// Answer makes the value of Authorization or Proxy-Authorization for the strongest of the challenges: SHA-512-256, SHA-256,
// then MD5. stale is that of the challenge taken: it says that the password was not wrong.
func Answer(challenges []string, method, uri, user, password string) (value string, stale bool, err error) {
	best, rank := (*lib.Challenge)(nil), 0
	for _, text := range challenges {
		c, err := lib.ParseChallenge(text)
		if err != nil {
			continue
		}
		for i := range c.QOP {
			c.QOP[i] = strings.ToLower(strings.TrimSpace(c.QOP[i]))
		}
		if len(c.QOP) > 0 && !c.SupportsQOP("auth") {
			continue
		}
		c.Algorithm = strings.ToUpper(c.Algorithm)
		if r := strength(c.Algorithm); r > rank {
			best, rank = c, r
		}
	}
	if best == nil {
		return "", false, ErrNoChallenge
	}
	c, err := lib.Digest(best, lib.Options{Method: method, URI: uri, Username: user, Password: password, Count: 1})
	if err != nil {
		return "", false, err
	}
	return c.String(), best.Stale, nil
}

func strength(algorithm string) int {
	switch algorithm {
	case "SHA-512-256":
		return 3
	case "SHA-256":
		return 2
	case "", "MD5":
		return 1
	default:
		return 0
	}
}
