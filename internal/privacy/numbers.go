package privacy

import (
	"context"
	"fmt"
	"slices"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/callback"
	"ekc/internal/seal"
)

const numbersBatch = 500

// wholeEvery is how often a node looks through all calls for numbers in clear, which only nodes of an older version still write.
const wholeEvery = 24 * time.Hour

// SealNumbers encrypts numbers of citizens, of calls and of callbacks that were written before numbers were encrypted, and removes those
// of legs, a batch a transaction. It may be stopped and begun again at any moment; two nodes share the work. Calls are looked through when
// a node has begun, so that the last one of an upgrade finds what older ones wrote until then, and once a day.
func (s *Service) SealNumbers(ctx context.Context) error {
	if err := s.sealAll(ctx, s.sealCitizens); err != nil {
		return err
	}
	now := s.now().UnixNano()
	if last := s.lookedThrough.Load(); last != 0 && now-last < int64(wholeEvery) {
		return nil
	}
	if err := s.sealAll(ctx, s.sealCalls, s.sealCallbacks, s.clearLegs); err != nil {
		return err
	}
	s.lookedThrough.Store(now)
	return nil
}

// batch does some work on rows whose ids come after one, in the order of ids, and returns the last of them; empty when there is none.
type batch func(system context.Context, tx *ent.Tx, after string) (last string, err error)

// sealAll does each work from the first row to the last, again and again until nothing is left of it: rows that others held are
// passed over.
func (s *Service) sealAll(ctx context.Context, works ...batch) error {
	for _, some := range works {
		for again := true; again; {
			again = false
			for last := ""; ; again = true {
				err := s.inTx(viewer.AsSystem(ctx), func(system context.Context, tx *ent.Tx) (err error) {
					last, err = some(system, tx, last)
					return err
				})
				if err != nil {
					return err
				}
				if last == "" {
					break
				}
			}
		}
	}
	return nil
}

// clearNumber is a number that stands in clear in a row.
type clearNumber struct {
	ID    string `sql:"id"`
	Phone string `sql:"phone"`
}

// sealedNumbers are rows whose numbers were encrypted; the lists are of one length.
type sealedNumbers struct {
	ids, phones     []string
	sealed, indexes [][]byte
}

// last is the last row; empty when there is none.
func (n sealedNumbers) last() string {
	if len(n.ids) == 0 {
		return ""
	}
	return n.ids[len(n.ids)-1]
}

// inOrder is the end of a query for a batch after the row $1.
const inOrder = ` AND id > $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`

// sealed encrypts what a query finds, each number for its row.
func (s *Service) sealed(system context.Context, tx *ent.Tx, place func(id string) seal.Place, query string, args ...any) (out sealedNumbers, err error) {
	rows, err := tx.QueryContext(system, query, args...)
	var found []clearNumber
	if err == nil {
		err = entsql.ScanSlice(rows, &found)
	}
	if err != nil {
		return out, fmt.Errorf("look for clear numbers: %w", err)
	}
	for _, c := range found {
		value, err := s.o.Ring.Seal(system, place(c.ID), []byte(c.Phone))
		if err != nil {
			return out, err
		}
		out.ids, out.phones = append(out.ids, c.ID), append(out.phones, c.Phone)
		out.sealed, out.indexes = append(out.sealed, value), append(out.indexes, s.index(c.Phone))
	}
	return out, nil
}

func callPlace(id string) seal.Place {
	return seal.Place{Table: call.Table, Column: call.FieldCitizenSealed, Row: id}
}

func callbackPlace(id string) seal.Place {
	return seal.Place{Table: callback.Table, Column: callback.FieldNumberSealed, Row: id}
}

// sealCalls goes by the sides on which citizens are.
func (s *Service) sealCalls(system context.Context, tx *ent.Tx, after string) (string, error) {
	n, err := s.sealed(system, tx, callPlace, `SELECT id, CASE direction WHEN 'OUTBOUND' THEN called ELSE caller END AS phone FROM calls
		WHERE CASE direction WHEN 'OUTBOUND' THEN called ELSE caller END > ''`+inOrder, after, numbersBatch)
	if err != nil || n.last() == "" {
		return "", err
	}
	_, err = tx.ExecContext(system, `UPDATE calls c SET citizen_sealed = n.sealed, caller = CASE direction WHEN 'OUTBOUND' THEN caller END,
		called = CASE direction WHEN 'OUTBOUND' THEN NULL ELSE called END
		FROM unnest($1::text[], $2::bytea[]) AS n(id, sealed) WHERE c.id = n.id`, pq.Array(n.ids), pq.Array(n.sealed))
	if err != nil {
		return "", fmt.Errorf("encrypt numbers of calls: %w", err)
	}
	return n.last(), nil
}

func (s *Service) sealCallbacks(system context.Context, tx *ent.Tx, after string) (string, error) {
	n, err := s.sealed(system, tx, callbackPlace, `SELECT id, number AS phone FROM callbacks WHERE number > ''`+inOrder, after, numbersBatch)
	if err != nil || n.last() == "" {
		return "", err
	}
	_, err = tx.ExecContext(system, `UPDATE callbacks c SET number = NULL, number_sealed = n.sealed, number_index = n.index
		FROM unnest($1::text[], $2::bytea[], $3::bytea[]) AS n(id, sealed, index) WHERE c.id = n.id`,
		pq.Array(n.ids), pq.Array(n.sealed), pq.Array(n.indexes))
	if err != nil {
		return "", fmt.Errorf("encrypt numbers of callbacks: %w", err)
	}
	return n.last(), nil
}

// clearLegs removes from legs the citizen's number, which is the call's.
func (s *Service) clearLegs(system context.Context, tx *ent.Tx, after string) (string, error) {
	ids, err := texts(system, tx, `UPDATE call_legs SET number = NULL WHERE id IN (SELECT id FROM call_legs WHERE role = 'CITIZEN' AND number > ''`+
		inOrder+`) RETURNING id`, after, numbersBatch)
	if err != nil {
		return "", fmt.Errorf("remove numbers of legs: %w", err)
	}
	if len(ids) == 0 {
		return "", nil
	}
	return slices.Max(ids), nil
}

// sealCitizens goes by the index of clear numbers, of which soon there are none: it is asked every minute.
func (s *Service) sealCitizens(system context.Context, tx *ent.Tx, _ string) (string, error) {
	n, err := s.sealed(system, tx, s.o.PhonePlace, `SELECT id, phone FROM citizens WHERE phone > '' ORDER BY phone LIMIT $1
		FOR NO KEY UPDATE SKIP LOCKED`, numbersBatch)
	if err != nil || n.last() == "" {
		return "", err
	}
	// Recalls know people by what insertTold in assistant/quality makes of the number.
	_, err = tx.ExecContext(system, `
		WITH n AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) AS n(id, phone, sealed, index)),
		renamed AS (UPDATE recall_persons p SET person = left(encode(n.index, 'hex'), 40) FROM n WHERE p.person = n.phone)
		UPDATE citizens c SET phone = NULL, phone_sealed = n.sealed, phone_index = n.index FROM n WHERE c.id = n.id`,
		pq.Array(n.ids), pq.Array(n.phones), pq.Array(n.sealed), pq.Array(n.indexes))
	if err != nil {
		return "", fmt.Errorf("encrypt numbers: %w", err)
	}
	return n.last(), nil
}

// index is the blind index of a citizen's number.
func (s *Service) index(number string) []byte { return s.o.Ring.Index(s.o.PhonePurpose, number) }

// opened is a number as it is: what is encrypted, or else what stands in clear.
func (s *Service) opened(system context.Context, p seal.Place, held *[]byte, stored string) (string, error) {
	value := seal.Held(held)
	if value == nil {
		return stored, nil
	}
	number, err := s.o.Ring.Unseal(system, p, value)
	if err != nil {
		return "", fmt.Errorf("read a number: %w", err)
	}
	return string(number), nil
}
