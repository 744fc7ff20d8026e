package graph

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
)

func TestDatabaseThatIsAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, &net.OpError{Op: "read", Err: errors.New("connection reset by peer")},
		&pq.Error{Code: "57P01"}, &pq.Error{Code: "57P03"}, &pq.Error{Code: "08006"}, &pq.Error{Code: "25P03"},
		&pq.Error{Code: "53100"}, &pq.Error{Code: "53300"},
	} {
		got := known(fmt.Errorf("write message: %w", err))
		require.NotNil(t, got, "%#v", err)
		require.Equal(t, fail.Unavailable, got.Code)
	}
	require.Nil(t, known(errors.New("a fault of ours")))
	require.Nil(t, known(&pq.Error{Code: "42703"}))
}
