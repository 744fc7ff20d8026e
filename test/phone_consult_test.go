package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// consulting is how a call's consultation stands.
type consulting struct{ Consulting, ConsultNote string }

func (d *desk) consulting(id string) consulting {
	d.t.Helper()
	got := ask[struct{ Interaction struct{ Calls []consulting } }](d.supervisor,
		"query($id: ID!) { interaction(id: $id) { calls { consulting consultNote } } }", map[string]any{"id": id})
	require.Len(d.t, got.Interaction.Calls, 1)
	return got.Interaction.Calls[0]
}

func (d *desk) consults(id string, want consulting) {
	d.t.Helper()
	var now consulting
	require.Eventually(d.t, func() bool {
		now = d.consulting(id)
		return now == want
	}, callPatience, 100*time.Millisecond, "%+v: %+v", want, &now)
}

// A colleague's phone declines: the operator has the citizen back at once and reads why. Where the colleague's console is open, they are waited
// for and the operator reads that; without phone and console there is nobody to wait for.
func consultDeclined(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 2})
	citizen, first := d.talking()
	second := d.people[1]
	consult := func(account string) {
		first.do("callConsult", "CallConsultInput", onInteraction(citizen.id, "accountId", account))
	}
	declines := func() {
		second.phone.await("CALL_INCOMING")
		second.phone.hangUp() // 486
		second.phone.await("CALL_CLOSED")
	}
	began := time.Now()
	consult(second.id)
	declines()
	d.consults(citizen.id, consulting{"NONE", "DECLINED"})
	citizen.hears(hzOperator)
	require.Less(t, time.Since(began), callPatience, "not when the ringing would have ended")

	_, closes := second.listen("subscription { desk { __typename } }", nil)
	require.Eventually(t, func() bool {
		// What is read may be of a moment before: then the consultation that this would repeat is under way.
		if len(first.try("callConsult", "CallConsultInput", onInteraction(citizen.id, "accountId", second.id))) == 0 {
			declines()
		}
		var now consulting
		require.Eventually(t, func() bool {
			now = d.consulting(citizen.id)
			return now.ConsultNote != ""
		}, callPatience, 50*time.Millisecond)
		return now == consulting{"CALLING", "CONSOLE_ONLY"}
	}, 2*callPatience, 100*time.Millisecond, "the console is known to be open a moment after it was")
	citizen.hearsMusic()
	first.do("callConsultCancel", "InteractionInput", onInteraction(citizen.id))
	citizen.hears(hzOperator)
	d.consults(citizen.id, consulting{"NONE", ""})
	closes()

	nobody := mutate[struct {
		Account    *struct{ ID string }
		UserErrors []userError
	}](d.admin, "accountCreate", "AccountCreateInput", "account { id }", map[string]any{
		"login": d.code + ".nobody", "displayName": "Без телефона", "password": demoPassword, "role": map[string]any{"role": "OPERATOR", "line": 1},
	})
	require.Empty(t, nobody.UserErrors)
	consult(nobody.Account.ID)
	d.consults(citizen.id, consulting{"NONE", "UNREACHABLE"})
	citizen.hears(hzOperator)

	first.do("callConsult", "CallConsultInput", onInteraction(citizen.id, "number", "84990000486"))
	d.consults(citizen.id, consulting{"NONE", "DECLINED"})
	citizen.leaves()
	first.phone.await("CALL_CLOSED")
}
