package seal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/internal/coretest"
	"ekc/internal/database"
	"ekc/internal/seal"
)

func open(t testing.TB, core *database.Core, m seal.Master) *seal.Ring {
	t.Helper()
	ring, err := seal.Open(t.Context(), core.Client, m)
	require.NoError(t, err)
	return ring
}

func master(t testing.TB) seal.Master {
	t.Helper()
	m, text, err := seal.NewMaster()
	require.NoError(t, err)
	again, err := seal.ParseMaster(text)
	require.NoError(t, err)
	require.Equal(t, m, again)
	return m
}

func TestValueOpensOnlyAtItsPlace(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	ring := open(t, core, master(t))
	place := seal.Place{Table: "citizens", Column: "phone_sealed", Row: "cit_1"}
	sealed, err := ring.Seal(t.Context(), place, []byte("+79161234567"))
	require.NoError(t, err)
	require.NotContains(t, string(sealed), "7916")
	require.Len(t, sealed, 12+seal.Overhead)
	plain, err := ring.Unseal(t.Context(), place, sealed)
	require.NoError(t, err)
	require.Equal(t, "+79161234567", string(plain))
	for _, other := range []seal.Place{
		{"citizens", "phone_sealed", "cit_2"},
		{"citizens", "name", "cit_1"},
		{"callbacks", "phone_sealed", "cit_1"},
		{"citizensp", "hone_sealed", "cit_1"},
	} {
		_, err = ring.Unseal(t.Context(), other, sealed)
		require.ErrorIs(t, err, seal.ErrBroken, other)
	}
	for n := range sealed {
		broken := bytes.Clone(sealed)
		broken[n] ^= 1
		_, err = ring.Unseal(t.Context(), place, broken)
		require.ErrorIs(t, err, seal.ErrBroken, n)
		_, err = ring.Unseal(t.Context(), place, sealed[:n])
		require.ErrorIs(t, err, seal.ErrBroken, n)
	}
	again, err := ring.Seal(t.Context(), place, []byte("+79161234567"))
	require.NoError(t, err)
	require.NotEqual(t, sealed, again, "equal values must not look equal")
}

func TestNodesShareKeys(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	m := master(t)
	rings := make([]*seal.Ring, 4)
	var all sync.WaitGroup
	for n := range rings {
		all.Go(func() { rings[n], _ = seal.Open(t.Context(), core.Client, m) })
	}
	all.Wait()
	place := seal.Place{Table: "t", Column: "c", Row: "r"}
	require.NotNil(t, rings[0])
	sealed, err := rings[0].Seal(t.Context(), place, nil)
	require.NoError(t, err)
	for _, ring := range rings {
		require.NotNil(t, ring)
		_, err := ring.Unseal(t.Context(), place, sealed)
		require.NoError(t, err)
		require.Equal(t, rings[0].Index("phone", "+7916"), ring.Index("phone", "+7916"))
		require.NotEqual(t, ring.Index("phone", "+7916"), ring.Index("mail", "+7916"))
	}
	_, err = seal.Open(t.Context(), core.Client, master(t))
	require.ErrorContains(t, err, "EKC_MASTER_KEY", "another master key")
}

func TestRotation(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	m := master(t)
	ring, other := open(t, core, m), open(t, core, m)
	_, err := core.DB.ExecContext(t.Context(), `CREATE TABLE kept (id text PRIMARY KEY, value bytea)`)
	require.NoError(t, err)
	column := seal.Column{Table: "kept", Name: "value"}
	place := func(id string) seal.Place { return seal.Place{Table: "kept", Column: "value", Row: id} }
	put := func(r *seal.Ring, id string) {
		sealed, err := r.Seal(t.Context(), place(id), []byte("value of "+id))
		require.NoError(t, err)
		_, err = core.DB.ExecContext(t.Context(), `INSERT INTO kept VALUES ($1, $2)`, id, sealed)
		require.NoError(t, err)
	}
	for _, id := range []string{"a", "b", "c"} {
		put(ring, id)
	}
	number, err := ring.Rotate(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, number)
	put(ring, "d")  // with the new key
	put(other, "e") // by a node that does not know it yet
	n, err := other.Renew(t.Context(), []seal.Column{column})
	require.NoError(t, err)
	require.Equal(t, 4, n)
	n, err = ring.Renew(t.Context(), []seal.Column{column})
	require.NoError(t, err)
	require.Zero(t, n)
	rows, err := core.DB.QueryContext(t.Context(), `SELECT id, value FROM kept ORDER BY id`)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var id string
		var value []byte
		require.NoError(t, rows.Scan(&id, &value))
		require.EqualValues(t, 2, value[4], "encrypted with the new key")
		plain, err := ring.Unseal(t.Context(), place(id), value)
		require.NoError(t, err)
		require.Equal(t, "value of "+id, string(plain))
	}
	require.NoError(t, rows.Err())
	system := viewer.AsSystem(t.Context())
	old := core.Client.DataKey.Query().AllX(system)
	for _, k := range old {
		require.Nil(t, k.EmptiedAt, "a node may not know yet that the key is retired")
	}

	next := master(t)
	require.NoError(t, ring.Rewrap(t.Context(), next))
	_, err = seal.Open(t.Context(), core.Client, m)
	require.ErrorContains(t, err, "master key")
	again := open(t, core, next)
	sealed, err := again.Seal(t.Context(), place("a"), []byte("x"))
	require.NoError(t, err)
	_, err = ring.Unseal(t.Context(), place("a"), sealed)
	require.NoError(t, err)
	require.Equal(t, ring.Index("p", "v"), again.Index("p", "v"))
}

func TestMasterKeyOfADirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	keys := make([]seal.Master, 4)
	var all sync.WaitGroup
	for n := range keys {
		all.Go(func() { keys[n], _ = seal.FileMaster(dir) })
	}
	all.Wait()
	for _, k := range keys {
		require.False(t, k.IsZero())
		require.Equal(t, keys[0], k)
	}
	info, err := os.Stat(filepath.Join(dir, "master.key"))
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "master.key"), []byte("short"), 0o600))
	_, err = seal.FileMaster(dir)
	require.ErrorContains(t, err, "master key")
}

func BenchmarkSeal(b *testing.B) {
	core, _ := coretest.New(b)
	ring := open(b, core, master(b))
	place, plain := seal.Place{Table: "citizens", Column: "phone_sealed", Row: "cit_01HZZZZZZZZZZZZZZZZZZZZZZZ"}, []byte("+79161234567")
	b.Run("value", func(b *testing.B) {
		for b.Loop() {
			if _, err := ring.Seal(b.Context(), place, plain); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("index", func(b *testing.B) {
		for b.Loop() {
			_ = ring.Index("phone", "+79161234567")
		}
	})
}
