package interaction

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqljson"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/auditentry"
	"ekc/ent/interaction"
	"ekc/ent/predicate"
)

const (
	auditCitizenRead = "citizen.read"
	detailOf         = "interaction"
	// auditedKept is how many readings that were audited a node remembers, so that it need not ask again.
	auditedKept = 20_000
)

// working are the states in which an operator works on an interaction, and needs to know whose it is.
var working = []interaction.State{
	interaction.StateActive, interaction.StateHeld, interaction.StateWrapUp, interaction.StateDeferred,
}

// inWork returns those of the interactions that the viewer works on and may therefore read in full.
func (s *Service) inWork(ctx context.Context, which predicate.Interaction) ([]*ent.Interaction, error) {
	v := viewer.From(ctx)
	if v.Kind != viewer.Account {
		return nil, nil
	}
	found, err := s.client.Interaction.Query().Where(which, interaction.OperatorID(v.AccountID), interaction.StateIn(working...)).
		Order(ent.Asc(interaction.FieldID)).All(viewer.AsSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("read own interactions: %w", err)
	}
	own := found[:0]
	for _, i := range found {
		if access.CheckObject(ctx, access.ReadPersonalData, access.InteractionObject(ctx, i, true)) == nil {
			own = append(own, i)
		}
	}
	return own, nil
}

// OpenTo tells, by their ids, which interactions the viewer reads in full without naming a purpose: an operator those that they have in
// work, because they answer them; it is audited once per interaction. Ask only for what is shown then.
func (s *Service) OpenTo(ctx context.Context, ids []string) (map[string]bool, error) {
	own, err := s.inWork(ctx, interaction.IDIn(ids...))
	if err != nil {
		return nil, err
	}
	open := make(map[string]bool, len(ids))
	for _, id := range ids {
		open[id] = false
	}
	for _, i := range own {
		if err := s.auditEnquiry(ctx, i); err != nil {
			return nil, err
		}
		open[i.ID] = true
	}
	return open, nil
}

// auditEnquiry keeps once that the viewer read the data of an interaction's citizen to answer it, whatever the number of readings and nodes.
func (s *Service) auditEnquiry(ctx context.Context, i *ent.Interaction) error {
	key := viewer.From(ctx).AccountID + " " + i.ID + " " + i.CitizenID
	if s.audited.Contains(key) {
		return nil
	}
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if _, err := tx.ExecContext(system, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, auditCitizenRead+" "+key); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		there, err := tx.AuditEntry.Query().Where(auditentry.ObjectID(i.CitizenID), auditentry.ActorID(viewer.From(ctx).AccountID),
			auditentry.Action(auditCitizenRead), func(q *sql.Selector) {
				q.Where(sqljson.ValueEQ(q.C(auditentry.FieldDetail), i.ID, sqljson.Path(detailOf)))
			}).Exist(system)
		if err != nil || there {
			return err
		}
		return access.Audit(ctx, tx, auditCitizenRead, i.CitizenID, access.ForEnquiry.In(map[string]string{detailOf: i.ID}))
	})
	if err == nil {
		s.audited.Add(key, struct{}{})
	}
	return err
}
