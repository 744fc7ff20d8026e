package optional_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/optional"
)

func TestNothingIsNil(t *testing.T) {
	t.Parallel()
	require.Nil(t, optional.Of(""))
	require.Nil(t, optional.Of(0))
	require.Equal(t, " ", *optional.Of(" "))
	require.Equal(t, 2, *optional.Of(2))
	require.Nil(t, optional.Text(" \n\t"))
	require.Equal(t, " a ", *optional.Text(" a "), "what is there stays as it is")
}
