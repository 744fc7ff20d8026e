package seed

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"ekc/access/viewer"
	"ekc/ent"
)

// lockKey keeps two processes from seeding one database at once.
const lockKey = 0x656b635f73656564

// Hash makes the stored form of a password.
type Hash func(ctx context.Context, password string) (string, error)

// Options say what to seed.
type Options struct {
	DB     *sql.DB
	Client *ent.Client
	Hash   Hash
	// Demo adds the demo centre to the reference data.
	Demo bool
	// Password is that of new demo accounts and their phones; empty: a random one, told in the report and kept nowhere in clear.
	Password string
	// Menu is the flow of telephony/ivr that answers the unified number; empty: the number is not made.
	Menu []byte
}

// Account is a demo account that was made.
type Account struct{ Login, Name, Duty string }

// Report tells what a run added.
type Report struct {
	// Added counts the agencies, regions, queues, accounts and so on.
	Added int
	// Accounts are the demo accounts made in this run; none when they were there.
	Accounts []Account
	// Password is the one drawn for Accounts; empty when it was given in Options or none was made.
	Password string
}

// seeding is one run: what it works in, and the ids of what it refers to, by code.
type seeding struct {
	tx     *ent.Tx
	report Report
	// password is that of the new accounts, for their phones.
	password string
	menu     []byte

	agencies, regions, hours, skills, sites, queues map[string]string
	// fresh are the ids of the queues and accounts made in this run.
	fresh map[string]bool
}

// Run adds what the database lacks, in one transaction, while no other process does.
func Run(ctx context.Context, o Options) (Report, error) {
	ctx = viewer.AsSystem(ctx)
	unlock, err := lock(ctx, o.DB)
	if err != nil {
		return Report{}, fmt.Errorf("seed: %w", err)
	}
	defer unlock()
	var missing []account
	hashes, password := map[string]string{}, ""
	if o.Demo {
		if missing, err = missingAccounts(ctx, o.Client); err != nil {
			return Report{}, fmt.Errorf("seed: look for accounts: %w", err)
		}
		if hashes, password, err = hashAll(ctx, o, missing); err != nil {
			return Report{}, fmt.Errorf("seed: %w", err)
		}
	}
	if password != "" {
		o.Password = password
	}
	report, err := fill(ctx, o, missing, hashes)
	if err != nil {
		return Report{}, fmt.Errorf("seed: %w", err)
	}
	report.Password = password
	return report, nil
}

func fill(ctx context.Context, o Options, missing []account, hashes map[string]string) (Report, error) {
	tx, err := o.Client.Tx(ctx)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	s := &seeding{
		tx: tx, fresh: map[string]bool{}, password: o.Password, menu: o.Menu,
		agencies: map[string]string{}, regions: map[string]string{}, hours: map[string]string{},
		skills: map[string]string{}, sites: map[string]string{}, queues: map[string]string{},
	}
	if err := s.reference(ctx); err != nil {
		return Report{}, err
	}
	if err := s.addNumber(ctx); err != nil {
		return Report{}, fmt.Errorf("the unified number: %w", err)
	}
	if o.Demo {
		if err := s.demo(ctx, missing, hashes); err != nil {
			return Report{}, err
		}
	}
	return s.report, tx.Commit()
}

func (s *seeding) demo(ctx context.Context, missing []account, hashes map[string]string) error {
	steps := []struct {
		what string
		do   func(context.Context) error
	}{
		{"timetables", s.addHours},
		{"term of deferred enquiries", s.addDeferralTerm},
		{"skills", s.addSkills},
		{"waves", s.addWaves},
		{"sites", s.addSites},
		{"topics", s.addDispositions},
		{"queues", s.addQueues},
		{"accounts", func(ctx context.Context) error { return s.addAccounts(ctx, missing, hashes) }},
		{"members of queues", s.addMemberships},
		{"form of evaluation", s.addEvaluationForm},
		{"trunk", s.addTrunk},
	}
	for _, step := range steps {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

// hashAll hashes one password for each account, before the transaction begins, because hashing is slow on purpose. drawn
// is the password when it was not given.
func hashAll(ctx context.Context, o Options, missing []account) (hashes map[string]string, drawn string, err error) {
	hashes = map[string]string{}
	if len(missing) == 0 {
		return hashes, "", nil
	}
	if o.Hash == nil {
		return nil, "", errors.New("accounts need a way to hash passwords")
	}
	password := o.Password
	if password == "" {
		drawn = drawPassword()
		password = drawn
	}
	for _, a := range missing {
		if hashes[a.login], err = o.Hash(ctx, password); err != nil {
			return nil, "", fmt.Errorf("hash the password of %s: %w", a.login, err)
		}
	}
	return hashes, drawn, nil
}

// drawPassword makes one that can be read aloud and typed: 80 random bits in groups of four.
func drawPassword() string {
	text := strings.ToLower(rand.Text())
	return strings.Join([]string{text[0:4], text[4:8], text[8:12], text[12:16]}, "-")
}

// lock waits for other processes that are seeding. It holds one connection until it is released.
func lock(ctx context.Context, db *sql.DB) (unlock func(), err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(lockKey)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() {
		// Without the cancellation of ctx: a connection that still holds the lock must not return to the pool.
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(lockKey)) // a broken one has lost it
		_ = conn.Close()
	}, nil
}
