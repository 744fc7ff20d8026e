package voice

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/phone"
	"ekc/ent/phonebinding"
	"ekc/internal/database"
	"ekc/telephony/signaling"
)

var (
	_ signaling.Bindings = (*Service)(nil)
	_ signaling.Accounts = (*Service)(nil)
)

// Secret is part of signaling.Accounts: of an active phone of an active account.
func (s *Service) Secret(ctx context.Context, user string) (signaling.Secret, error) {
	p, err := s.o.Client.Phone.Query().Where(phone.Username(strings.ToLower(user)), phone.Active(true),
		phone.HasAccountWith(account.Active(true))).Only(viewer.AsSystem(ctx))
	if ent.IsNotFound(err) {
		return signaling.Secret{}, signaling.ErrNoAccount
	}
	if err != nil {
		return signaling.Secret{}, fmt.Errorf("read phone: %w", err)
	}
	return signaling.Secret{HA1MD5: p.Ha1Md5, HA1SHA256: p.Ha1Sha256}, nil
}

// List is part of signaling.Bindings.
func (s *Service) List(ctx context.Context, user string, at time.Time) ([]signaling.Binding, error) {
	rows, err := s.o.Client.PhoneBinding.Query().WithPhone().
		Where(phonebinding.HasPhoneWith(phone.Username(strings.ToLower(user))), phonebinding.ExpiresAtGT(at)).All(viewer.AsSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("read bindings: %w", err)
	}
	return bestFirst(rows), nil
}

// Phones returns the devices of an account that this node can reach, best first.
func (s *Service) Phones(ctx context.Context, accountID string) ([]signaling.Binding, error) {
	rows, err := s.o.Client.PhoneBinding.Query().WithPhone().
		Where(phonebinding.AccountID(accountID), phonebinding.ExpiresAtGT(s.now()), phonebinding.HasPhoneWith(phone.Active(true)),
			phonebinding.Or(phonebinding.NodeID(s.node), phonebinding.Transport(string(signaling.UDP)))).All(viewer.AsSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("read devices: %w", err)
	}
	return bestFirst(rows), nil
}

// bestFirst orders devices by their preference, then the one that was heard of last (RFC 3261, section 16.6).
func bestFirst(rows []*ent.PhoneBinding) []signaling.Binding {
	slices.SortFunc(rows, func(a, b *ent.PhoneBinding) int {
		if a.Q != b.Q {
			return b.Q - a.Q
		}
		return b.UpdatedAt.Compare(a.UpdatedAt)
	})
	all := make([]signaling.Binding, 0, len(rows))
	for _, r := range rows {
		all = append(all, signaling.Binding{
			Account: r.Edges.Phone.Username, Contact: r.Contact, Instance: r.Instance, Path: r.Path,
			Transport: signaling.Transport(r.Transport), Source: r.Source, Local: r.Local, CallID: r.CallID,
			CSeq: uint32(r.Cseq), UserAgent: r.UserAgent, Q: r.Q, Updated: r.UpdatedAt, Expires: r.ExpiresAt, //nolint:gosec // it was one
		})
	}
	return all
}

// Save is part of signaling.Bindings. Two registrations of one device at once leave one row: the phone's row is locked.
func (s *Service) Save(ctx context.Context, b signaling.Binding) error {
	return s.withPhone(ctx, b.Account, func(ctx context.Context, tx *ent.Tx, p *ent.Phone) error {
		same := phonebinding.Contact(b.Contact)
		if b.Instance != "" {
			same = phonebinding.Or(same, phonebinding.Instance(b.Instance))
		}
		if _, err := tx.PhoneBinding.Delete().Where(phonebinding.PhoneID(p.ID), same).Exec(ctx); err != nil {
			return fmt.Errorf("replace binding: %w", err)
		}
		return tx.PhoneBinding.Create().SetPhoneID(p.ID).SetAccountID(p.AccountID).SetNodeID(s.node).SetContact(b.Contact).
			SetInstance(b.Instance).SetPath(b.Path).SetTransport(string(b.Transport)).SetSource(b.Source).SetLocal(b.Local).
			SetCallID(limited(b.CallID, 300)).SetCseq(int64(b.CSeq)).SetUserAgent(limited(b.UserAgent, 300)).SetQ(min(1000, max(0, b.Q))).
			SetUpdatedAt(b.Updated).SetExpiresAt(b.Expires).Exec(ctx)
	})
}

// Delete is part of signaling.Bindings.
func (s *Service) Delete(ctx context.Context, user, contact string) error {
	err := s.withPhone(ctx, user, func(ctx context.Context, tx *ent.Tx, p *ent.Phone) error {
		q := tx.PhoneBinding.Delete().Where(phonebinding.PhoneID(p.ID))
		if contact != "*" {
			q.Where(phonebinding.Contact(contact))
		}
		_, err := q.Exec(ctx)
		return err
	})
	if errors.Is(err, signaling.ErrNoAccount) {
		return nil
	}
	return err
}

func (s *Service) withPhone(ctx context.Context, user string, do func(ctx context.Context, tx *ent.Tx, p *ent.Phone) error) error {
	return s.o.Log.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		p, err := tx.Phone.Query().Where(phone.Username(strings.ToLower(user))).ForUpdate(database.Lock).Only(ctx)
		if ent.IsNotFound(err) {
			return signaling.ErrNoAccount
		}
		if err != nil {
			return fmt.Errorf("lock phone: %w", err)
		}
		return do(ctx, tx, p)
	})
}

// forgetExpired removes bindings that ran out a while ago.
func (s *Service) forgetExpired(ctx context.Context) error {
	_, err := s.o.Client.PhoneBinding.Delete().Where(phonebinding.ExpiresAtLT(s.now().Add(-time.Hour))).Exec(viewer.AsSystem(ctx))
	return err
}
