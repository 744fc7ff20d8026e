package graph_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/auditentry"
	"ekc/ent/queue"
	"ekc/internal/fail"
	"ekc/internal/voice"
	"ekc/telephony"
	"ekc/telephony/ivr"
	"ekc/telephony/prompt"
	"ekc/telephony/recording"
)

func newTapes(t testing.TB) recording.Storage {
	t.Helper()
	folder, err := recording.NewFolder(t.TempDir())
	require.NoError(t, err)
	return folder
}

// board stands for the switchboard: it has the calls that it is told of, and keeps what it is asked.
type board struct {
	voice.Board
	views map[string]telephony.CallView
	asked []string
}

func (b *board) Find(id string) (telephony.CallView, error) {
	if v, ok := b.views[id]; ok {
		return v, nil
	}
	return telephony.CallView{}, fail.New(fail.NotFound, "no such call")
}

func (b *board) note(what, account string) error {
	b.asked = append(b.asked, what+" "+account)
	return nil
}

func (b *board) Join(_ context.Context, _, account, offer string) (telephony.Joined, error) {
	candidates := make(chan string, 2)
	candidates <- "candidate:1"
	close(candidates)
	return telephony.Joined{LegID: "leg-" + account, Answer: "answer to " + offer, Candidates: candidates}, b.note("join", account)
}

func (b *board) Mute(_ context.Context, _, account string, _ bool) error {
	return b.note("mute", account)
}

func (b *board) SendDTMF(_ context.Context, _, account, keys string) error {
	return b.note("keys "+keys, account)
}

func (b *board) PauseRecording(_ context.Context, _, account string, _ time.Duration) error {
	return b.note("pause", account)
}

func (b *board) Decline(_ context.Context, _, account string) error {
	return b.note("decline", account)
}

func (b *board) ResumeRecording(_ context.Context, _, account string) error {
	return b.note("resume", account)
}

func (b *board) Supervise(_ context.Context, _, account string, mode telephony.Mode) error {
	return b.note("supervise "+string(mode), account)
}

func (b *board) TakeOver(_ context.Context, _, account string) error {
	return b.note("take over", account)
}

func (b *board) Consult(_ context.Context, _, account string, t telephony.Target) error {
	return b.note("consult "+t.AccountID+t.Number, account)
}

func (b *board) Call(r telephony.CallRequest) (string, error) {
	return "out-1", b.note("call "+r.Number, r.AccountID)
}

// calling is a world with a call that an operator has, and everybody who may want something of it.
type calling struct {
	*world
	*board
	id, anna                                     string
	operator, other, supervisor, stranger, admin string
	supervisorID                                 string
	line                                         *ent.Queue
}

func newCalling(t *testing.T) *calling {
	t.Helper()
	w := newWorld(t)
	c := &calling{world: w, board: &board{views: map[string]telephony.CallView{}}}
	w.voice.Bind(c.board)
	c.line = w.client.Queue.Create().SetCode("voice-1").SetName("Звонки").SetChannel(queue.ChannelVoice).SetLine(1).SetAgencyID(w.pfr.ID).SaveX(w.system)
	var a *ent.Account
	a, c.operator = w.operator("anna", c.line)
	c.anna = a.ID
	_, c.other = w.account("boris", access.NewRole{Role: viewer.Operator, AgencyID: w.mse.ID, Line: 1})
	var s *ent.Account
	s, c.supervisor = w.account("super", access.NewRole{Role: viewer.Supervisor, AgencyID: w.pfr.ID})
	c.supervisorID = s.ID
	_, c.stranger = w.account("superm", access.NewRole{Role: viewer.Supervisor, AgencyID: w.mse.ID})
	_, c.admin = w.account("root", access.NewRole{Role: viewer.Administrator})
	var err error
	c.id, err = w.voice.Begin(t.Context(), telephony.NewCall{ID: "call-1", Node: w.voice.Node(), Caller: "+79161234567", At: time.Now()})
	require.NoError(t, err)
	w.client.Interaction.UpdateOneID(c.id).SetAgencyID(w.pfr.ID).ExecX(w.system)
	_, err = w.voice.Enqueue(t.Context(), c.id, telephony.Wish{Queue: "voice-1"})
	require.NoError(t, err)
	require.NoError(t, w.routing.Tick(w.system))
	o := w.client.Offer.Query().OnlyX(w.system)
	require.NoError(t, w.voice.PickedUp(t.Context(), o.ID, a.ID))
	at := time.Now()
	require.NoError(t, w.voice.Leg(t.Context(), telephony.LegReport{
		ID: "call-1-1", CallID: "call-1", InteractionID: c.id, Kind: "trunk", Role: "citizen", BeganAt: at, AnsweredAt: &at, Codec: "PCMA", MOS: 4.2,
	}))
	c.views[c.id] = telephony.CallView{InteractionID: c.id, Phase: "talk", Recording: "on", Legs: []telephony.LegView{
		{ID: "leg-" + a.ID, Role: "operator", AccountID: a.ID, Up: true},
	}}
	return c
}

// does runs a mutation and returns "" or the code of its failure.
func (c *calling) does(token, mutation string) string {
	c.Helper()
	mutation = strings.ReplaceAll(mutation, "$I", `interactionId: "`+c.id+`"`)
	name := mutation[:strings.IndexByte(mutation, '(')]
	got := c.ask(token, "mutation { "+mutation+" { userErrors { code message field } } }", nil)
	require.Empty(c, got.Errors, got.raw)
	errs := got.path(name, "userErrors").([]any)
	if len(errs) == 0 {
		return ""
	}
	return errs[0].(map[string]any)["code"].(string)
}

func TestCallControlsByRole(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	for _, one := range []struct{ mutation, operator, other, supervisor, stranger string }{
		{`callMute(input: {$I, muted: true})`, "", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"},
		{`callKeysPress(input: {$I, keys: "12#"})`, "", "NOT_FOUND", "FORBIDDEN", "NOT_FOUND"},
		{`callRecordingPause(input: {$I})`, "", "NOT_FOUND", "FORBIDDEN", "NOT_FOUND"},
		{`callRecordingResume(input: {$I})`, "", "NOT_FOUND", "FORBIDDEN", "NOT_FOUND"},
		{`callConsult(input: {$I, number: "8 916 765-43-21"})`, "", "NOT_FOUND", "FORBIDDEN", "NOT_FOUND"},
		{`callConsult(input: {$I, number: "88091234567"})`, "FORBIDDEN", "NOT_FOUND", "FORBIDDEN", "NOT_FOUND"},
		{`callConsult(input: {$I})`, "INVALID", "NOT_FOUND", "FORBIDDEN", "NOT_FOUND"},
		{`callSupervise(input: {$I, mode: WHISPER})`, "FORBIDDEN", "NOT_FOUND", "", "NOT_FOUND"},
		{`interactionHold(input: {$I})`, "", "NOT_FOUND", "FORBIDDEN", "NOT_FOUND"},
	} {
		require.Equal(t, "UNAUTHENTICATED", c.does("", one.mutation), one.mutation)
		require.Equal(t, one.other, c.does(c.other, one.mutation), one.mutation)
		require.Equal(t, one.stranger, c.does(c.stranger, one.mutation), one.mutation)
		require.Equal(t, one.supervisor, c.does(c.supervisor, one.mutation), one.mutation)
		require.Equal(t, one.operator, c.does(c.operator, one.mutation), one.mutation)
	}
	require.Equal(t, []string{
		"mute " + c.anna, "keys 12# " + c.anna, "pause " + c.anna, "resume " + c.anna, "consult +79167654321 " + c.anna,
		"supervise WHISPER " + c.supervisorID,
	}, c.asked)
	for _, action := range []string{"recording.pause", "recording.resume", "call.supervise"} {
		require.True(t, c.client.AuditEntry.Query().Where(auditentry.Action(action), auditentry.ObjectID(c.id)).ExistX(c.system), action)
	}

	require.Empty(t, c.does(c.supervisor, `callTakeOver(input: {$I})`))
	require.Equal(t, c.supervisorID, c.client.Interaction.GetX(c.system, c.id).OperatorID)
	require.Equal(t, "NOT_FOUND", c.does(c.operator, `callKeysPress(input: {$I, keys: "1"})`), "it is no longer hers")
	require.Empty(t, c.does(c.supervisor, `interactionFinish(input: {$I})`), "who has taken over works in it")
	delete(c.views, c.id)
	require.Equal(t, "CONFLICT", c.does(c.supervisor, `callKeysPress(input: {$I, keys: "1"})`))
}

func TestBrowserJoins(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	join := `mutation($i: ID!) { callJoin(input: {interactionId: $i, offer: "v=0"}) { legId answer userErrors { code } } }`
	got := c.ask(c.operator, join, map[string]any{"i": c.id})
	require.Equal(t, "answer to v=0", got.path("callJoin", "answer"), got.raw)
	require.Equal(t, "leg-"+c.anna, got.path("callJoin", "legId"))
	got = c.ask(c.operator, join, map[string]any{"i": "int_missing"})
	require.Contains(t, got.raw, "NOT_FOUND")
	require.Contains(t, c.ask("", join, map[string]any{"i": c.id}).raw, "UNAUTHENTICATED")
	_, err := c.voice.Candidates(viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Account, AccountID: "acc_x"}), c.id, "leg-"+c.anna)
	require.Equal(t, fail.NotFound, fail.CodeOf(err), "somebody else's")
	mine := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Account, AccountID: c.anna})
	candidates, err := c.voice.Candidates(mine, c.id, "leg-"+c.anna)
	require.NoError(t, err)
	first, more := candidates.Next(t.Context())
	require.True(t, more)
	require.Equal(t, "candidate:1", first)
}

func TestOperatorDialsByRole(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	require.Equal(t, "CONFLICT", c.does(c.operator, `callDial(input: {number: "89161112233"})`), "she has a call")
	require.Equal(t, "FORBIDDEN", c.does(c.supervisor, `callDial(input: {number: "89161112233"})`))
	require.Equal(t, "FORBIDDEN", c.does(c.other, `callDial(input: {number: "+882161234567"})`))
	require.Equal(t, "FORBIDDEN", c.does(c.other, `callDial(input: {number: "89161112233", agencyId: "`+c.pfr.ID+`"})`), "not her agency")
	require.Empty(t, c.does(c.other, `callDial(input: {number: "89161112233"})`))
	require.Contains(t, c.asked[len(c.asked)-1], "call +79161112233")
}

const callFields = `query($i: ID!) { interaction(id: $i) { calls { direction citizenNumber legs { kind role codec mos } }
	recordings { id lengthMs url(purpose: QUALITY_CONTROL) } callbacks { state } } }`

func TestCallsAndRecordingsByRole(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	sound := prompt.EncodeWAV(make([]int16, 8000), 8000)
	sum := sha256.Sum256(sound)
	require.NoError(t, c.tapes.Put(t.Context(), "2026/call-1-r.wav", bytes.NewReader(sound), int64(len(sound)), hex.EncodeToString(sum[:])))
	require.NoError(t, c.voice.Recorded(t.Context(), telephony.RecordingReport{
		ID: "call-1-r", CallID: "call-1", Object: "2026/call-1-r.wav", SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(sound)),
		BeganAt: time.Now(), Length: time.Second,
	}))
	vars := map[string]any{"i": c.id}
	got := c.ask(c.operator, callFields, vars)
	one := got.path("interaction", "calls").([]any)[0].(map[string]any)
	require.Equal(t, "+79161234567", one["citizenNumber"], got.raw)
	require.Equal(t, "PCMA", one["legs"].([]any)[0].(map[string]any)["codec"])
	url := got.path("interaction", "recordings").([]any)[0].(map[string]any)["url"].(string)

	got = c.ask(c.supervisor, callFields, vars)
	require.Equal(t, "***67", got.path("interaction", "calls").([]any)[0].(map[string]any)["citizenNumber"], got.raw)
	require.NotNil(t, got.path("interaction", "recordings").([]any)[0].(map[string]any)["url"])
	for _, token := range []string{"", c.other, c.stranger} {
		require.Nil(t, c.ask(token, callFields, vars).path("interaction"))
	}

	play := func(url string, change ...func(*http.Request)) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.server.URL+url, http.NoBody)
		require.NoError(t, err)
		for _, f := range change {
			f(r)
		}
		response, err := http.DefaultTransport.RoundTrip(r)
		require.NoError(t, err)
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(body)
	}
	status, body := play(url)
	require.Equal(t, 200, status)
	require.Equal(t, string(sound), body)
	status, body = play(url, header("Range", "bytes=0-3"))
	require.Equal(t, 206, status)
	require.Equal(t, "RIFF", body)
	status, _ = play(url + "x")
	require.Equal(t, 404, status)
	require.Equal(t, 2, c.client.AuditEntry.Query().Where(auditentry.Action("recording.play"), auditentry.ActorID(c.anna)).CountX(c.system))

	c.client.Account.UpdateOneID(c.anna).SetActive(false).ExecX(c.system)
	status, _ = play(url)
	require.Equal(t, 404, status, "a link does not outlive the right")
	c.client.Recording.Update().SetDestroyAfter(time.Now().Add(-time.Hour)).ExecX(c.system)
	require.NoError(t, c.voice.Destroy(t.Context()))
	require.Nil(t, c.ask(c.supervisor, callFields, vars).path("interaction", "recordings").([]any)[0].(map[string]any)["url"])
	require.True(t, c.client.AuditEntry.Query().Where(auditentry.Action("recording.destroy")).ExistX(c.system))
}

func TestLiveCallsByRole(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	query := `{ liveCalls { phase recording interaction { id } call { id } } }`
	got := c.ask(c.supervisor, query, nil)
	require.Len(t, got.path("liveCalls"), 1, got.raw)
	require.Equal(t, "talk", got.path("liveCalls").([]any)[0].(map[string]any)["phase"])
	require.Empty(t, c.ask(c.stranger, query, nil).path("liveCalls"))
	require.Equal(t, "FORBIDDEN", c.ask(c.operator, query, nil).code())
	require.Equal(t, "UNAUTHENTICATED", c.ask("", query, nil).code())
}

func TestCallbacksByRole(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	id, err := c.voice.Begin(t.Context(), telephony.NewCall{ID: "call-2", Node: c.voice.Node(), Caller: "+79161234568", At: time.Now()})
	require.NoError(t, err)
	c.client.Interaction.UpdateOneID(id).SetAgencyID(c.pfr.ID).ExecX(c.system)
	_, err = c.voice.Enqueue(t.Context(), id, telephony.Wish{Queue: "voice-1"})
	require.NoError(t, err)
	require.NoError(t, c.voice.Callback(t.Context(), id, "+79161234568"))
	cb := c.client.Callback.Query().OnlyX(c.system)
	list := `{ callbacks(filter: {state: WAITING}) { totalCount edges { node { id number reason interaction { id } } } } }`
	for token, n := range map[string]float64{c.operator: 1, c.supervisor: 1, c.other: 0, c.stranger: 0, c.admin: 1} {
		got := c.ask(token, list, nil)
		require.Equal(t, n, got.path("callbacks", "totalCount"), got.raw) //nolint:testifylint // a count
		require.NotContains(t, got.raw, "1234568", "the number is masked")
	}
	require.Equal(t, "UNAUTHENTICATED", c.ask("", list, nil).code())
	cancel := `callbackCancel(input: {callbackId: "` + cb.ID + `"})`
	take := `callbackTake(input: {callbackId: "` + cb.ID + `"})`
	require.Equal(t, "UNAUTHENTICATED", c.does("", cancel))
	require.Equal(t, "NOT_FOUND", c.does(c.stranger, cancel))
	require.Equal(t, "NOT_FOUND", c.does(c.other, take))
	require.Equal(t, "FORBIDDEN", c.does(c.operator, cancel))
	require.Equal(t, "FORBIDDEN", c.does(c.supervisor, take))
	require.Equal(t, "CONFLICT", c.does(c.operator, take), "she talks, or it is night")
	require.Empty(t, c.does(c.supervisor, cancel))
	require.Equal(t, "CONFLICT", c.does(c.supervisor, cancel))
	require.Equal(t, "ABANDONED", string(c.client.Interaction.GetX(c.system, id).State))
}

func TestTrunksAndNumbersByRole(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	create := `trunkCreate(input: {settings: {name: "Оператор", proxy: "sip.example.ru:5060", sources: ["192.0.2.0/24"], password: "тайна",
		numbersIn: [{prefix: "8", replacement: "+7", length: 11}]}})`
	for token, code := range map[string]string{"": "UNAUTHENTICATED", c.operator: "FORBIDDEN", c.supervisor: "FORBIDDEN", c.admin: ""} {
		require.Equal(t, code, c.does(token, create))
	}
	require.Equal(t, "CONFLICT", c.does(c.admin, create))
	require.Equal(t, "INVALID", c.does(c.admin, `trunkCreate(input: {settings: {name: "x", proxy: "a b", sources: []}})`))
	require.Equal(t, "INVALID", c.does(c.admin, `trunkCreate(input: {settings: {name: "x", proxy: "a", sources: ["0.0.0.0/0"]}})`))
	got := c.ask(c.admin, `{ trunks { id name transport srtp numbersIn { prefix length } } }`, nil)
	require.Equal(t, "UDP", got.path("trunks").([]any)[0].(map[string]any)["transport"], got.raw)
	id := got.path("trunks").([]any)[0].(map[string]any)["id"].(string)
	require.Empty(t, c.does(c.admin, `trunkUpdate(input: {trunkId: "`+id+`", settings: {active: false}})`))
	require.Equal(t, "тайна", c.client.Trunk.GetX(c.system, id).Password, "what is not given stays")
	require.Equal(t, "NOT_FOUND", c.does(c.admin, `trunkUpdate(input: {trunkId: "trk_x", settings: {active: false}})`))
	require.Equal(t, "FORBIDDEN", c.ask(c.supervisor, `{ trunks { id } }`, nil).code())

	set := `serviceNumberSet(input: {number: "8 800 600-00-00", name: "Единый"})`
	require.Equal(t, "FORBIDDEN", c.does(c.supervisor, set))
	for range 2 {
		require.Empty(t, c.does(c.admin, set))
	}
	require.Equal(t, "+78006000000", c.ask(c.operator, `{ serviceNumbers { number } }`, nil).path("serviceNumbers").([]any)[0].(map[string]any)["number"])
}

func TestMenusByRole(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	_, content := c.account("content", access.NewRole{Role: viewer.ContentManager, AgencyID: c.pfr.ID})
	_, publisher := c.account("publisher", access.NewRole{Role: viewer.ExpertSystemAdministrator, AgencyID: c.pfr.ID})
	create := `menuCreate(input: {code: "pfr", name: "Меню", agencyId: "` + c.pfr.ID + `"})`
	require.Equal(t, "FORBIDDEN", c.does(c.supervisor, create))
	require.Equal(t, "FORBIDDEN", c.does(content, `menuCreate(input: {code: "all", name: "Меню"})`), "what others share")
	require.Empty(t, c.does(content, create))
	require.Equal(t, "CONFLICT", c.does(c.admin, create))
	m := c.client.Menu.Query().OnlyX(c.system)

	_, flow, err := ivr.Default()
	require.NoError(t, err)
	draft := `mutation($m: ID!, $d: String!) { menuDraft(input: {menuId: $m, document: $d}) { menuVersion { id number state } problems { path code } userErrors { code } } }`
	got := c.ask(content, draft, map[string]any{"m": m.ID, "d": `{"name":"x","start":"nowhere","nodes":{}}`})
	require.NotEmpty(t, got.path("menuDraft", "problems"), got.raw)
	require.Nil(t, got.path("menuDraft", "menuVersion"))
	got = c.ask(content, draft, map[string]any{"m": m.ID, "d": string(flow)})
	require.Empty(t, got.path("menuDraft", "problems"), got.raw)
	version := got.path("menuDraft", "menuVersion", "id").(string)
	publish := `menuPublish(input: {menuVersionId: "` + version + `"})`
	require.Equal(t, "FORBIDDEN", c.does(content, publish))
	for range 2 {
		require.Empty(t, c.does(publisher, publish))
	}
	got = c.ask(content, draft, map[string]any{"m": m.ID, "d": string(flow)})
	second := got.path("menuDraft", "menuVersion", "id").(string)
	require.Empty(t, c.does(publisher, `menuPublish(input: {menuVersionId: "`+second+`"})`))
	got = c.ask(c.operator, `{ menus { published { id number } versions { state } } }`, nil)
	require.Equal(t, second, got.path("menus").([]any)[0].(map[string]any)["published"].(map[string]any)["id"], got.raw)

	simulate := `mutation($in: MenuSimulateInput!) { menuSimulate(input: $in) { state node said ended effects { kind } problems { code } userErrors { code message } } }`
	got = c.ask(content, simulate, map[string]any{"in": map[string]any{"menuVersionId": version, "caller": "+79161234567"}})
	require.NotEmpty(t, got.path("menuSimulate", "said"), got.raw)
	state := got.path("menuSimulate", "state").(string)
	got = c.ask(content, simulate, map[string]any{"in": map[string]any{"menuVersionId": version, "state": state, "key": "1"}})
	require.Empty(t, got.path("menuSimulate", "userErrors"), got.raw)
	got = c.ask(content, simulate, map[string]any{"in": map[string]any{"menuVersionId": version, "state": state}})
	require.NotEmpty(t, got.path("menuSimulate", "userErrors"), "nothing happens")
	got = c.ask(content, simulate, map[string]any{"in": map[string]any{"menuVersionId": version, "state": state, "hangUp": true}})
	require.Equal(t, true, got.path("menuSimulate", "ended"), got.raw)
	require.Contains(t, c.ask(c.operator, simulate, map[string]any{"in": map[string]any{"menuVersionId": version}}).raw, "FORBIDDEN")
}

func TestSoundsByRole(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	c.client.Sound.Create().SetName("Привет").SetAgencyID(c.pfr.ID).SetSize(1).SetSha256("00").SetLengthMs(7).SetContent([]byte("s")).ExecX(c.system)
	query := `{ sounds { id name text lengthMs agency { code } } }`
	got := c.ask(c.operator, query, nil)
	require.Equal(t, "PFR", got.path("sounds").([]any)[0].(map[string]any)["agency"].(map[string]any)["code"], got.raw)
	require.Equal(t, "UNAUTHENTICATED", c.ask("", query, nil).code())
}

func TestPhonesByRole(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	create := `mutation($a: ID!) { phoneCreate(input: {accountId: $a}) { phone { id username active devices { source } } password userErrors { code } } }`
	require.Contains(t, c.ask(c.supervisor, create, map[string]any{"a": c.anna}).raw, "FORBIDDEN")
	require.Contains(t, c.ask(c.other, create, map[string]any{"a": c.anna}).raw, "NOT_FOUND")
	got := c.ask(c.admin, create, map[string]any{"a": c.anna})
	first := got.path("phoneCreate", "password").(string)
	require.Len(t, first, 26, got.raw)
	id := got.path("phoneCreate", "phone", "id").(string)
	require.Equal(t, "anna", got.path("phoneCreate", "phone", "username"))
	reset := `mutation($p: ID!) { phoneReset(input: {phoneId: $p}) { password userErrors { code } } }`
	require.Contains(t, c.ask(c.other, reset, map[string]any{"p": id}).raw, "NOT_FOUND")
	second := c.ask(c.operator, reset, map[string]any{"p": id}).path("phoneReset", "password")
	require.NotNil(t, second, "one's own")
	require.NotEqual(t, first, second)
	list := `{ phones { totalCount edges { node { username owner { displayName } } } } }`
	c.ask(c.admin, create, map[string]any{"a": c.supervisorID})
	require.InDelta(t, 2, c.ask(c.supervisor, list, nil).path("phones", "totalCount"), 0)
	require.InDelta(t, 1, c.ask(c.stranger, list, nil).path("phones", "totalCount"), 0, "anna serves every agency, the supervisor does not")
	require.Equal(t, "UNAUTHENTICATED", c.ask("", list, nil).code())
	require.Equal(t, "FORBIDDEN", c.does(c.operator, `phoneUpdate(input: {phoneId: "`+id+`", active: false})`))
	require.Empty(t, c.does(c.admin, `phoneUpdate(input: {phoneId: "`+id+`", active: false})`))
	require.NotContains(t, c.logged.String(), first)
}
