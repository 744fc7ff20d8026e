package app

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"ekc/access/auditlog"
	"ekc/internal/config"
	"ekc/internal/database"
	"ekc/internal/seal"
)

// auditPurpose keeps the key of the audit log's seals apart from other uses of the ring's index key.
const auditPurpose = "audit seal"

// auditMAC authenticates seals with a key that the database holds only encrypted.
func auditMAC(ring *seal.Ring) auditlog.MAC {
	return func(data []byte) []byte { return ring.Index(auditPurpose, string(data)) }
}

// openRing opens the data keys with the master key that is set, or that of the data directory.
func openRing(ctx context.Context, core *database.Core, c config.Storage) (*seal.Ring, error) {
	master, err := masterKey(c)
	if err != nil {
		return nil, err
	}
	return seal.Open(ctx, core.Client, master)
}

func masterKey(c config.Storage) (seal.Master, error) {
	if text := c.MasterKey.Reveal(); text != "" {
		m, err := seal.ParseMaster(text)
		if err != nil {
			err = errors.New("EKC_MASTER_KEY: " + err.Error())
		}
		return m, err
	}
	return seal.FileMaster(c.DataDir)
}

// Audit is the audit log for a command, with nothing running but the database.
type Audit struct{ coreStore }

// OpenAudit opens the core's database, migrated.
func OpenAudit(ctx context.Context, c config.Storage, log *slog.Logger) (*Audit, error) {
	a := &Audit{}
	if err := a.openAlone(ctx, c, log, func() error { return a.openKeys(ctx, c) }); err != nil {
		return nil, err
	}
	return a, nil
}

// Verify checks the whole log.
func (a *Audit) Verify(ctx context.Context, anchors ...auditlog.Anchor) (auditlog.Report, error) {
	return auditlog.Verify(ctx, a.core.DB, auditMAC(a.ring), anchors...)
}

// Export writes the sealed log from a sequence on.
func (a *Audit) Export(ctx context.Context, from int64, w io.Writer) (int64, error) {
	return auditlog.Export(ctx, a.core.DB, from, w)
}
