package test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/http"
	"strings"
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
	}](c, "menuCreate", "MenuCreateInput", "menu { id }", map[string]any{"code": "menu-" + strings.TrimPrefix(number, "+"), "name": "Испытание"})
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
func aCall(t *testing.T, c *phoneCentre) {
	d := c.desk(t, deskOptions{people: 1})
	operator := d.people[0].ready()
	carrier := runSIPp(t, sippOptions{
		scenario: "carrier.xml", switchboard: c.app.PhoneAddr(), number: d.number, caller: "+74951234567", tone: hzCitizen,
	})
	operator.phone.picksUp()
	id := d.live("+74951234567")
	d.state(id, "ACTIVE")
	operator.phone.hears(hzCitizen)
	carrier.ends()
	d.state(id, "WRAP_UP")

	said, heard := d.supervisor.recording(id)
	require.Greater(t, loudness(said, hzCitizen), 3000.0, "the citizen, on their own channel")
	require.Less(t, loudness(said, hzOperator), 300.0)
	require.Greater(t, loudness(heard, hzOperator), 3000.0, "the operator, on the other")
	require.Less(t, loudness(heard, hzCitizen), 300.0)
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
		}](c, "query($id: ID!) { interaction(id: $id) { recordings { url(purpose: QUALITY_CONTROL) } } }", map[string]any{"id": id})
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
