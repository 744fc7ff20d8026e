package test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// straight is a menu that leads into the queue at once.
const straight = `{"name": "Сразу к оператору", "start": "record", "fallback": "queue", "nodes": {
	"record": {"type": "say", "prompt": "Разговор записывается.", "starts_recording": true, "goto": "queue"},
	"queue": {"type": "queue", "enter": "Соединяю.", "announce": ["{position}."], "announce_every_s": 60, "max_wait_s": 600,
		"overflow": "bye", "closed": "bye", "after": "bye"},
	"bye": {"type": "hangup"}}}`

// answeredBy makes a menu answer a number.
func (c *client) answeredBy(number, document string) {
	c.t.Helper()
	type id struct{ ID string }
	menu := mutate[struct {
		Menu       *id
		UserErrors []userError
	}](c, "menuCreate", "MenuCreateInput", "menu { id }", map[string]any{"code": "straight", "name": "Сразу к оператору"})
	require.Empty(c.t, menu.UserErrors)
	version := mutate[struct {
		MenuVersion *id
		Problems    []struct{ Path, Code, Message string }
		UserErrors  []userError
	}](c, "menuDraft", "MenuDraftInput", "menuVersion { id } problems { path code message }",
		map[string]any{"menuId": menu.Menu.ID, "document": document})
	require.Empty(c.t, version.Problems)
	require.Empty(c.t, version.UserErrors)
	c.do("menuPublish", "MenuPublishInput", map[string]any{"menuVersionId": version.MenuVersion.ID})
	c.do("serviceNumberSet", "ServiceNumberSetInput", map[string]any{"number": number, "name": "Испытание", "menuId": menu.Menu.ID})
}

// A carrier calls the number, an operator's phone rings and answers, both hear each other, the operator records the enquiry,
// and a supervisor listens to the recording.
func TestACallReachesAnOperatorsPhone(t *testing.T) {
	n := startNode(t)
	admin := n.as("admin")
	admin.answeredBy("+78006000001", straight)
	operator := n.available("operator1")
	phone := mutate[struct {
		Password   string
		UserErrors []userError
	}](admin, "phoneCreate", "PhoneCreateInput", "password", map[string]any{"accountId": operator.me(), "username": "desk1"})
	require.Empty(t, phone.UserErrors)
	softphone(t, n.app.PhoneAddr(), "desk1", phone.Password)

	carrier := carrierCalls(t, n.app.PhoneAddr(), "88006000001")
	id := ""
	require.Eventually(t, func() bool {
		got := ask[struct {
			Desk struct {
				Interactions []struct{ ID, State, Channel string }
			}
		}](operator, "{ desk { interactions { id state channel } } }", nil)
		for _, i := range got.Desk.Interactions {
			if i.Channel == "VOICE" && i.State == "ACTIVE" {
				id = i.ID
			}
		}
		return id != ""
	}, callPatience, 100*time.Millisecond, "the operator talks")
	require.NoError(t, <-carrier, "the carrier's call ends well")
	require.Eventually(t, func() bool { return operator.now(id).State == "WRAP_UP" }, callPatience, 100*time.Millisecond)

	said, heard := n.as("supervisor").recording(id)
	require.Greater(t, loudness(said, 620), 3000.0, "the citizen, on their own channel")
	require.Less(t, loudness(said, 440), 300.0)
	require.Greater(t, loudness(heard, 440), 3000.0, "the operator, on the other")
	require.Less(t, loudness(heard, 620), 300.0)
	operator.do("interactionClose", "InteractionCloseInput", map[string]any{
		"interactionId": id, "dispositionId": operator.disposition("MATERNITY_CAPITAL"), "outcome": "RESOLVED",
	})
	require.Equal(t, "CLOSED", operator.now(id).State)
}

// recording fetches the recording of a call, as soon as it is stored, and returns its channels in A-law.
func (c *client) recording(id string) (left, right []byte) {
	c.t.Helper()
	type recorded struct{ URL string }
	var all []recorded
	require.Eventually(c.t, func() bool {
		got := ask[struct {
			Interaction *struct{ Recordings []recorded }
		}](c, "query($id: ID!) { interaction(id: $id) { recordings { url } } }", map[string]any{"id": id})
		all = got.Interaction.Recordings
		return len(all) > 0
	}, callPatience, 200*time.Millisecond, "the recording is stored")
	response, err := http.Get(c.url + all[0].URL) //nolint:noctx // the server of this test
	require.NoError(c.t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(c.t, http.StatusOK, response.StatusCode)
	file, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	require.Equal(c.t, uint16(6), binary.LittleEndian.Uint16(file[20:]), "A-law")
	require.Equal(c.t, uint16(2), binary.LittleEndian.Uint16(file[22:]), "two channels")
	begin := bytes.Index(file, []byte("data"))
	require.Positive(c.t, begin)
	for i := begin + 8; i+1 < len(file); i += 2 {
		left, right = append(left, file[i]), append(right, file[i+1])
	}
	return left, right
}
