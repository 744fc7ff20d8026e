package recording

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInterleaveAgreesWithTheSlowWay(t *testing.T) {
	t.Parallel()
	const silence = 0xd5
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test's samples
	channel := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	for range 2000 {
		size := 1 + random.IntN(2)
		samples := random.IntN(40)
		left, right := channel(random.IntN(48)*size), channel(random.IntN(48)*size)
		got := make([]byte, samples*channels*size)
		interleave(got, left, right, size, silence)
		for at, b := range got {
			sample, within := at/size, at%size
			from := left
			if sample%channels == 1 {
				from = right
			}
			want := byte(silence)
			if i := sample/channels*size + within; i < len(from) {
				want = from[i]
			}
			require.Equal(t, want, b, "byte %d of %d samples of %d bytes", at, samples, size)
		}
	}
}

func BenchmarkInterleave(b *testing.B) {
	left, right, frames := make([]byte, 8000), make([]byte, 8000), make([]byte, 16000)
	b.SetBytes(int64(len(frames)))
	for b.Loop() {
		interleave(frames, left, right, 1, 0xd5)
	}
}
