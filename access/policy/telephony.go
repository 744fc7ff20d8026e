package policy

import (
	entgo "entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/callback"
	"ekc/ent/callinvitation"
	"ekc/ent/callleg"
	"ekc/ent/phone"
	"ekc/ent/phonebinding"
	"ekc/ent/predicate"
	"ekc/ent/recording"
)

// forAdministrators lets administrators read all of it, and nobody else any.
func forAdministrators(v viewer.Viewer) condition {
	if v.Kind == viewer.Account && v.Has(viewer.Administrator) {
		return nil
	}
	return nothing
}

// Trunk is the policy of lines to carriers: administrators.
func Trunk() entgo.Policy { return narrowed[predicate.Trunk, *ent.TrunkQuery](forAdministrators) }

// ServiceNumber is the policy of numbers that citizens call: any account.
func ServiceNumber() entgo.Policy {
	return narrowed[predicate.ServiceNumber, *ent.ServiceNumberQuery](forSignedIn)
}

// Menu is the policy of menus: any account.
func Menu() entgo.Policy { return narrowed[predicate.Menu, *ent.MenuQuery](forSignedIn) }

// MenuVersion is the policy of their versions: any account.
func MenuVersion() entgo.Policy {
	return narrowed[predicate.MenuVersion, *ent.MenuVersionQuery](forSignedIn)
}

// Sound is the policy of uploaded prompts: any account.
func Sound() entgo.Policy { return narrowed[predicate.Sound, *ent.SoundQuery](forSignedIn) }

// Phone is the policy of operators' SIP accounts: whoever sees the account.
func Phone() entgo.Policy {
	return narrowed[predicate.Phone, *ent.PhoneQuery](ofAccounts(phone.FieldAccountID))
}

// PhoneBinding is the policy of registered devices: whoever sees the account.
func PhoneBinding() entgo.Policy {
	return narrowed[predicate.PhoneBinding, *ent.PhoneBindingQuery](ofAccounts(phonebinding.FieldAccountID))
}

// Call is the policy of calls: accounts that see the interaction.
func Call() entgo.Policy {
	return narrowed[predicate.Call, *ent.CallQuery](forAccounts(call.FieldInteractionID))
}

// CallLeg is the policy of legs: accounts that see the interaction.
func CallLeg() entgo.Policy {
	return narrowed[predicate.CallLeg, *ent.CallLegQuery](forAccounts(callleg.FieldInteractionID))
}

// CallInvitation is the policy of invitations into calls: whom they are for.
func CallInvitation() entgo.Policy {
	return narrowed[predicate.CallInvitation, *ent.CallInvitationQuery](func(v viewer.Viewer) condition {
		if v.Kind != viewer.Account {
			return nothing
		}
		return equals(callinvitation.FieldAccountID, v.AccountID)
	})
}

// Recording is the policy of recordings: accounts that see the interaction. Who may listen is for the domain to say.
func Recording() entgo.Policy {
	return narrowed[predicate.Recording, *ent.RecordingQuery](forAccounts(recording.FieldInteractionID))
}

// Callback is the policy of promised calls: accounts that see the interaction; operators, supervisors and coordinators whose
// segment reaches it.
func Callback() entgo.Policy {
	return narrowed[predicate.Callback, *ent.CallbackQuery](callbacks)
}

func callbacks(v viewer.Viewer) condition {
	own := forAccounts(callback.FieldInteractionID)(v)
	if v.Kind != viewer.Account || own == nil {
		return own
	}
	grants := v.GrantsOf(viewer.Operator, viewer.Supervisor, viewer.SegmentCoordinator)
	return func(s *sql.Selector) {
		b := sql.Dialect(s.Dialect())
		mine := b.Select(callback.FieldID).From(b.Table(callback.Table))
		own(mine)
		alternatives := []*sql.Predicate{sql.In(s.C(callback.FieldID), mine)}
		for _, g := range grants {
			p := covered(s, g)
			if g.Line != 0 {
				line := sql.EQ(s.C(lineColumn), g.Line)
				if p == nil {
					p = line
				} else {
					p = sql.And(p, line)
				}
			}
			alternatives = append(alternatives, p)
		}
		if either := anyOf(alternatives); either != nil {
			s.Where(either)
		}
	}
}
