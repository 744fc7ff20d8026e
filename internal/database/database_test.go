package database_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/coretest"
	"ekc/internal/database"
)

const idle = "idle_in_transaction_session_timeout"

func TestIdleTransactionsAreEnded(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(coretest.URL(t))
	require.NoError(t, err)
	require.Equal(t, "10s", shown(t, address))
	query := address.Query()
	query.Set(idle, "1234")
	address.RawQuery = query.Encode()
	require.Equal(t, "1234ms", shown(t, address), "the URL has the last word")
}

func shown(t *testing.T, address *url.URL) (value string) {
	t.Helper()
	core, err := database.Open(context.Background(), address.String(), 1)
	require.NoError(t, err)
	defer func() { require.NoError(t, core.Close()) }()
	require.NoError(t, core.DB.QueryRowContext(t.Context(), "SHOW "+idle).Scan(&value))
	return value
}
