package auditlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Fault is a place where the log is not what was sealed.
type Fault struct {
	// Sequence of the link; 0 where there is none.
	Sequence int64 `json:"sequence,omitempty"`
	// EntryID of the audit entry; may be empty.
	EntryID string `json:"entry,omitempty"`
	// What is wrong, in words.
	What string `json:"what"`
}

// Report is what a verification found.
type Report struct {
	// Entries that are linked, Seals that close them, and Waiting entries that are not sealed yet.
	Entries int64 `json:"entries"`
	Seals   int64 `json:"seals"`
	Waiting int64 `json:"waiting"`
	// Last is the end of the chain, to be kept outside.
	Last Anchor `json:"-"`
	// Authentic says that the seals were checked by the key too, and not by the chain alone.
	Authentic bool `json:"authentic"`
	// Faults are the first ones, in order of the chain, at most maxFaults; None means that the log is whole.
	Faults []Fault `json:"faults"`
}

// Whole reports whether nothing is wrong.
func (r Report) Whole() bool { return len(r.Faults) == 0 }

// maxFaults ends a verification: after one broken link all that follows is told by it.
const maxFaults = 20

// slack is how far an entry's time, which is its node's, may be from the seals', which are the database's: clocks differ, and a
// transaction may last.
const slack = 15 * time.Minute

// Verify checks the whole log as it is at one moment. mac nil leaves the seals' keys unchecked; anchors were kept outside before.
func Verify(ctx context.Context, db *sql.DB, mac MAC, anchors ...Anchor) (Report, error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return Report{}, fmt.Errorf("verify the audit log: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it has only read
	v := verification{tx: tx, mac: mac, anchors: map[int64]Hash{}, report: Report{Authentic: mac != nil, Faults: []Fault{}}}
	for _, a := range anchors {
		v.anchors[a.Sequence] = a.Hash
	}
	for _, check := range []func(context.Context) error{v.chain, v.cut, v.outside} {
		if err := check(ctx); err != nil {
			return Report{}, fmt.Errorf("verify the audit log: %w", err)
		}
	}
	return v.report, nil
}

// verification is one run of Verify.
type verification struct {
	tx      *sql.Tx
	mac     MAC
	anchors map[int64]Hash
	report  Report
	// seals not passed yet, in order; last is the one before them.
	last  Seal
	seals []Seal
}

func (v *verification) fault(sequence int64, entry, what string, args ...any) {
	if len(v.report.Faults) < maxFaults {
		v.report.Faults = append(v.report.Faults, Fault{sequence, entry, fmt.Sprintf(what, args...)})
	}
}

// verifyPage is how many links are read at a time.
const verifyPage = 5000

// linked is a link with the entry that it is of.
type linked struct {
	sequence int64
	entryID  string
	hash     Hash
	entry    *Entry
}

// chain walks along the links.
func (v *verification) chain(ctx context.Context) error {
	for {
		page, err := v.page(ctx, v.report.Last.Sequence)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, l := range page {
			if err := v.link(ctx, l); err != nil {
				return err
			}
		}
	}
}

func (v *verification) page(ctx context.Context, after int64) ([]linked, error) {
	rows, err := v.tx.QueryContext(ctx, `SELECT l.sequence, l.entry_id, l.hash, e.id IS NOT NULL, coalesce(e.id, ''), coalesce(e.created_at, now()),
		coalesce(e.actor_id, ''), coalesce(e.action, ''), coalesce(e.object_id, ''), coalesce(e.address, ''), e.detail
		FROM audit_links l LEFT JOIN audit_entries e ON e.id = l.entry_id WHERE l.sequence > $1 ORDER BY l.sequence LIMIT $2`, after, verifyPage)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // after its end, which Err reports, or a failed scan
	var page []linked
	for rows.Next() {
		l, hash, present, e := linked{}, []byte(nil), false, Entry{}
		if err := scanEntry(rows.Scan, &e, &l.sequence, &l.entryID, &hash, &present); err != nil {
			return nil, err
		}
		copy(l.hash[:], hash)
		if present {
			l.entry = &e
		}
		page = append(page, l)
	}
	return page, rows.Err()
}

// link checks one link and what it closes.
func (v *verification) link(ctx context.Context, l linked) error {
	if want := v.report.Last.Sequence + 1; l.sequence != want {
		v.fault(want, "", "links %d to %d were removed", want, l.sequence-1)
	}
	switch {
	case l.entry == nil:
		v.fault(l.sequence, l.entryID, "the entry was removed")
	case Link(l.sequence, v.report.Last.Hash, *l.entry) != l.hash:
		v.fault(l.sequence, l.entryID, "the entry, its place or the link before it was changed")
	}
	if want, kept := v.anchors[l.sequence]; kept && want != l.hash {
		v.fault(l.sequence, l.entryID, "the chain up to here is not the one of which the anchor was kept")
	}
	v.report.Entries++
	v.report.Last = Anchor{l.sequence, l.hash}
	return v.seal(ctx, l)
}

// seal checks the seal of the stretch in which a link is.
func (v *verification) seal(ctx context.Context, l linked) error {
	if len(v.seals) == 0 || v.seals[0].Last < l.sequence {
		if err := v.nextSeal(ctx, l.sequence); err != nil {
			return err
		}
	}
	if len(v.seals) == 0 {
		v.fault(l.sequence, l.entryID, "no seal closes this link")
		return nil
	}
	s := v.seals[0]
	if l.entry != nil {
		full := v.last.Last-v.last.First+1 >= sealBatch // more was waiting than one seal takes
		if v.last.Last > 0 && !full && l.entry.At.Before(v.last.At.Add(-slack)) {
			v.fault(l.sequence, l.entryID, "the entry says %s and was not there yet when what is before it was sealed at %s: it was put in later",
				l.entry.At.UTC().Format(time.RFC3339), v.last.At.UTC().Format(time.RFC3339))
		}
		if l.entry.At.After(s.At.Add(slack)) {
			v.fault(l.sequence, l.entryID, "the entry says a time after its seal")
		}
	}
	if l.sequence == s.Last {
		if s.Hash != l.hash {
			v.fault(l.sequence, l.entryID, "the seal is of another link")
		}
		v.last, v.seals = s, v.seals[1:]
	}
	return nil
}

// nextSeal reads the seals from the one that should close a sequence on.
func (v *verification) nextSeal(ctx context.Context, sequence int64) (err error) {
	rows, err := v.tx.QueryContext(ctx, `SELECT id, first, sealed_at, hash, mac FROM audit_seals WHERE id >= $1 ORDER BY id LIMIT 500`, sequence)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	v.seals = nil
	before := v.last
	for rows.Next() {
		var s Seal
		var hash []byte
		if err := rows.Scan(&s.Last, &s.First, &s.At, &hash, &s.MAC); err != nil {
			return err
		}
		copy(s.Hash[:], hash)
		if s.First != before.Last+1 || !before.At.Before(s.At) {
			v.fault(s.First, "", "the seal up to %d does not follow the one up to %d", s.Last, before.Last)
		}
		if v.mac != nil && !genuine(s, v.mac) {
			v.fault(s.Last, "", "the seal up to here was not made by this centre's key")
		}
		v.report.Seals++
		v.seals, before = append(v.seals, s), s
	}
	return rows.Err()
}

// outside looks for entries that no link holds.
func (v *verification) outside(ctx context.Context) (err error) {
	if err := v.tx.QueryRowContext(ctx, `SELECT count(*) FROM audit_unsealed`).Scan(&v.report.Waiting); err != nil {
		return err
	}
	rows, err := v.tx.QueryContext(ctx, `
		SELECT e.id, 'the entry is in no link: it was put in past the log''s triggers' FROM audit_entries e
		WHERE NOT EXISTS (SELECT FROM audit_links l WHERE l.entry_id = e.id) AND NOT EXISTS (SELECT FROM audit_unsealed u WHERE u.entry_id = e.id)
		UNION ALL SELECT u.entry_id, 'the entry was removed before it was sealed' FROM audit_unsealed u
		WHERE NOT EXISTS (SELECT FROM audit_entries e WHERE e.id = u.entry_id)
		UNION ALL SELECT u.entry_id, 'the entry waits for its seal too long: the sealer does not run' FROM audit_unsealed u
		JOIN audit_entries e ON e.id = u.entry_id WHERE e.created_at < clock_timestamp() - interval '1 hour' LIMIT $1`, maxFaults)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id, what string
		if err := rows.Scan(&id, &what); err != nil {
			return err
		}
		v.fault(0, id, "%s", what)
	}
	return rows.Err()
}

// cut checks the end: seals beyond the last link, and anchors that the chain does not reach.
func (v *verification) cut(ctx context.Context) error {
	var end sql.NullInt64
	if err := v.tx.QueryRowContext(ctx, `SELECT max(id) FROM audit_seals`).Scan(&end); err != nil {
		return err
	}
	if end.Int64 > v.report.Last.Sequence {
		v.fault(v.report.Last.Sequence+1, "", "links %d to %d, which are sealed, were removed", v.report.Last.Sequence+1, end.Int64)
	}
	for sequence := range v.anchors {
		if sequence > v.report.Last.Sequence {
			v.fault(sequence, "", "the chain ends at %d: it was cut off before the anchor", v.report.Last.Sequence)
		}
	}
	return nil
}
