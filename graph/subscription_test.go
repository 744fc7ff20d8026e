package graph_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent/account"
)

const followDialogue = `subscription($i: ID!, $a: EventCursor) { dialogue(interactionId: $i, after: $a) { __typename cursor at
	... on MessageAdded { interactionId message { text author sequence operator { displayName } attachments { id } } }
	... on InteractionChanged { interaction { state operator { displayName } note citizen { id } agency { code } } }
	... on Typing { author } ... on QueuePositionChanged { position expectedWaitSeconds } } }`

const followDesk = `subscription($a: EventCursor) { desk(after: $a) { __typename cursor
	... on MessageAdded { message { text author } } ... on InteractionChanged { interaction { id state } }
	... on OfferChanged { offer { state interaction { id messages(last: 5) { edges { node { text } } } } } }
	... on PresenceChanged { presence { state chats } } ... on Typing { author } } }`

const followBoard = `subscription($a: EventCursor) { board(after: $a) { __typename cursor
	... on QueueChanged { queue { code figures { waiting active } } } ... on PresenceChanged { presence { state chats operator { displayName } } } } }`

func (w *world) say(token, id, text string) {
	w.Helper()
	got := w.ask(token, `mutation($i: ID!, $t: String) { messageSend(input: {interactionId: $i, text: $t}) { message { id } userErrors { message } } }`,
		map[string]any{"i": id, "t": text})
	require.NotNil(w, got.path("messageSend", "message"), got.raw)
}

// until reads events until one is of the type.
func (s *socket) until(field, typename string) map[string]any {
	s.t.Helper()
	for {
		if e := s.event(field); e["__typename"] == typename {
			return e
		}
	}
}

func TestDialogueIsFollowedWithoutGapOrRepeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, operator := w.operator("operator", w.line1)
	id, citizen := w.talk(operator)
	cursor := w.ask(citizen, `query($i: ID!) { interaction(id: $i) { cursor state } }`, map[string]any{"i": id}).path("interaction", "cursor")
	w.say(operator, id, "один")
	s := w.connect(citizen)
	s.subscribe("1", followDialogue, map[string]any{"i": id, "a": cursor})
	first := s.until("dialogue", "MessageAdded")
	for first["message"].(map[string]any)["text"] != "один" { // said between the query and the subscription
		first = s.until("dialogue", "MessageAdded")
	}
	require.Equal(t, "Сотрудник operator", first["message"].(map[string]any)["operator"].(map[string]any)["displayName"])
	w.say(citizen, id, "два")
	require.Equal(t, "два", s.until("dialogue", "MessageAdded")["message"].(map[string]any)["text"])
	require.NoError(t, s.conn.Close())
	w.say(operator, id, "три")
	w.say(operator, id, "четыре")
	s = w.connect(citizen)
	s.subscribe("1", followDialogue, map[string]any{"i": id, "a": first["cursor"]})
	for _, want := range []string{"два", "три", "четыре"} {
		require.Equal(t, want, s.until("dialogue", "MessageAdded")["message"].(map[string]any)["text"])
	}
	w.ask(operator, `mutation($i: ID!) { typingSignal(input: {interactionId: $i}) { userErrors { message } } }`, map[string]any{"i": id})
	require.Equal(t, "OPERATOR", s.until("dialogue", "Typing")["author"])
	got := w.ask(operator, `mutation($i: ID!) { interactionHold(input: {interactionId: $i}) { interaction { state } userErrors { message } } }`, map[string]any{"i": id})
	require.Equal(t, "HELD", got.path("interactionHold", "interaction", "state"), got.raw)
	changed := s.until("dialogue", "InteractionChanged")["interaction"].(map[string]any)
	require.Equal(t, "HELD", changed["state"])
	require.Nil(t, changed["citizen"])
}

// hear reads a desk until the words were said.
func (s *socket) hear(text string) {
	s.t.Helper()
	heard := any(nil)
	for heard != text {
		heard = s.until("desk", "MessageAdded")["message"].(map[string]any)["text"]
	}
}

func TestDialogueRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.chat("")
	_, stranger := w.chat("")
	_, operator := w.operator("operator", w.line1)
	for name, c := range map[string]struct{ token, id, after, code string }{
		"a stranger":       {stranger, id, "", "NOT_FOUND"},
		"an operator":      {operator, id, "", "NOT_FOUND"},
		"nobody":           {"", id, "", "NOT_FOUND"},
		"none":             {operator, "int_01jd0000000000000000000000", "", "NOT_FOUND"},
		"no cursor":        {stranger, id, "nonsense", "INVALID"},
		"no identifier":    {operator, "x", "", "NOT_FOUND"},
		"a strange stream": {operator, w.pfr.ID, "", "NOT_FOUND"},
	} {
		s := w.connect(c.token)
		variables := map[string]any{"i": c.id}
		if c.after != "" {
			variables["a"] = c.after
		}
		s.subscribe("1", followDialogue, variables)
		f := s.next()
		require.Equal(t, "error", f.Type, name)
		require.Contains(t, string(f.Payload), c.code, name)
	}
	require.Eventually(t, func() bool { return w.log.Streams() == 0 }, patience, 10*time.Millisecond, "refused streams are left")
}

func TestPlaceInTheQueueIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, firstToken := w.chat("")
	second, secondToken := w.chat("")
	for id, token := range map[string]string{first: firstToken} {
		w.ask(token, `mutation($i: ID!) { handoverRequest(input: {interactionId: $i}) { userErrors { message } } }`, map[string]any{"i": id})
	}
	s := w.connect(secondToken)
	s.subscribe("1", followDialogue, map[string]any{"i": second})
	got := w.ask(secondToken, `mutation($i: ID!) { handoverRequest(input: {interactionId: $i}) { interaction { state queuePosition queue { code } } userErrors { message } } }`, map[string]any{"i": second})
	require.InDelta(t, 2, got.path("handoverRequest", "interaction", "queuePosition"), 0, got.raw)
	place := s.until("dialogue", "QueuePositionChanged")
	require.InDelta(t, 2, place["position"], 0)
	require.Nil(t, place["expectedWaitSeconds"], "nobody is signed in")
	w.ask(firstToken, `mutation($i: ID!) { chatEnd(input: {interactionId: $i}) { userErrors { message } } }`, map[string]any{"i": first})
	require.InDelta(t, 1, s.until("dialogue", "QueuePositionChanged")["position"], 0)
	w.operator("operator", w.line1)
	require.NoError(t, w.routing.Tick(w.system))
	offer := w.client.Offer.Query().OnlyX(w.system)
	ctx := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Account, AccountID: offer.AccountID, Grants: []viewer.Grant{{Role: viewer.Operator}}})
	_, err := w.routing.Accept(ctx, offer.ID)
	require.NoError(t, err)
	for {
		if place := s.until("dialogue", "QueuePositionChanged"); place["position"] == nil {
			break
		}
	}
}

func TestDeskFollowsOffersAndLosesWhatIsTransferred(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, operator := w.operator("operator", w.line1)
	s := w.connect(operator)
	cursor := w.ask(operator, "{ desk { cursor presence { state chats chatCapacity } } }", nil).path("desk", "cursor")
	id, citizen := w.talk(operator)
	s.subscribe("1", followDesk, map[string]any{"a": cursor})
	offer := s.until("desk", "OfferChanged")["offer"].(map[string]any)
	require.Equal(t, id, offer["interaction"].(map[string]any)["id"])
	w.say(citizen, id, "до передачи")
	s.hear("до передачи")
	dialogue := w.connect(operator)
	dialogue.subscribe("1", followDialogue, map[string]any{"i": id})
	dialogue.subscribe("q", "{ __typename }", nil)
	dialogue.next()
	dialogue.next()
	got := w.ask(operator, `mutation($i: ID!, $q: ID!) { interactionTransfer(input: {interactionId: $i, queueId: $q, note: "тайна"}) { interaction { state note } userErrors { message } } }`,
		map[string]any{"i": id, "q": w.line2.ID})
	require.Equal(t, "QUEUED", got.path("interactionTransfer", "interaction", "state"), got.raw)
	state := any(nil)
	for state != "QUEUED" {
		state = s.until("desk", "InteractionChanged")["interaction"].(map[string]any)["state"]
	}
	f := dialogue.next()
	require.Equal(t, "error", f.Type, string(f.Payload))
	require.Contains(t, string(f.Payload), "NOT_FOUND")
	w.say(citizen, id, "после передачи")
	w.ask(operator, "mutation { presenceSet(input: {state: OFFLINE}) { userErrors { message } } }", nil)
	for {
		e := s.event("desk")
		require.NotEqual(t, "MessageAdded", e["__typename"], "the words after the transfer are not the operator's")
		if e["__typename"] == "PresenceChanged" && e["presence"].(map[string]any)["state"] == "OFFLINE" {
			break
		}
	}
}

func TestBoardGathersChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, supervisor := w.account("supervisor", access.NewRole{Role: viewer.Supervisor})
	_, other := w.account("other", access.NewRole{Role: viewer.Supervisor, AgencyID: w.mse.ID, Line: 2})
	got := w.ask(supervisor, "{ board { cursor queues { code figures { waiting } } operators { state } } }", nil)
	require.Len(t, got.path("board", "queues"), 2, got.raw)
	s := w.connect(supervisor)
	s.subscribe("1", followBoard, map[string]any{"a": got.path("board", "cursor")})
	_, operator := w.operator("operator", w.line1)
	w.talk(operator)
	var cursors []string
	for {
		e := s.event("board")
		cursors = append(cursors, e["cursor"].(string))
		if q, ok := e["queue"].(map[string]any); ok {
			require.Equal(t, "chat-1", q["code"])
			if q["figures"].(map[string]any)["active"] == float64(1) {
				break
			}
		}
	}
	require.Less(t, len(cursors), 20)
	require.Empty(t, w.ask(other, "{ board { queues { code } } }", nil).path("board", "queues"), "of another agency and line")
	require.Equal(t, "FORBIDDEN", w.ask(operator, "{ board { cursor } }", nil).code())
	require.Equal(t, "UNAUTHENTICATED", w.ask("", "{ board { cursor } }", nil).code())
}

func TestBoardOfARoleThatWasTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, supervisor := w.account("supervisor", access.NewRole{Role: viewer.Supervisor})
	s := w.connect(supervisor)
	s.subscribe("1", followBoard, nil)
	s.subscribe("q", "{ __typename }", nil)
	s.next()
	s.next()
	role := w.client.Account.Query().Where(account.ID(a.ID)).QueryRoles().OnlyX(w.system)
	_, err := w.access.RevokeRole(w.system, role.ID)
	require.NoError(t, err)
	deadline := time.Now().Add(patience)
	errored := make(chan frame, 1)
	go func() { errored <- s.next() }()
	for i := 0; ; i++ {
		require.True(t, time.Now().Before(deadline))
		w.client.Queue.UpdateOne(w.line1).SetPriority(i % 100).ExecX(w.system)
		_, err := w.routing.UpdateQueue(viewer.AsSystem(t.Context()), w.line1.ID, routingSettings(i))
		require.NoError(t, err)
		select {
		case f := <-errored:
			if f.Type == "next" { // a moment before the role was missed
				go func() { errored <- s.next() }()
				continue
			}
			require.Equal(t, "error", f.Type, string(f.Payload))
			require.Contains(t, string(f.Payload), "FORBIDDEN")
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func TestEventStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t, short)
	_, operator := w.operator("operator", w.line1)
	id, citizen := w.talk(operator)
	body := `{"query":"subscription($i: ID!) { dialogue(interactionId: $i) { ... on MessageAdded { message { text } } } }","variables":{"i":"` + id + `"}}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/graphql", strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Authorization", "Bearer "+citizen)
	response, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(t, 200, response.StatusCode)
	require.Contains(t, response.Header.Get("Content-Type"), "text/event-stream")
	lines := bufio.NewScanner(response.Body)
	seek := func(text string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), text) {
				return
			}
		}
		t.Fatalf("no %q in the stream", text)
	}
	seek(": ping")
	w.say(operator, id, "здравствуйте")
	seek("event: next")
	seek(`{"data":{"dialogue":{"message":{"text":"здравствуйте"}}}}`)
	require.NoError(t, w.handler.Close(t.Context()))
	seek(`"code":"UNAVAILABLE","cursor":"`)
	seek("event: complete")
	got := w.post(`{"query":"subscription { desk { cursor } }"}`, header("Accept", "text/event-stream"))
	require.Equal(t, 503, got.status, "the server is stopping")
}

func TestEventStreamRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stream := header("Accept", "text/event-stream")
	require.Equal(t, 400, w.post(`{"query":"{ nothing }"}`, stream).status)
	require.Equal(t, 401, w.post(typename, stream, header("Authorization", "Bearer eka_x")).status)
	got := w.post(typename, stream)
	require.Equal(t, 200, got.status)
	require.Contains(t, got.raw, `data: {"data":{"__typename":"Query"}}`)
	require.Contains(t, w.post(`{"query":"subscription { desk { cursor } }"}`, stream).raw, "UNAUTHENTICATED")
}
