package seal

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/datakey"
)

// Column is one that holds encrypted values; Table has a text column "id". Both are names of the program, never of a request.
type Column struct{ Table, Name string }

const (
	// lockRotation is the advisory lock of who changes keys or writes values anew.
	lockRotation = 7_305_016
	rotateBatch  = 500
)

// Rotate begins a new data key: every node encrypts with it within half a minute; Renew writes anew what older ones encrypted. It
// returns the new key's number.
func (r *Ring) Rotate(ctx context.Context) (int, error) {
	system := viewer.AsSystem(ctx)
	number := 0
	err := r.locked(system, func(tx *ent.Tx) error {
		last, err := tx.DataKey.Query().Where(datakey.KindEQ(datakey.KindColumn)).Order(ent.Desc(datakey.FieldNumber)).First(system)
		if err != nil {
			return fmt.Errorf("read data keys: %w", err)
		}
		number = last.Number + 1
		if _, err := r.add(system, tx.Client(), datakey.KindColumn, number); err != nil {
			return err
		}
		return tx.DataKey.Update().Where(datakey.KindEQ(datakey.KindColumn), datakey.NumberLT(number), datakey.RetiredAtIsNil()).
			SetRetiredAt(time.Now().UTC()).Exec(system)
	})
	if err != nil {
		return 0, err
	}
	return number, r.read(system)
}

// Rewrap encrypts all data keys with another master key; values stay as they are. Every node must be started with the new one then.
func (r *Ring) Rewrap(ctx context.Context, master Master) error {
	system := viewer.AsSystem(ctx)
	err := r.locked(system, func(tx *ent.Tx) error {
		rows, err := tx.DataKey.Query().ForUpdate().All(system)
		if err != nil {
			return fmt.Errorf("read data keys: %w", err)
		}
		for _, row := range rows {
			key, err := unwrap(r.master, row)
			if err != nil {
				return err
			}
			wrapped, err := wrap(master, row.Kind, row.Number, key)
			if err != nil {
				return err
			}
			if err := tx.DataKey.UpdateOne(row).SetWrapped(wrapped).SetMaster(master.Fingerprint()).Exec(system); err != nil {
				return fmt.Errorf("keep a data key: %w", err)
			}
		}
		return nil
	})
	if err == nil {
		r.mu.Lock()
		r.master = master
		r.mu.Unlock()
	}
	return err
}

// Renew writes anew what keys that are retired have encrypted, a batch a transaction, and returns how many values it wrote. It may be
// stopped at any moment and begun again, beside nodes that work; a second one at the same time does nothing. Keys of which nothing is
// left are marked, when every node has long known that they are retired.
func (r *Ring) Renew(ctx context.Context, columns []Column) (int, error) {
	system := viewer.AsSystem(ctx)
	retired, err := r.client.DataKey.Query().Where(datakey.RetiredAtNotNil(), datakey.EmptiedAtIsNil()).All(system)
	if err != nil || len(retired) == 0 {
		return 0, err
	}
	if err := r.read(system); err != nil {
		return 0, err
	}
	began, written := time.Now(), 0
	for _, c := range columns {
		n, err := r.renewColumn(system, c)
		written += n
		if errors.Is(err, errBusy) {
			return written, nil
		}
		if err != nil {
			return written, fmt.Errorf("renew %s.%s: %w", c.Table, c.Name, err)
		}
	}
	for _, k := range retired {
		if began.Sub(*k.RetiredAt) < 2*fresh {
			continue // a node that does not know yet may still use it: look again later
		}
		if err := r.client.DataKey.UpdateOne(k).SetEmptiedAt(began.UTC()).Exec(system); err != nil {
			return written, fmt.Errorf("mark a data key: %w", err)
		}
	}
	return written, nil
}

func (r *Ring) renewColumn(system context.Context, c Column) (int, error) {
	written, after := 0, ""
	for {
		var n int
		err := r.locked(system, func(tx *ent.Tx) (err error) {
			n, after, err = r.renewBatch(system, tx, c, after)
			return err
		})
		if err != nil || n == 0 {
			return written, err
		}
		written += n
	}
}

// renewBatch writes some values anew, in order of the rows' ids, and returns the last of them.
func (r *Ring) renewBatch(system context.Context, tx *ent.Tx, c Column, after string) (int, string, error) {
	r.mu.RLock()
	head := binary.BigEndian.AppendUint32([]byte{formVersion}, r.current)
	r.mu.RUnlock()
	table, column := pq.QuoteIdentifier(c.Table), pq.QuoteIdentifier(c.Name)
	rows, err := tx.QueryContext(system, `SELECT id, `+column+` AS value FROM `+table+` WHERE `+column+` IS NOT NULL AND id > $1
		AND substring(`+column+` FROM 1 FOR 5) <> $2 ORDER BY id LIMIT $3 FOR NO KEY UPDATE`, after, head, rotateBatch)
	if err != nil {
		return 0, after, err
	}
	var found []valueRow
	if err := entsql.ScanSlice(rows, &found); err != nil {
		return 0, after, err
	}
	ids, values := make([]string, 0, len(found)), make([][]byte, 0, len(found))
	for _, row := range found {
		p := Place{Table: c.Table, Column: c.Name, Row: row.ID}
		plain, err := r.Unseal(system, p, row.Value)
		if err != nil {
			return 0, after, err
		}
		sealed, err := r.Seal(system, p, plain)
		if err != nil {
			return 0, after, err
		}
		ids, values, after = append(ids, row.ID), append(values, sealed), row.ID
	}
	if len(ids) == 0 {
		return 0, after, nil
	}
	_, err = tx.ExecContext(system, `UPDATE `+table+` t SET `+column+` = v.value FROM unnest($1::text[], $2::bytea[]) AS v(id, value)
		WHERE t.id = v.id`, pq.Array(ids), pq.Array(values))
	return len(ids), after, err
}

type valueRow struct {
	ID    string `sql:"id"`
	Value []byte `sql:"value"`
}

var errBusy = errors.New("another process changes keys now")

// locked runs work in a transaction that no other of its kind runs beside.
func (r *Ring) locked(system context.Context, work func(*ent.Tx) error) error {
	tx, err := r.client.Tx(system)
	if err != nil {
		return fmt.Errorf("change keys: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	rows, err := tx.QueryContext(system, `SELECT pg_try_advisory_xact_lock($1)`, lockRotation)
	if err != nil {
		return fmt.Errorf("change keys: %w", err)
	}
	free, err := entsql.ScanBool(rows)
	if err == nil && !free {
		err = errBusy
	}
	if err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return err
	}
	return tx.Commit()
}
