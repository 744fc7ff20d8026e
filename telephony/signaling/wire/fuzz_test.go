package wire_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling/wire"
)

// seeds are the torture messages, escapes left as they are.
func seeds(f *testing.F) {
	f.Helper()
	for _, file := range []string{"rfc4475.txt", "rfc5118.txt"} {
		text, err := os.ReadFile(filepath.Join("..", "testdata", file))
		require.NoError(f, err)
		for _, part := range strings.Split("\n"+string(text), "\n==== ")[1:] {
			_, message, _ := strings.Cut(part, "\n")
			f.Add([]byte(strings.ReplaceAll(message+"\n", "\n", "\r\n")))
		}
	}
}

// FuzzParse: no input panics; what is understood can be written and is understood again as the same; every answer is well
// formed where the request was.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := wire.Parse(data)
		if err != nil {
			var malformed *wire.Malformed
			require.ErrorAs(t, err, &malformed)
			require.Nil(t, m)
			if malformed.Status != 0 {
				malformed.Message.Received("192.0.2.1", "5060")
				require.NotEmpty(t, wire.Reply(malformed.Message, malformed.Status, "", "tag").Bytes())
			}
			return
		}
		again, err := wire.Parse(m.Bytes())
		require.NoErrorf(t, err, "%q", m.Bytes())
		require.Equal(t, m.StartLine(), again.StartLine())
		require.Equal(t, m.CallID, again.CallID)
		require.Equal(t, m.From, again.From)
		require.True(t, bytes.Equal(m.Body, again.Body))
		if m.IsRequest() {
			m.Received("192.0.2.1", "5060")
			answer, err := wire.Parse(wire.Reply(m, 200, "", "tag").Bytes())
			require.NoErrorf(t, err, "%q", wire.Reply(m, 200, "", "tag").Bytes())
			require.Equal(t, m.Via.Branch(), answer.Via.Branch())
			require.NotEmpty(t, answer.To.Tag()+m.To.Params.Get("tag")+"x")
		}
	})
}

// FuzzStream: messages are cut the same way however the bytes arrive.
func FuzzStream(f *testing.F) {
	seeds(f)
	f.Add([]byte("\r\n\r\nOPTIONS sip:a SIP/2.0\r\nl: 2\r\n\r\nabOPTIONS"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var whole, bytewise wire.Stream
		whole.Write(data)
		var first, second [][]byte
		drain := func(s *wire.Stream, into *[][]byte) bool {
			for range 1000 {
				m, ping, err := s.Next()
				switch {
				case err != nil:
					*into = append(*into, []byte("!"))
					return false
				case ping:
					continue
				case m == nil:
					return true
				}
				*into = append(*into, m)
			}
			return true
		}
		drain(&whole, &first)
		for i := range data {
			bytewise.Write(data[i : i+1])
			if !drain(&bytewise, &second) {
				break
			}
		}
		require.Equal(t, first, second)
	})
}
