package ids_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/ids"
)

func TestSinceBoundsWhatNewMakes(t *testing.T) {
	before := time.Now()
	id := ids.New("int")
	after := time.Now()
	require.LessOrEqual(t, ids.Since("int", before), id)
	require.Greater(t, ids.Since("int", after.Add(time.Millisecond)), id)
	prefix, ok := ids.Prefix(ids.Since("int", before))
	require.True(t, ok)
	require.Equal(t, "int", prefix)
}

func TestSinceOfTimesThatNoIdentifierHas(t *testing.T) {
	require.Equal(t, "int_00000000000000000000000000", ids.Since("int", time.Time{}))
	require.Equal(t, ids.Since("int", time.Unix(0, 0)), ids.Since("int", time.Date(1969, 12, 31, 23, 0, 0, 0, time.UTC)))
	require.Equal(t, "int_7zzzzzzzzz0000000000000000", ids.Since("int", time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)))
}
