package policy

import (
	entgo "entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/accountskill"
	"ekc/ent/interaction"
	"ekc/ent/predicate"
	"ekc/ent/presence"
	"ekc/ent/queue"
	"ekc/ent/queuemember"
)

// forSignedIn lets every account read all of it, and nobody else any.
func forSignedIn(v viewer.Viewer) condition {
	if v.Kind == viewer.Account {
		return nil
	}
	return nothing
}

// Skill is the policy of skills: any account.
func Skill() entgo.Policy { return narrowed[predicate.Skill, *ent.SkillQuery](forSignedIn) }

// Site is the policy of sites: any account.
func Site() entgo.Policy { return narrowed[predicate.Site, *ent.SiteQuery](forSignedIn) }

// PauseReason is the policy of reasons of a pause: any account.
func PauseReason() entgo.Policy {
	return narrowed[predicate.PauseReason, *ent.PauseReasonQuery](forSignedIn)
}

// BusinessHours is the policy of timetables: any account.
func BusinessHours() entgo.Policy {
	return narrowed[predicate.BusinessHours, *ent.BusinessHoursQuery](forSignedIn)
}

// Disposition is the policy of topics that operators record: any account.
func Disposition() entgo.Policy {
	return narrowed[predicate.Disposition, *ent.DispositionQuery](forSignedIn)
}

// Queue is the policy of queues: any account, for operators transfer to queues of other segments; a citizen, the queue
// that their interaction is in.
func Queue() entgo.Policy {
	return narrowed[predicate.Queue, *ent.QueueQuery](func(v viewer.Viewer) condition {
		if v.Kind != viewer.Citizen {
			return forSignedIn(v)
		}
		return in(queue.FieldID, func(b *sql.DialectBuilder) *sql.Selector {
			i := b.Select(interaction.FieldQueueID).From(b.Table(interaction.Table))
			return i.Where(sql.EQ(i.C(interaction.FieldID), v.InteractionID))
		})
	})
}

// Presence is the policy of presence: whoever sees the account.
func Presence() entgo.Policy {
	return narrowed[predicate.Presence, *ent.PresenceQuery](ofAccounts(presence.FieldAccountID))
}

// QueueMember is the policy of memberships: whoever sees the account.
func QueueMember() entgo.Policy {
	return narrowed[predicate.QueueMember, *ent.QueueMemberQuery](ofAccounts(queuemember.FieldAccountID))
}

// AccountSkill is the policy of proficiencies: whoever sees the account.
func AccountSkill() entgo.Policy {
	return narrowed[predicate.AccountSkill, *ent.AccountSkillQuery](ofAccounts(accountskill.FieldAccountID))
}
