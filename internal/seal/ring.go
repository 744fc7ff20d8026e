package seal

import (
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strconv"
	"sync"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/datakey"
)

// Ring holds the data keys of a database. It is safe for concurrent use, on any number of nodes.
type Ring struct {
	client *ent.Client
	master Master

	mu      sync.RWMutex
	keys    map[uint32]cipher.AEAD
	current uint32
	index   []byte
	readAt  time.Time
}

// fresh is how old a node's knowledge of the keys may be: after a change of keys, all nodes encrypt with the new one by then.
const fresh = 30 * time.Second

// Open reads the data keys of the database, and makes the first ones. It fails when they were encrypted with another master key.
func Open(ctx context.Context, client *ent.Client, master Master) (*Ring, error) {
	r := &Ring{client: client, master: master}
	ctx = viewer.AsSystem(ctx)
	for _, kind := range []datakey.Kind{datakey.KindColumn, datakey.KindIndex} {
		if err := r.ensure(ctx, kind); err != nil {
			return nil, err
		}
	}
	return r, r.read(ctx)
}

// Seal encrypts a value for its place. An empty one is encrypted too.
func (r *Ring) Seal(ctx context.Context, p Place, plain []byte) ([]byte, error) {
	if err := r.refresh(ctx); err != nil {
		return nil, err
	}
	r.mu.RLock()
	aead, number := r.keys[r.current], r.current
	r.mu.RUnlock()
	return lock(aead, number, p, plain)
}

// Unseal decrypts what Seal has written for the same place; ErrBroken.
func (r *Ring) Unseal(ctx context.Context, p Place, sealed []byte) ([]byte, error) {
	number, err := numberOf(sealed)
	if err != nil {
		return nil, err
	}
	aead := r.key(number)
	if aead == nil { // another node may have made it just now
		if err := r.read(viewer.AsSystem(ctx)); err != nil {
			return nil, err
		}
		if aead = r.key(number); aead == nil {
			return nil, fmt.Errorf("%w: there is no data key %d", ErrBroken, number)
		}
	}
	return unlock(aead, p, sealed)
}

// Index is the blind index of a value: equal for equal values of one purpose, 32 bytes, and without the key of no use. purpose keeps
// columns apart that must not be joined. It stays when keys are rotated.
func (r *Ring) Index(purpose, value string) []byte {
	r.mu.RLock()
	mac := hmac.New(sha256.New, r.index)
	r.mu.RUnlock()
	_, _ = mac.Write([]byte(strconv.Itoa(len(purpose)) + ":" + purpose + value)) // a hash takes everything
	return mac.Sum(nil)
}

func (r *Ring) key(number uint32) cipher.AEAD {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.keys[number]
}

// refresh reads the keys again when they may have changed.
func (r *Ring) refresh(ctx context.Context) error {
	r.mu.Lock()
	due := time.Since(r.readAt) > fresh
	if due {
		r.readAt = time.Now() // the others of this moment need not
	}
	r.mu.Unlock()
	if !due {
		return nil
	}
	return r.read(viewer.AsSystem(ctx))
}

// ensure makes the first key of a kind.
func (r *Ring) ensure(ctx context.Context, kind datakey.Kind) error {
	has, err := r.client.DataKey.Query().Where(datakey.KindEQ(kind)).Exist(ctx)
	if err != nil || has {
		return err
	}
	number := firstColumnKey
	if kind == datakey.KindIndex {
		number = indexKey
	}
	if _, err = r.add(ctx, r.client, kind, number); ent.IsConstraintError(err) {
		return nil // another node was faster
	}
	return err
}

// Numbers of the first keys: nodes that start at once must not make two.
const (
	firstColumnKey = 1
	indexKey       = 1 << 30
)

// add draws a data key, and keeps it encrypted.
func (r *Ring) add(ctx context.Context, client *ent.Client, kind datakey.Kind, number int) (*ent.DataKey, error) {
	key := make([]byte, keyBytes)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("draw a data key: %w", err)
	}
	wrapped, err := wrap(r.master, kind, number, key)
	if err != nil {
		return nil, err
	}
	made, err := client.DataKey.Create().SetKind(kind).SetNumber(number).SetWrapped(wrapped).SetMaster(r.master.Fingerprint()).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep a data key: %w", err)
	}
	return made, nil
}

// wrap encrypts a data key with the master key; it is bound to its number.
func wrap(m Master, kind datakey.Kind, number int, key []byte) ([]byte, error) {
	aead, err := newAEAD(m.key)
	if err != nil {
		return nil, err
	}
	return lock(aead, 0, keyPlace(kind, number), key)
}

func keyPlace(kind datakey.Kind, number int) Place {
	return Place{Table: datakey.Table, Column: datakey.FieldWrapped, Row: string(kind) + strconv.Itoa(number)}
}

// unwrap decrypts a data key.
func unwrap(m Master, k *ent.DataKey) ([]byte, error) {
	if k.Master != m.Fingerprint() {
		return nil, fmt.Errorf("data key %d was encrypted with master key %s, and this is %s: set EKC_MASTER_KEY, or copy master.key from the node that made it",
			k.Number, k.Master, m.Fingerprint())
	}
	aead, err := newAEAD(m.key)
	if err != nil {
		return nil, err
	}
	if _, err := numberOf(k.Wrapped); err != nil {
		return nil, err
	}
	return unlock(aead, keyPlace(k.Kind, k.Number), k.Wrapped)
}

// read takes over the database's keys.
func (r *Ring) read(system context.Context) error {
	at := time.Now()
	rows, err := r.client.DataKey.Query().Order(ent.Asc(datakey.FieldNumber)).All(system)
	if err != nil {
		return fmt.Errorf("read data keys: %w", err)
	}
	keys, current, index := map[uint32]cipher.AEAD{}, uint32(0), []byte(nil)
	for _, row := range rows {
		key, err := unwrap(r.master, row)
		if err != nil {
			return err
		}
		if row.Kind == datakey.KindIndex {
			index = key
			continue
		}
		number := uint32(row.Number) //nolint:gosec // positive, and few
		if keys[number], err = newAEAD(key); err != nil {
			return err
		}
		if row.RetiredAt == nil && number > current {
			current = number
		}
	}
	if current == 0 || index == nil {
		return fmt.Errorf("read data keys: there is none in use")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys, r.current, r.index, r.readAt = keys, current, index, at
	return nil
}
