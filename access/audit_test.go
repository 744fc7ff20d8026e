package access_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/auditentry"
	"ekc/internal/fail"
)

func TestAuditSaysWhoDidWhat(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	store := directStore{c.core.Client}
	write := func(v viewer.Viewer) *ent.AuditEntry {
		ctx := viewer.With(t.Context(), v)
		require.NoError(t, store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			return access.Audit(ctx, tx, "citizen.read", "int_1", map[string]string{"fields": "phone"})
		}))
		return c.core.Client.AuditEntry.Query().Order(ent.Desc(auditentry.FieldID)).FirstX(c.system)
	}
	entry := write(viewer.Viewer{Kind: viewer.Account, AccountID: "acc_1", Address: "192.0.2.1\x00\xff"})
	require.Equal(t, "acc_1", entry.ActorID)
	require.Equal(t, "192.0.2.1", entry.Address)
	require.Equal(t, "int_1", entry.ObjectID)
	require.Equal(t, map[string]string{"fields": "phone"}, entry.Detail)
	entry = write(viewer.Viewer{Kind: viewer.Citizen, InteractionID: "int_1"})
	require.Equal(t, map[string]string{"fields": "phone", "citizen_of": "int_1"}, entry.Detail)
}

func TestAuditGoesWithItsTransaction(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	err := directStore{c.core.Client}.InTx(t.Context(), func(ctx context.Context, tx *ent.Tx) error {
		require.NoError(t, access.Audit(ctx, tx, "x", "y", nil))
		return fail.New(fail.Conflict, "no")
	})
	c.refused(fail.Conflict, err)
	require.Zero(t, c.audited("x", "y"))
}

func TestAuditLogIsAppendOnly(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.add("ivanova")
	for _, statement := range []string{
		"UPDATE audit_entries SET action = 'nothing'", "DELETE FROM audit_entries", "DELETE FROM audit_entries WHERE false",
		"TRUNCATE audit_entries", "SET session_replication_role = replica; DELETE FROM audit_entries",
	} {
		_, err := c.core.DB.ExecContext(t.Context(), statement)
		require.ErrorContains(t, err, "append-only", statement)
	}
	require.Equal(t, 1, c.core.Client.AuditEntry.Query().CountX(c.system))
}

func TestAuditOfASegment(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	admin := c.login("admin", access.NewRole{Role: viewer.Administrator})
	segment := c.login("segment", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: c.pfr.ID})
	operator := c.login("operator", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID})
	foreign := c.add("foreign", access.NewRole{Role: viewer.Operator, AgencyID: c.mse.ID})
	q, err := c.service.AuditEntries(segment, access.AuditFilter{})
	require.NoError(t, err)
	entries := q.AllX(segment)
	require.Len(t, entries, 6, "each of two accounts was created, given a role and signed in")
	for _, e := range entries {
		require.NotEqual(t, foreign.ID, e.ObjectID)
	}
	q, err = c.service.AuditEntries(admin, access.AuditFilter{ObjectID: foreign.ID, Action: "role.grant"})
	require.NoError(t, err)
	require.Equal(t, 1, q.CountX(admin))
	q, err = c.service.AuditEntries(segment, access.AuditFilter{ObjectID: foreign.ID})
	require.NoError(t, err)
	require.Zero(t, q.CountX(segment))
	_, err = c.service.AuditEntries(operator, access.AuditFilter{})
	c.refused(fail.Forbidden, err)
}
