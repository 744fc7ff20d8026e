package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// recallPeople are the citizens of a recall as a supervisor sees them.
type recallPeople struct {
	Recall struct {
		Listed bool
		People struct {
			TotalCount int
			Edges      []struct {
				Node struct {
					State       string
					Interaction *struct{ ID string }
					Callback    *struct {
						ID, State, Reason string
						Interaction       struct{ ID string }
					}
				}
			}
		}
	}
}

func (c *client) recall(id string) recallPeople {
	c.t.Helper()
	return ask[recallPeople](c, `query($id: ID!) { recall(id: $id) { listed people { totalCount edges { node { state interaction { id }
		callback { id state reason interaction { id } } } } } } }`, map[string]any{"id": id})
}

// What Yana told turns out to be wrong: the version is archived and recalled, who was told it is listed, an operator is called first and
// then the citizen, who hears it from the operator, and the recall says so.
func TestRecallIsDialled(t *testing.T) {
	t.Parallel()
	const number, instead = "+74957770066", "Порядок изменился: остаток теперь показывают иначе."
	c := startPhoneCentre(t)
	d := c.desk(t, deskOptions{})
	told := c.nobody().starts(map[string]any{"agencyCode": "PFR", "regionCode": "77", "phone": number, "text": clearQuestion})
	record := told.hears("ANSWER", 0).Citations[0].RecordID
	other := c.nobody().starts(map[string]any{"agencyCode": "PFR", "regionCode": "77", "phone": "+74957770067", "text": "Как оформить инвалидность?"})
	other.hears("ANSWER", 0)
	told.do("chatEnd", "InteractionInput", onInteraction(told.id))

	manager := c.as("content.manager")
	versions := ask[struct{ Record struct{ Versions []version } }](manager,
		"query($id: ID!) { record(id: $id) { versions { id revision status } } }", map[string]any{"id": record}).Record.Versions
	require.Len(t, versions, 1)
	manager.moves("recordArchive", "RecordMoveInput", versions[0])
	begun := mutate[struct {
		Recall     *struct{ ID string }
		UserErrors []userError
	}](manager, "recallBegin", "RecallBeginInput", "recall { id }", map[string]any{
		"versionId": versions[0].ID, "reason": "Порядок изменился", "text": instead,
	})
	require.Empty(t, begun.UserErrors)

	var people recallPeople
	require.Eventually(t, func() bool {
		people = d.supervisor.recall(begun.Recall.ID)
		return people.Recall.People.TotalCount == 1 && people.Recall.People.Edges[0].Node.State == "CALLING"
	}, callPatience, 100*time.Millisecond, "who was told is listed and is to be called: %+v", &people)
	person := people.Recall.People.Edges[0].Node
	require.Equal(t, told.id, person.Interaction.ID)
	require.Equal(t, "RECALL", person.Callback.Reason)
	call := person.Callback.Interaction.ID
	waiting := d.state(call, "QUEUED")
	require.Zero(t, c.outside.logged("INVITE "+national(number)), "nobody is called before an operator is there")

	operator := d.hire("recall.clerk", 1, hzOperator)
	d.admin.do("queueMembersAdd", "QueueMembersInput", map[string]any{"queueId": waiting.Queue.ID, "accountIds": []string{operator.id}})
	operator.ready().phone.picksUp()
	d.state(call, "ACTIVE")
	operator.phone.hears(hzOutside)
	require.Equal(t, 1, c.outside.logged("INVITE "+national(number)))
	said := ""
	for _, m := range operator.dialogue(call) {
		said += m.Text + "\n"
	}
	require.Contains(t, said, instead, "the operator reads what to say: %s", said)
	operator.do("callHangUp", "InteractionInput", onInteraction(call))
	c.happens(t, "BYE "+national(number))
	d.state(call, "WRAP_UP")
	require.Eventually(t, func() bool {
		people = d.supervisor.recall(begun.Recall.ID)
		return people.Recall.People.Edges[0].Node.State == "REACHED"
	}, callPatience, 100*time.Millisecond, "the recall knows that they were reached: %+v", &people)
	require.Equal(t, "DONE", people.Recall.People.Edges[0].Node.Callback.State)
	require.Equal(t, 1, people.Recall.People.TotalCount)
	require.Zero(t, c.outside.logged("INVITE 84957770067"), "who was told something else is left alone")
}
