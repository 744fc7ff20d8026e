package app

import (
	"context"
	"errors"
	"log/slog"

	"ekc/internal/config"
	"ekc/internal/database"
	"ekc/internal/seal"
)

// commandConns is enough for one command.
const commandConns = 4

// coreStore is the core's database.
type coreStore struct {
	storage *Storage
	core    *database.Core
	ring    *seal.Ring // after openKeys
}

// openCore opens the databases that are needed, the core's among them, migrated; conns is the most connections to it. After an error the
// caller closes what was opened before it.
func (s *coreStore) openCore(ctx context.Context, c config.Storage, needs Databases, conns int, log *slog.Logger) (err error) {
	if s.storage, err = OpenStorage(ctx, c, needs, log); err != nil {
		return err
	}
	if err := s.storage.Migrate(ctx); err != nil {
		return err
	}
	s.core, err = database.Open(ctx, s.storage.CoreURL, conns)
	return err
}

// openKeys opens the keys to what is encrypted in it.
func (s *coreStore) openKeys(ctx context.Context, c config.Storage) (err error) {
	s.ring, err = openRing(ctx, s.core, c)
	return err
}

// openAlone opens the core alone, for a command that comes and goes beside nodes, and lets more stand on it; after an error nothing is
// open.
func (s *coreStore) openAlone(ctx context.Context, c config.Storage, log *slog.Logger, more func() error) error {
	err := s.openCore(ctx, c, CoreDatabase, commandConns, log)
	if err == nil {
		err = more()
	}
	if err != nil {
		return errors.Join(err, s.Close(context.WithoutCancel(ctx)))
	}
	return nil
}

// Close closes what was opened. It may be called once.
func (s *coreStore) Close(ctx context.Context) error {
	var all []error
	if s.core != nil {
		all = append(all, s.core.Close())
	}
	if s.storage != nil {
		all = append(all, s.storage.Close(ctx))
	}
	return errors.Join(all...)
}
