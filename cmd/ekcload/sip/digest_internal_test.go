package sip

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The response is that of RFC 7616 §3.4.1: H(H(A1):nonce:nc:cnonce:qop:H(A2)), reckoned here by another way.
func TestDigest(t *testing.T) {
	t.Parallel()
	text, err := authorize(`Digest realm="testrealm", nonce="n0", qop="auth"`, "REGISTER", "sip:ekc", "Mufasa", "Circle Of Life")
	require.NoError(t, err)
	cnonce := quoted(text, "cnonce")
	a1, a2 := sum("Mufasa:testrealm:Circle Of Life"), sum("REGISTER:sip:ekc")
	require.Equal(t, sum(strings.Join([]string{a1, "n0", "00000001", cnonce, "auth", a2}, ":")), quoted(text, "response"))
	require.Equal(t, "939e7578ed9e3c518a452acee763bce9", sum("Mufasa:testrealm@host.com:Circle Of Life"), "HA1 of RFC 2617 §3.5")
	_, err = authorize(`Digest realm="r", nonce="n", algorithm=SHA-256`, "REGISTER", "sip:ekc", "a", "b")
	require.Error(t, err)
	_, err = authorize(`Basic realm="r"`, "REGISTER", "sip:ekc", "a", "b")
	require.Error(t, err)
}
