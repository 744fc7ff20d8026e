package voice_test

import (
	"context"
	"database/sql"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
)

// meter is what the database and this process have done so far.
type meter struct {
	at          time.Time
	statements  float64 // pg_stat_statements; 0 where the server has it not
	commits     float64
	wal         float64 // bytes
	server, own time.Duration
}

// meter reads the meters. Postgres publishes a backend's commits within a second after its last.
func (c *centre) meter(b *testing.B) meter {
	b.Helper()
	m := meter{at: time.Now()}
	one := func(query string) (value float64) {
		require.NoError(b, c.core.DB.QueryRowContext(context.Background(), query).Scan(&value))
		return value
	}
	m.commits = one(`SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()`)
	m.wal = one(`SELECT pg_current_wal_lsn() - '0/0'::pg_lsn`)
	if one(`SELECT count(*) FROM pg_class WHERE relname = 'pg_stat_statements'`) > 0 {
		m.statements = one(`SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE datname = current_database()`)
	}
	m.server = backendTime(b, c.core.DB)
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	m.own = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	return m
}

// backendTime is the CPU that all processes of a server on this machine have used; 0 for one elsewhere.
func backendTime(b *testing.B, db *sql.DB) (sum time.Duration) {
	b.Helper()
	rows, err := db.QueryContext(context.Background(), `SELECT pid FROM pg_stat_activity`)
	require.NoError(b, err)
	defer func() { require.NoError(b, rows.Close()) }()
	for rows.Next() {
		var pid int
		require.NoError(b, rows.Scan(&pid))
		sum += processTime(pid)
	}
	require.NoError(b, rows.Err())
	return sum
}

// processTime reads utime and stime of proc(5), in ticks of 10 ms.
func processTime(pid int) time.Duration {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	ticks := 0
	for _, field := range fields[11:13] {
		n, _ := strconv.Atoi(field) //nolint:errcheck // a number, says proc(5)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// report prints what one call of the benchmark cost since before.
func (m meter) report(b *testing.B, before meter) {
	b.Helper()
	n := float64(b.N)
	b.ReportMetric(n/m.at.Sub(before.at).Seconds(), "calls/s")
	b.ReportMetric((m.statements-before.statements)/n, "statements/call")
	b.ReportMetric((m.commits-before.commits)/n, "commits/call")
	b.ReportMetric((m.wal-before.wal)/n/1000, "WAL-kB/call")
	b.ReportMetric(float64((m.server-before.server).Microseconds())/n/1000, "ms-postgres/call")
	b.ReportMetric(float64((m.own-before.own).Microseconds())/n/1000, "ms-own/call")
	b.ReportMetric(0, "ns/op")
}

func systemContext() context.Context { return viewer.AsSystem(context.Background()) }

func asAccount(ctx context.Context, id string) context.Context {
	return viewer.With(ctx, viewer.Viewer{Kind: viewer.Account, AccountID: id, Grants: []viewer.Grant{{Role: viewer.Operator}}})
}
