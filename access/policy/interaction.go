package policy

import (
	"time"

	entgo "entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/attachment"
	"ekc/ent/citizen"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/offer"
	"ekc/ent/predicate"
	"ekc/ent/segment"
)

// An operator still reads what an offer was about for offerGrace after it has expired, so that the desk can show that it
// was missed. offerAge is longer than any offer lasts with it.
const (
	offerGrace = time.Minute
	offerAge   = 10 * time.Minute
)

// Interaction is the policy of interactions: their citizen; the operator who has them, had them or is offered them, as long as they are
// one; supervisors and coordinators whose segment reaches them.
func Interaction() entgo.Policy { return guard(byShape{}) }

// eachInteraction is the condition on interactions of which few are asked for, also by rows of another table that hang on
// them: each is looked at by itself, however many the operator had.
func eachInteraction(v viewer.Viewer) condition {
	switch v.Kind {
	case viewer.Citizen:
		return equals(interaction.FieldID, v.InteractionID)
	case viewer.Account:
		if !handling(v) {
			return nothing
		}
		if watched := watching(v); !unbounded(watched) {
			return watchedOrOwn(v.AccountID, watched, true)
		}
		return nil
	default:
		return nothing
	}
}

// handling reports whether the viewer has a role that reads interactions at all. Without one, as when it has ended, what was their own is
// theirs no more.
func handling(v viewer.Viewer) bool {
	return v.Has(viewer.Operator, viewer.Supervisor, viewer.SegmentCoordinator)
}

// watching are the grants by which the viewer sees the interactions of others.
func watching(v viewer.Viewer) []viewer.Grant {
	return v.GrantsOf(viewer.Supervisor, viewer.SegmentCoordinator)
}

// watchedOrOwn adds the operator's own interactions to those of the segments by conditions that depend on the row: the
// planner checks them one by one for a page, and as a whole for a count. Those that the operator had before are among them
// when had is true.
func watchedOrOwn(accountID string, watched []viewer.Grant, had bool) condition {
	return func(s *sql.Selector) {
		alternatives := []*sql.Predicate{sql.EQ(s.C(interaction.FieldOperatorID), accountID)}
		for _, g := range watched {
			alternatives = append(alternatives, reached(s, g))
		}
		b := sql.Dialect(s.Dialect())
		if had {
			g := b.Select().From(b.Table(segment.Table))
			g.Where(sql.And(sql.ColumnsEQ(g.C(segment.FieldInteractionID), s.C(interaction.FieldID)), handled(g, accountID)))
			alternatives = append(alternatives, sql.Exists(g))
		}
		o := b.Select().From(b.Table(offer.Table))
		o.Where(sql.And(sql.ColumnsEQ(o.C(offer.FieldInteractionID), s.C(interaction.FieldID)),
			sql.Or(pending(o, accountID), recent(o, accountID))))
		s.Where(anyOf(append(alternatives, sql.Exists(o))))
	}
}

// reached is covered with the line.
func reached(t columns, g viewer.Grant) *sql.Predicate {
	var parts []*sql.Predicate
	if p := covered(t, g); p != nil {
		parts = append(parts, p)
	}
	if g.Line != 0 {
		parts = append(parts, sql.EQ(t.C(lineColumn), g.Line))
	}
	return all(parts)
}

// handled: the operator had it.
func handled(s *sql.Selector, accountID string) *sql.Predicate {
	return sql.And(sql.EQ(s.C(segment.FieldAccountID), accountID),
		sql.In(s.C(segment.FieldKind), segment.KindTalk, segment.KindHold, segment.KindWrapUp, segment.KindDeferred))
}

// pending: the operator is offered it.
func pending(s *sql.Selector, accountID string) *sql.Predicate {
	return sql.And(sql.EQ(s.C(offer.FieldAccountID), accountID), sql.EQ(s.C(offer.FieldState), offer.StatePending))
}

// recent: the operator was offered it a moment ago and did not take it; what was taken is told by the timeline.
func recent(s *sql.Selector, accountID string) *sql.Predicate {
	now := time.Now().UTC()
	return sql.And(sql.EQ(s.C(offer.FieldAccountID), accountID), sql.NEQ(s.C(offer.FieldState), offer.StateAccepted),
		sql.GT(s.C(offer.FieldCreatedAt), now.Add(-offerAge)), sql.GT(s.C(offer.FieldExpiresAt), now.Add(-offerGrace)))
}

// following is the condition on the rows of a table that hang on an interaction by the column.
func following(column string) func(viewer.Viewer) condition {
	return func(v viewer.Viewer) condition {
		c := eachInteraction(v)
		switch {
		case c == nil:
			return nil
		case v.Kind == viewer.Citizen:
			return equals(column, v.InteractionID)
		default:
			return in(column, func(b *sql.DialectBuilder) *sql.Selector {
				s := b.Select(interaction.FieldID).From(b.Table(interaction.Table))
				c(s)
				return s
			})
		}
	}
}

// forAccounts is following without the citizen.
func forAccounts(column string) func(viewer.Viewer) condition {
	return func(v viewer.Viewer) condition {
		if v.Kind != viewer.Account {
			return nothing
		}
		return following(column)(v)
	}
}

// said is the condition on what was said in an interaction, by the columns of the interaction and of the time: whoever sees
// it; but an operator who had it before, and has it no more, only what was said until then. What a citizen tells line 2 is
// none of line 1's concern.
func said(column, at string) func(viewer.Viewer) condition {
	all := following(column)
	return func(v viewer.Viewer) condition {
		watched := watching(v)
		if v.Kind != viewer.Account || !handling(v) || unbounded(watched) {
			return all(v)
		}
		return func(s *sql.Selector) {
			b := sql.Dialect(s.Dialect())
			// Both ask about the row's own interaction: a list of all that may be seen would be made for every query.
			i := b.Select().From(b.Table(interaction.Table))
			i.Where(sql.ColumnsEQ(i.C(interaction.FieldID), s.C(column)))
			watchedOrOwn(v.AccountID, watched, false)(i)
			g := b.Select().From(b.Table(segment.Table))
			g.Where(sql.And(sql.ColumnsEQ(g.C(segment.FieldInteractionID), s.C(column)), handled(g, v.AccountID),
				sql.Or(sql.IsNull(g.C(segment.FieldEndedAt)), sql.ColumnsGTE(g.C(segment.FieldEndedAt), s.C(at)))))
			s.Where(sql.Or(sql.Exists(i), sql.Exists(g)))
		}
	}
}

// Message is the policy of messages.
func Message() entgo.Policy {
	return narrowed[predicate.Message, *ent.MessageQuery](said(message.FieldInteractionID, message.FieldCreatedAt))
}

// Attachment is the policy of attachments: as of messages.
func Attachment() entgo.Policy {
	return narrowed[predicate.Attachment, *ent.AttachmentQuery](said(attachment.FieldInteractionID, attachment.FieldCreatedAt))
}

// Segment is the policy of the timeline: accounts that see the interaction.
func Segment() entgo.Policy {
	return narrowed[predicate.Segment, *ent.SegmentQuery](forAccounts(segment.FieldInteractionID))
}

// AssistantTurn is the policy of Yana's decisions: accounts that see the interaction.
func AssistantTurn() entgo.Policy {
	return narrowed[predicate.AssistantTurn, *ent.AssistantTurnQuery](forAccounts(segment.FieldInteractionID))
}

// RoutingTrace is the policy of routing decisions: accounts that see the interaction.
func RoutingTrace() entgo.Policy {
	return narrowed[predicate.RoutingTrace, *ent.RoutingTraceQuery](forAccounts(segment.FieldInteractionID))
}

// Offer is the policy of offers: accounts that see the interaction, and the operator it was made to.
func Offer() entgo.Policy {
	return narrowed[predicate.Offer, *ent.OfferQuery](offers)
}

func offers(v viewer.Viewer) condition {
	if v.Kind != viewer.Account || !handling(v) {
		return nothing
	}
	c := eachInteraction(v)
	if c == nil {
		return nil
	}
	return func(s *sql.Selector) {
		b := sql.Dialect(s.Dialect())
		i := b.Select().From(b.Table(interaction.Table))
		i.Where(sql.ColumnsEQ(i.C(interaction.FieldID), s.C(offer.FieldInteractionID)))
		c(i)
		s.Where(sql.Or(sql.EQ(s.C(offer.FieldAccountID), v.AccountID), sql.Exists(i)))
	}
}

// Citizen is the policy of citizens' personal data: accounts that see an interaction of theirs. A citizen's token does not
// show it.
func Citizen() entgo.Policy {
	return narrowed[predicate.Citizen, *ent.CitizenQuery](citizens)
}

func citizens(v viewer.Viewer) condition {
	if v.Kind != viewer.Account {
		return nothing
	}
	c := eachInteraction(v)
	if c == nil {
		return nil
	}
	return in(citizen.FieldID, func(b *sql.DialectBuilder) *sql.Selector {
		s := b.Select(interaction.FieldCitizenID).From(b.Table(interaction.Table))
		c(s)
		return s
	})
}
