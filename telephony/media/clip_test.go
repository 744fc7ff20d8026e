package media_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/media"
)

func TestClipDuration(t *testing.T) {
	t.Parallel()
	require.Equal(t, 1500*time.Millisecond, media.NewClip(make([]int16, 12000)).Duration())
}
