package test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/callback"
	"ekc/ent/predicate"
	"ekc/interaction"
	"ekc/internal/database"
	"ekc/internal/seal"
)

// openedNumbers are the centre's database and the keys to citizens' numbers in it, which nobody finds there without them.
type openedNumbers struct {
	core *database.Core
	ring *seal.Ring
}

// openNumbers takes the keys that the first node has made.
func (s store) openNumbers(t *testing.T) openedNumbers {
	t.Helper()
	core, err := database.Open(t.Context(), s.core, 4)
	require.NoError(t, err)
	t.Cleanup(func() { _ = core.Close() })
	master, err := seal.FileMaster(s.dataDir)
	require.NoError(t, err)
	ring, err := seal.Open(t.Context(), core.Client, master)
	require.NoError(t, err)
	return openedNumbers{core, ring}
}

// call is the first call with a citizen's number, of those that are asked for; nil when there is none.
func (n openedNumbers) call(t *testing.T, number string, of ...predicate.Call) *ent.Call {
	t.Helper()
	system := viewer.AsSystem(t.Context())
	all, err := n.core.Client.Call.Query().Where(of...).Where(call.CitizenSealedNotNil()).Order(ent.Asc(call.FieldBeganAt)).All(system)
	require.NoError(t, err)
	for _, c := range all {
		plain, err := n.ring.Unseal(system, seal.Place{Table: call.Table, Column: call.FieldCitizenSealed, Row: c.ID}, *c.CitizenSealed)
		require.NoError(t, err)
		if string(plain) == number {
			return c
		}
	}
	return nil
}

// overTrunk holds that a citizen's call came over a trunk.
func (c *phoneCentre) overTrunk(t *testing.T, number string) {
	t.Helper()
	one := c.numbers.call(t, number)
	require.NotNil(t, one)
	require.NotEmpty(t, one.TrunkID)
}

// callback is the callback to a number; empty when there is none.
func (n openedNumbers) callback(t *testing.T, number string) string {
	t.Helper()
	id, err := n.core.Client.Callback.Query().Where(callback.NumberIndex(n.ring.Index(interaction.PhonePurpose, number))).FirstID(viewer.AsSystem(t.Context()))
	if !ent.IsNotFound(err) {
		require.NoError(t, err)
	}
	return id
}

// noneInClear holds that the database has no citizen's number that can be read.
func (s store) noneInClear(t *testing.T) {
	t.Helper()
	db, err := sql.Open("postgres", s.core)
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	for _, query := range []string{
		`SELECT count(*) FROM calls WHERE CASE direction WHEN 'OUTBOUND' THEN called ELSE caller END > ''`,
		`SELECT count(*) FROM callbacks WHERE number > ''`, `SELECT count(*) FROM call_legs WHERE role = 'CITIZEN' AND number > ''`,
		`SELECT count(*) FROM citizens WHERE phone > ''`,
	} {
		n := -1
		require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&n))
		require.Zero(t, n, query)
	}
}
