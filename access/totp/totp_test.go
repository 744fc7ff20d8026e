package totp_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/totp"
)

var secret = []byte("12345678901234567890") // of RFC 4226 and RFC 6238

// The vectors of RFC 4226, appendix D.
func TestCodesOfTheStandard(t *testing.T) {
	t.Parallel()
	for step, code := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		require.Equal(t, code, totp.Code(secret, int64(step)))
	}
}

// The vectors of RFC 6238, appendix B, for SHA-1; the last six of their eight digits.
func TestCodesByTime(t *testing.T) {
	t.Parallel()
	for at, code := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		require.Equal(t, code, totp.Code(secret, totp.StepAt(time.Unix(at, 0))))
		step, ok := totp.Check(secret, code, time.Unix(at, 0), 0)
		require.True(t, ok)
		require.Equal(t, at/30, step)
	}
}

func TestWindowAndReplay(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_800_000_000, 0)
	now := totp.StepAt(at)
	for away, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		_, ok := totp.Check(secret, totp.Code(secret, now+away), at, 0)
		require.Equal(t, want, ok, away)
	}
	_, ok := totp.Check(secret, totp.Code(secret, now), at, now)
	require.False(t, ok, "used before")
	_, ok = totp.Check(secret, totp.Code(secret, now-1), at, now)
	require.False(t, ok, "older than one that was used")
	_, ok = totp.Check(secret, totp.Code(secret, now+1), at, now)
	require.True(t, ok)
	for _, wrong := range []string{"", "0", "00000", "0000000", "abcdef", totp.Code(secret, now) + " "} {
		_, ok := totp.Check(secret, wrong, at, 0)
		require.False(t, ok, wrong)
	}
}

func TestURI(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(totp.URI("ЕКЦ", "ivanov.i", secret))
	require.NoError(t, err)
	require.Equal(t, "otpauth", u.Scheme)
	require.Equal(t, "totp", u.Host)
	require.Equal(t, "/ЕКЦ:ivanov.i", u.Path)
	require.Equal(t, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", u.Query().Get("secret"))
	require.Equal(t, "ЕКЦ", u.Query().Get("issuer"))
}
