package auditlog

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/lib/pq"
)

// MAC authenticates a seal by a key that is not in the database; 32 bytes.
type MAC func(data []byte) []byte

// Seal closes a stretch of the chain.
type Seal struct {
	First, Last int64
	At          time.Time
	Hash        Hash
	MAC         []byte
}

// authentic is what the MAC of a seal is over.
func (s Seal) authentic() []byte {
	b := binary.BigEndian.AppendUint64([]byte{chainVersion}, uint64(s.First)) //nolint:gosec // positive
	b = binary.BigEndian.AppendUint64(b, uint64(s.Last))                      //nolint:gosec // positive
	b = binary.BigEndian.AppendUint64(b, uint64(s.At.UTC().UnixMicro()))      //nolint:gosec // after 1970
	return append(b, s.Hash[:]...)
}

// Sealer links and seals the entries of one database. Any number of nodes may have one.
type Sealer struct {
	DB     *sql.DB
	MAC    MAC
	Logger *slog.Logger
	// Every is how often new entries are looked for; zero: a second.
	Every time.Duration
	// Batch is the most entries of a seal; zero: 5000.
	Batch int
	// AnchorEvery is how often the last hash is logged, to be kept outside; zero: an hour.
	AnchorEvery time.Duration
}

const (
	sealLock    = 7_305_017
	sealEvery   = time.Second
	sealBatch   = 5000
	anchorEvery = time.Hour
)

// Run seals until ctx ends.
func (s *Sealer) Run(ctx context.Context) error {
	ticker := time.NewTicker(cmpOr(s.Every, sealEvery))
	defer ticker.Stop()
	var anchored time.Time
	for {
		last, err := s.drain(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			s.Logger.WarnContext(ctx, "sealing the audit log failed, trying again", "error", err)
		case err == nil && last.Last > 0 && time.Since(anchored) >= cmpOr(s.AnchorEvery, anchorEvery):
			anchored = time.Now()
			s.Logger.InfoContext(ctx, "anchor of the audit log; keep it outside", "anchor", Anchor{last.Last, last.Hash}.String())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func cmpOr(d, standard time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return standard
}

// drain seals until nothing is left and returns the last seal, zero when this process made none.
func (s *Sealer) drain(ctx context.Context) (last Seal, err error) {
	for {
		made, n, err := s.Once(ctx)
		if err != nil || n == 0 {
			return last, err
		}
		last = made
	}
}

// Once seals up to a batch of entries that are committed and not sealed, and returns how many; none while another process seals.
func (s *Sealer) Once(ctx context.Context) (Seal, int, error) {
	seal, n, err := s.once(ctx)
	if err != nil {
		return Seal{}, 0, fmt.Errorf("seal the audit log: %w", err)
	}
	return seal, n, nil
}

func (s *Sealer) once(ctx context.Context) (seal Seal, n int, err error) {
	var some bool
	if err := s.DB.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM audit_unsealed)`).Scan(&some); err != nil || !some {
		return seal, 0, err
	}
	tx, err := s.DB.BeginTx(ctx, nil)
	if err != nil {
		return seal, 0, err
	}
	defer func() {
		if e := tx.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
			err = errors.Join(err, e)
		}
	}()
	var mine bool
	if err := tx.QueryRowContext(ctx, `SELECT pg_try_advisory_xact_lock($1)`, sealLock).Scan(&mine); err != nil || !mine {
		return seal, 0, err
	}
	// A statement of its own after the lock: it sees what the last holder has committed.
	entries, err := s.waiting(ctx, tx)
	if err != nil || len(entries) == 0 {
		return seal, 0, err
	}
	if seal, err = s.write(ctx, tx, entries); err != nil {
		return seal, 0, err
	}
	return seal, len(entries), tx.Commit()
}

// waiting reads what is to be sealed, in its order.
func (s *Sealer) waiting(ctx context.Context, tx *sql.Tx) ([]Entry, error) {
	batch := s.Batch
	if batch <= 0 {
		batch = sealBatch
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+entryColumns+` FROM audit_unsealed u JOIN audit_entries e ON e.id = u.entry_id
		ORDER BY e.created_at, e.id LIMIT $1`, batch)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // after its end, which Err reports, or a failed scan
	var entries []Entry
	for rows.Next() {
		var e Entry
		if err := scanEntry(rows.Scan, &e); err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

// write links entries behind the last link, and seals them.
func (s *Sealer) write(ctx context.Context, tx *sql.Tx, entries []Entry) (Seal, error) {
	last, err := lastLink(ctx, tx)
	if err != nil {
		return Seal{}, err
	}
	seal := Seal{First: last.Sequence + 1, Hash: last.Hash}
	sequences, ids, hashes := make([]int64, len(entries)), make([]string, len(entries)), make([][]byte, len(entries))
	for n, e := range entries {
		seal.Last = seal.First + int64(n)
		seal.Hash = Link(seal.Last, seal.Hash, e)
		sequences[n], ids[n], hashes[n] = seal.Last, e.ID, append([]byte(nil), seal.Hash[:]...)
	}
	if err := tx.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&seal.At); err != nil {
		return seal, err
	}
	seal.MAC = s.MAC(seal.authentic())
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{
			`INSERT INTO audit_links (sequence, entry_id, hash) SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[])`,
			[]any{pq.Array(sequences), pq.Array(ids), pq.Array(hashes)},
		},
		{
			`INSERT INTO audit_seals (id, first, sealed_at, hash, mac) VALUES ($1, $2, $3, $4, $5)`,
			[]any{seal.Last, seal.First, seal.At, seal.Hash[:], seal.MAC},
		},
		{`DELETE FROM audit_unsealed WHERE entry_id = ANY($1)`, []any{pq.Array(ids)}},
	} {
		if _, err := tx.ExecContext(ctx, step.sql, step.args...); err != nil {
			return seal, err
		}
	}
	return seal, nil
}

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// lastLink is the end of the chain; the zero anchor before the first entry.
func lastLink(ctx context.Context, q querier) (Anchor, error) {
	var a Anchor
	var hash []byte
	err := q.QueryRowContext(ctx, `SELECT sequence, hash FROM audit_links ORDER BY sequence DESC LIMIT 1`).Scan(&a.Sequence, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return a, nil
	}
	copy(a.Hash[:], hash)
	return a, err
}

// genuine reports whether the MAC is of the seal.
func genuine(s Seal, mac MAC) bool { return hmac.Equal(mac(s.authentic()), s.MAC) }
