package auditlog_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/auditlog"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/internal/coretest"
	"ekc/internal/database"
)

// world is a database with an audit log.
type world struct {
	*testing.T
	core   *database.Core
	system context.Context //nolint:containedctx // of the test
	sealer *auditlog.Sealer
}

func mac(data []byte) []byte {
	h := hmac.New(sha256.New, []byte("a key that is not in the database"))
	_, _ = h.Write(data)
	return h.Sum(nil)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	core, _ := coretest.New(t)
	return &world{
		T: t, core: core, system: viewer.AsSystem(t.Context()),
		sealer: &auditlog.Sealer{DB: core.DB, MAC: mac, Logger: slog.New(slog.DiscardHandler), Batch: 7},
	}
}

func (w *world) write(n int) {
	w.Helper()
	rows := make([]*ent.AuditEntryCreate, n)
	for i := range rows {
		rows[i] = w.core.Client.AuditEntry.Create().SetAction("test").SetObjectID(fmt.Sprint(i)).
			SetDetail(map[string]string{"b": "2", "a": "<1>", "n": fmt.Sprint(i)})
	}
	w.core.Client.AuditEntry.CreateBulk(rows...).ExecX(w.system)
}

// seal seals all that waits.
func (w *world) seal() {
	w.Helper()
	for {
		_, n, err := w.sealer.Once(w.Context())
		require.NoError(w, err)
		if n == 0 {
			return
		}
	}
}

func (w *world) verify(anchors ...auditlog.Anchor) auditlog.Report {
	w.Helper()
	report, err := auditlog.Verify(w.Context(), w.core.DB, mac, anchors...)
	require.NoError(w, err)
	return report
}

// tamper does what only an owner of the tables can: past the triggers.
func (w *world) tamper(statements ...string) {
	w.Helper()
	tables := []string{"audit_entries", "audit_links", "audit_seals"}
	for _, table := range tables {
		w.exec("ALTER TABLE " + table + " DISABLE TRIGGER USER")
	}
	for _, s := range statements {
		w.exec(s)
	}
	for _, table := range tables {
		w.exec("ALTER TABLE " + table + " ENABLE ALWAYS TRIGGER " + table + "_append_only")
	}
	w.exec("ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_unsealed")
}

func (w *world) exec(statement string) {
	w.Helper()
	_, err := w.core.DB.ExecContext(w.Context(), statement)
	require.NoError(w, err, statement)
}

func TestWholeLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.True(t, w.verify().Whole())
	w.write(25)
	report := w.verify()
	require.True(t, report.Whole(), report.Faults)
	require.EqualValues(t, 25, report.Waiting)
	w.seal()
	first := w.verify()
	require.True(t, first.Whole(), first.Faults)
	require.EqualValues(t, 25, first.Entries)
	require.EqualValues(t, 4, first.Seals, "of seven at most")
	require.Zero(t, first.Waiting)
	w.write(3)
	w.seal()
	parsed, err := auditlog.ParseAnchor(first.Last.String())
	require.NoError(t, err)
	report = w.verify(parsed)
	require.True(t, report.Whole(), report.Faults)
	require.EqualValues(t, 28, report.Last.Sequence)
}

func TestTamperingShows(t *testing.T) {
	t.Parallel()
	third := `(SELECT entry_id FROM audit_links WHERE sequence = 3)`
	for name, c := range map[string]struct {
		statements []string
		sequence   int64
		says       string
	}{
		"changed":        {[]string{`UPDATE audit_entries SET actor_id = 'acc_other' WHERE id = ` + third}, 3, "changed"},
		"detail changed": {[]string{`UPDATE audit_entries SET detail = '{"a":"2","b":"2","n":"2"}' WHERE id = ` + third}, 3, "changed"},
		"time changed":   {[]string{`UPDATE audit_entries SET created_at = created_at - interval '1 microsecond' WHERE id = ` + third}, 3, "changed"},
		"removed":        {[]string{`DELETE FROM audit_entries WHERE id = ` + third}, 3, "removed"},
		"removed with its link": {[]string{
			`DELETE FROM audit_entries WHERE id = ` + third, `DELETE FROM audit_links WHERE sequence = 3`,
		}, 3, "removed"},
		"reordered": {[]string{
			`CREATE TABLE was AS SELECT sequence, entry_id FROM audit_links WHERE sequence IN (3, 4)`,
			`UPDATE audit_links SET entry_id = 'moved' || sequence WHERE sequence IN (3, 4)`,
			`UPDATE audit_links l SET entry_id = w.entry_id FROM was w WHERE l.sequence + w.sequence = 7 AND l.sequence IN (3, 4)`,
		}, 3, "changed"},
		"put in past the triggers": {[]string{
			`INSERT INTO audit_entries (id, created_at, action) VALUES ('aud_forged', now(), 'forged')`,
		}, 0, "no link"},
		"cut off":              {[]string{`DELETE FROM audit_links WHERE sequence > 20`}, 21, "were removed"},
		"a seal removed":       {[]string{`DELETE FROM audit_seals WHERE id = 7`}, 8, "does not follow"},
		"a seal of another":    {[]string{`UPDATE audit_seals SET hash = (SELECT hash FROM audit_links WHERE sequence = 6) WHERE id = 7`}, 7, "key"},
		"removed when waiting": {[]string{`INSERT INTO audit_unsealed (entry_id) VALUES ('aud_gone')`}, 0, "before it was sealed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.write(25)
			w.seal()
			w.tamper(c.statements...)
			report := w.verify()
			require.NotEmpty(t, report.Faults)
			require.Equal(t, c.sequence, report.Faults[0].Sequence, report.Faults)
			require.Contains(t, report.Faults[0].What, c.says)
		})
	}
}

// Whoever owns the database may compute links anew; the seals' key and an anchor are not theirs.
func TestChainComputedAnewShows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(10)
	w.seal()
	anchor := w.verify().Last
	w.tamper(`UPDATE audit_entries SET action = 'harmless' WHERE id = (SELECT entry_id FROM audit_links WHERE sequence = 3)`,
		`INSERT INTO audit_unsealed SELECT entry_id FROM audit_links`, `DELETE FROM audit_links`, `DELETE FROM audit_seals`)
	forger := *w.sealer
	forger.MAC = func([]byte) []byte { return make([]byte, 32) }
	_, n, err := forger.Once(t.Context())
	require.NoError(t, err)
	require.Equal(t, 7, n)
	_, _, err = forger.Once(t.Context())
	require.NoError(t, err)
	report, err := auditlog.Verify(t.Context(), w.core.DB, nil)
	require.NoError(t, err)
	require.True(t, report.Whole(), "without key and anchor the forged chain is whole")
	require.False(t, report.Authentic)
	report, err = auditlog.Verify(t.Context(), w.core.DB, nil, anchor)
	require.NoError(t, err)
	require.Contains(t, report.Faults[0].What, "anchor")
	require.Contains(t, w.verify().Faults[0].What, "key")
	w.tamper(`DELETE FROM audit_seals WHERE id > 7`, `DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_links WHERE sequence > 7)`,
		`DELETE FROM audit_links WHERE sequence > 7`)
	report, err = auditlog.Verify(t.Context(), w.core.DB, nil, anchor)
	require.NoError(t, err)
	require.Contains(t, report.Faults[0].What, "cut off")
}

func TestEntryWithATimeInThePastShows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sealer.Batch = 0
	w.write(3)
	w.seal()
	w.core.Client.AuditEntry.Create().SetAction("forged").SetCreatedAt(time.Now().Add(-time.Hour)).ExecX(w.system)
	w.seal()
	report := w.verify()
	require.Len(t, report.Faults, 1)
	require.Contains(t, report.Faults[0].What, "put in later")
}

// Many sealers and writers at once: one chain, each entry once.
func TestManyNodesMakeOneChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	var sealers, writers sync.WaitGroup
	for range 3 {
		sealers.Go(func() {
			s := *w.sealer
			s.Every = time.Millisecond
			_ = s.Run(ctx)
		})
	}
	for range 4 {
		writers.Go(func() {
			for range 10 {
				w.write(3)
			}
		})
	}
	writers.Wait()
	require.Eventually(t, func() bool {
		r, err := auditlog.Verify(t.Context(), w.core.DB, mac)
		return err == nil && r.Entries == 120 && r.Waiting == 0
	}, time.Minute, 50*time.Millisecond)
	cancel()
	sealers.Wait()
	report := w.verify()
	require.True(t, report.Whole(), report.Faults)
}

// What cannot be committed leaves no trace in the chain.
func TestTablesRefuseChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(2)
	w.seal()
	for _, statement := range []string{
		"UPDATE audit_links SET sequence = 9", "DELETE FROM audit_links", "TRUNCATE audit_links", "UPDATE audit_seals SET first = 1",
		"DELETE FROM audit_seals WHERE false", "TRUNCATE audit_seals", "SET session_replication_role = replica; DELETE FROM audit_links",
	} {
		_, err := w.core.DB.ExecContext(t.Context(), statement)
		require.ErrorContains(t, err, "append-only", statement)
	}
}

func TestExportCanBeCheckedWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(9)
	w.seal()
	var out bytes.Buffer
	n, err := auditlog.Export(t.Context(), w.core.DB, 1, &out)
	require.NoError(t, err)
	require.EqualValues(t, 9, n)
	var previous auditlog.Hash
	for line := range strings.Lines(out.String()) {
		var read struct {
			Sequence int64
			Hash     string
			auditlog.Entry
		}
		require.NoError(t, json.Unmarshal([]byte(line), &read))
		previous = auditlog.Link(read.Sequence, previous, read.Entry)
		require.Equal(t, previous.String(), read.Hash)
	}
	require.Equal(t, w.verify().Last.Hash, previous)
	out.Reset()
	n, err = auditlog.Export(t.Context(), w.core.DB, 8, &out)
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
}

func TestParseAnchor(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "1", "1:", ":00", "0:" + strings.Repeat("00", 32), "1:" + strings.Repeat("0g", 32), "1:" + strings.Repeat("00", 31)} {
		_, err := auditlog.ParseAnchor(bad)
		require.Error(t, err, bad)
	}
	_, err := auditlog.ParseAnchor(" 12:" + strings.Repeat("0a", 32) + "\n")
	require.NoError(t, err)
	require.False(t, slices.Equal(mac(nil), mac([]byte{1})))
}
