package seed_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/coretest"
	"ekc/internal/seed"
	"ekc/knowledge/demo"
)

// fakeBase counts what is imported; the real one is tried in internal/app.
type fakeBase struct {
	size, imports int
	err           error
}

func (b *fakeBase) Size(context.Context) (int, error) { return b.size, nil }

func (b *fakeBase) Import(_ context.Context, _ string, file io.Reader) error {
	if b.err != nil {
		return b.err
	}
	b.imports++
	for lines := bufio.NewScanner(file); lines.Scan(); {
		b.size++
	}
	return nil
}

func TestBaseIsImportedOnce(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	base := &fakeBase{err: errors.New("away")}
	_, err := seed.Base(t.Context(), options(core), base)
	require.ErrorContains(t, err, "away")
	base.err = nil
	for _, want := range []bool{true, false, false} {
		imported, err := seed.Base(t.Context(), options(core), base)
		require.NoError(t, err)
		require.Equal(t, want, imported)
	}
	require.Equal(t, 1, base.imports)
	base.size = 0 // the knowledge database was made anew
	imported, err := seed.Base(t.Context(), options(core), base)
	require.NoError(t, err)
	require.True(t, imported)
}

func TestDemoBaseThatWasCutOffIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	base := &fakeBase{err: errors.New("killed")}
	_, err := seed.Base(t.Context(), options(core), base)
	require.Error(t, err)
	base.err, base.size = nil, 100 // what was committed before
	imported, err := seed.Base(t.Context(), options(core), base)
	require.NoError(t, err)
	require.True(t, imported, "a part of the demo base is not a base that people have filled")
}

func TestOlderDemoBaseIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	core.Client.Secret.Create().SetID("seed.base.0000").SetValue([]byte("x")).ExecX(system())
	base := &fakeBase{size: 300}
	imported, err := seed.Base(t.Context(), options(core), base)
	require.NoError(t, err)
	require.True(t, imported)
}

func TestOwnBaseIsLeftAlone(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	base := &fakeBase{size: 25_000}
	imported, err := seed.Base(t.Context(), options(core), base)
	require.NoError(t, err)
	require.False(t, imported)
	require.Equal(t, 25_000, base.size)
}

func TestDemoRecordsNameKnownSegments(t *testing.T) {
	t.Parallel()
	records := 0
	for lines := bufio.NewScanner(demo.Records()); lines.Scan(); records++ {
		var r struct{ Agency, Region string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &r))
		require.True(t, r.Agency == "" || seed.IsAgency(r.Agency), r.Agency)
		require.True(t, r.Region == "" || seed.IsRegion(r.Region), r.Region)
	}
	require.GreaterOrEqual(t, records, 250)
}
