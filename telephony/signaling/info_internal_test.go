package signaling

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzDigit looks for bodies of INFO that give what is no key, or no time that one is pressed for.
func FuzzDigit(f *testing.F) {
	for _, body := range []string{
		"Signal=5\r\nDuration=160\r\n", "signal = * \nduration= 20000", "Signal=11\r\nDuration=-1", "Signal=10", "5", " d\r\n", "", "Signal==\r\n", "Signal=55",
		"Duration=100", "Signal=5\r\nSignal=\r\n", "Signal=١", "\x00", "Signal=5\r\nDuration=9999999999999999999",
	} {
		f.Add(true, body)
		f.Add(false, body)
	}
	f.Fuzz(func(t *testing.T, relay bool, body string) {
		contentType := "application/dtmf"
		if relay {
			contentType = "application/dtmf-relay"
		}
		digit, ok := parseDigit(contentType, body)
		if !ok {
			require.Zero(t, digit)
			return
		}
		require.Contains(t, "0123456789*#ABCD", string(digit.Key))
		require.Positive(t, digit.Duration)
		require.LessOrEqual(t, digit.Duration, 10*time.Second)
		if relay {
			require.Contains(t, strings.ToLower(body), "signal")
		}
	})
}
