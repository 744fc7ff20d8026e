package test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// asksYana lets a caller ask Yana by a key.
const asksYana = `{"name": "Спросить Яну", "start": "yana", "fallback": "queue", "nodes": {
	"yana": {"type": "ask", "prompt": "О материнском капитале: нажмите один.", "barge_in": true, "timeout_s": 60,
		"questions": [{"digit": "1", "question": "` + clearQuestion + `"}], "answer": "{answer}", "clarify": ["Уточните.", "{clarify}"],
		"did_help": "Если ответ помог, нажмите один.", "helped": "bye", "operator": "queue"},
	"queue": {"type": "queue", "enter": "Соединяю.", "announce": ["{position}."], "announce_every_s": 60, "max_wait_s": 600,
		"overflow": "bye", "closed": "bye", "after": "bye"},
	"bye": {"type": "hangup"}}}`

// The question base is killed while a citizen is on the phone: the call goes on, what Yana would have answered goes to an operator, and
// she answers again when the base is back.
func TestCallsGoOnWithoutTheQuestionBase(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	address := freeAddress(t)
	base := s.knowledgeService(t, address)
	apart := s
	apart.knowledge = ""
	p := apart.launch(t, freeAddress(t), "EKC_KNOWLEDGE_URL="+base.URL)
	p.as("admin").answeredBy(serviceNumber, asksYana)
	supervisor := p.as("supervisor")
	citizen := p.calls(citizenNumber, hzCitizen)
	id := ""
	soon(t, "the call is seen", func() bool { id = supervisor.callOfNumber(citizenNumber); return id != "" })
	base.kill()
	citizen.pressesUntil("1", "an operator is waited for", func() bool { return supervisor.now(id).State == "QUEUED" })
	soon(t, "the citizen hears music", func() bool { return citizen.music() })
	citizen.hangUp()

	s.knowledgeService(t, address)
	again := p.calls(neighbour, hzColleague)
	soon(t, "the next call is seen", func() bool { id = supervisor.callOfNumber(neighbour); return id != "" })
	again.pressesUntil("1", "Yana answers", func() bool {
		for _, m := range supervisor.dialogue(id) {
			if m.Kind == "ANSWER" {
				return true
			}
		}
		return false
	})
	require.NotEqual(t, "QUEUED", supervisor.now(id).State)
	again.hangUp()
}

// callOfNumber is the interaction of the live call of a citizen, empty when there is none.
func (c *client) callOfNumber(number string) string {
	c.t.Helper()
	type live struct {
		Interaction struct{ ID string }
		Call        struct{ CitizenNumber string }
	}
	for _, l := range ask[struct{ LiveCalls []live }](c, "{ liveCalls { interaction { id } call { citizenNumber } } }", nil).LiveCalls {
		if n := len(number); len(l.Call.CitizenNumber) >= 2 && l.Call.CitizenNumber[len(l.Call.CitizenNumber)-2:] == number[n-2:] {
			return l.Interaction.ID
		}
	}
	return ""
}
