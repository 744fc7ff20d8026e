package test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What README says under "The phone", as it says it, with the centre as it is shipped: a softphone is registered with the demo account's name and
// password, another one without an account calls the number and asks for an operator; the talk is played afterwards. A third one hears Yana.
func TestReadmeOfThePhone(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	first := newDevice(t, deviceOptions{
		user: "operator1", password: demoPassword, registrar: n.app.PhoneAddr().String(), address: "127.0.0.1", tone: hzOperator,
	})
	operator, supervisor := n.as("operator1"), n.as("supervisor")
	admin := n.as("admin")
	soon(t, "the softphone is registered", func() bool { return admin.devices(operator.me()) > 0 })
	ask[any](operator, "mutation { presenceSet(input: { state: AVAILABLE }) { presence { state } } }", nil)

	second := newDevice(t, deviceOptions{user: "citizen", address: "127.0.0.1", tone: hzCitizen})
	second.dials("88006000000", n.app.PhoneAddr(), "")
	second.await("CALL_ESTABLISHED")
	second.press("0")
	second.pressesUntilOther("77#", first, "CALL_INCOMING")
	first.picksUp()
	first.hears(hzCitizen)
	second.hears(hzOperator)
	first.hangUp()
	second.pressesUntil("5", "CALL_CLOSED")
	link := ""
	soon(t, "the recording is there", func() bool {
		got := ask[struct {
			Interactions struct {
				Edges []struct {
					Node struct{ Recordings []struct{ URL string } }
				}
			}
		}](supervisor, "{ interactions(first: 1) { edges { node { recordings { url(purpose: QUALITY_CONTROL) } } } } }", nil)
		if len(got.Interactions.Edges) == 1 && len(got.Interactions.Edges[0].Node.Recordings) == 1 {
			link = got.Interactions.Edges[0].Node.Recordings[0].URL
		}
		return link != ""
	})
	status, file := fetch(t, n.URL+link)
	require.Equal(t, http.StatusOK, status)
	require.True(t, strings.HasPrefix(string(file), "RIFF"))

	asks := newDevice(t, deviceOptions{user: "asks", address: "127.0.0.1", tone: hzCitizen})
	asks.dials("88006000000", n.app.PhoneAddr(), "")
	asks.await("CALL_ESTABLISHED")
	called := ""
	soon(t, "the call is seen", func() bool { called = supervisor.onlyLiveCall(); return called != "" })
	pressed := time.Time{}
	require.Eventually(t, func() bool {
		if time.Since(pressed) > 20*time.Second {
			asks.press("177#13")
			pressed = time.Now()
		}
		return slices.ContainsFunc(supervisor.dialogue(called), func(m said) bool { return m.Kind == "ANSWER" })
	}, 2*callPatience, 100*time.Millisecond, "Yana does not answer")
	require.Equal(t, "WITH_ASSISTANT", supervisor.now(called).State)
	asks.hangUp()
}

// onlyLiveCall is the interaction of the live call, empty unless there is just one.
func (c *client) onlyLiveCall() string {
	c.t.Helper()
	live := ask[struct {
		LiveCalls []struct{ Interaction *struct{ ID string } }
	}](c, "{ liveCalls { interaction { id } } }", nil).LiveCalls
	if len(live) != 1 || live[0].Interaction == nil {
		return ""
	}
	return live[0].Interaction.ID
}

// pressesUntilOther presses keys every three seconds until something happens to another device.
func (d *device) pressesUntilOther(keys string, other *device, kind string) {
	d.t.Helper()
	pressed := time.Time{}
	require.Eventually(d.t, func() bool {
		if time.Since(pressed) > 3*time.Second {
			d.press(keys)
			pressed = time.Now()
		}
		return other.times(kind) > 0
	}, 2*callPatience, 50*time.Millisecond, "%s does not come", kind)
}
