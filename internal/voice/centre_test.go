package voice_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent/menuversion"
	"ekc/ent/offer"
	"ekc/ent/phonebinding"
	"ekc/ent/segment"
	"ekc/internal/fail"
	"ekc/internal/voice"
	"ekc/internal/voice/secret"
	"ekc/routing/timetable"
	"ekc/telephony"
	"ekc/telephony/signaling"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"8 (916) 123-45-67": "+79161234567", "79161234567": "+79161234567", "9161234567": "+79161234567", "+79161234567": "+79161234567",
		"810 375 17 123 45 67": "+375171234567", "0049301234567": "+49301234567",
		"112": "", "sip:user": "", "": "", "+0123456789": "", "8916123456": "+78916123456",
	} {
		got, ok := voice.E164(in)
		require.Equal(t, want != "", ok, in)
		if ok {
			require.Equal(t, want, got, in)
		}
	}
	for number, ordinary := range map[string]bool{
		"+79161234567": true, "+74951234567": true, "+78121234567": true, "+73431234567": true,
		"+78006000000": false, "+78091234567": false, "+78031234567": false, "+77271234567": false, "+882161234567": false, "+375171234567": false,
	} {
		require.Equal(t, ordinary, voice.Ordinary(number), number)
	}
}

func TestDecentHours(t *testing.T) {
	t.Parallel()
	kamchatka, err := time.LoadLocation("Asia/Kamchatka") // UTC+12
	require.NoError(t, err)
	for at, want := range map[string]string{
		"2026-11-24T20:59:59Z": "2026-11-24T21:00:00Z", // 8:59 there
		"2026-11-24T21:00:00Z": "2026-11-24T21:00:00Z",
		"2026-11-25T07:59:00Z": "2026-11-25T07:59:00Z", // 19:59
		"2026-11-25T08:00:00Z": "2026-11-25T21:00:00Z",
		"2026-11-24T12:00:00Z": "2026-11-24T21:00:00Z", // midnight
	} {
		instant, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		require.Equal(t, want, voice.Decent(instant, kamchatka).UTC().Format(time.RFC3339), at)
	}
}

func TestCallFromMenuToWrapUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.operator("anna", w.line1)
	id := w.caller("+79161234567")
	again, err := w.voice.Begin(w.Context(), telephony.NewCall{ID: "call-1", Node: w.voice.Node(), Caller: "+79161234567", At: w.clock.Now()})
	require.NoError(t, err)
	require.Equal(t, id, again, "one call, one enquiry")

	require.NoError(t, w.voice.Collect(w.Context(), id, telephony.Collected{Topic: "Пенсии", Steps: []telephony.Step{
		{At: w.clock.Now(), Node: "greeting", Type: "say"},
		{At: w.clock.Now(), Node: "agency", Type: "menu", Input: "1"},
	}}))
	answer, err := w.voice.Ask(w.Context(), id, "Как оформить пенсию?")
	require.NoError(t, err)
	require.Equal(t, telephony.Answer{Kind: telephony.AnswerTold, Text: "Подайте заявление.", RecordVersionID: "ver-1", Line: 1}, answer)
	repeated, err := w.voice.Ask(w.Context(), id, "Как оформить пенсию?")
	require.NoError(t, err)
	require.Equal(t, answer, repeated)
	require.NoError(t, w.voice.Helped(w.Context(), id, "ver-1", false))
	lost, err := w.voice.Ask(w.Context(), id, "Хочу поговорить с оператором")
	require.NoError(t, err)
	require.Equal(t, telephony.AnswerHandOver, lost.Kind)
	require.Equal(t, "WITH_ASSISTANT", w.state(id))

	for range 2 {
		q, err := w.voice.Enqueue(w.Context(), id, telephony.Wish{Line: lost.Line})
		require.NoError(t, err)
		require.Equal(t, w.line1.Code, q.QueueCode)
	}
	place, err := w.voice.Place(w.Context(), id)
	require.NoError(t, err)
	require.Equal(t, 1, place.Position)
	require.Equal(t, []string{
		"Меню: agency", "1", "Как оформить пенсию?", "Подайте заявление.", "Хочу поговорить с оператором", "Звонок передан в очередь.",
	}, w.texts(id), "the operator sees it before picking up")

	o := w.offered(id)
	require.Equal(t, fail.NotFound, fail.CodeOf(w.voice.PickedUp(w.Context(), o.ID, "acc_other")))
	for range 2 {
		require.NoError(t, w.voice.PickedUp(w.Context(), o.ID, a.ID))
	}
	for range 2 {
		require.NoError(t, w.voice.Held(w.Context(), id, a.ID, true))
		require.Equal(t, "HELD", w.state(id))
	}
	require.NoError(t, w.voice.Held(w.Context(), id, a.ID, false))
	require.Equal(t, fail.NotFound, fail.CodeOf(w.voice.Held(w.Context(), id, "acc_other", true)))
	for range 2 {
		require.NoError(t, w.voice.OperatorHungUp(w.Context(), id, a.ID))
		require.Equal(t, "WRAP_UP", w.state(id))
	}
	for range 2 {
		require.NoError(t, w.voice.Rate(w.Context(), id, 5))
	}
	for range 2 {
		w.ended(id, telephony.EndByOperator, 0)
	}
	require.Equal(t, "operator", w.call(id).EndCause)
	require.Zero(t, w.client.Callback.Query().CountX(w.system))
	kinds := []segment.Kind{}
	for _, s := range w.client.Segment.Query().Where(segment.InteractionID(id)).Order(segment.ByID()).AllX(w.system) {
		kinds = append(kinds, s.Kind)
	}
	require.Equal(t, []segment.Kind{"ASSISTANT", "QUEUE", "OFFER", "TALK", "HOLD", "TALK", "WRAP_UP"}, kinds)
}

func TestClosedLineTakesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hours := w.client.BusinessHours.Create().SetName("утро").SetTimeZone("Europe/Moscow").
		SetPeriods([]timetable.Period{{Weekday: 3, From: 8 * 60, To: 9 * 60}}).SaveX(w.system) // Wednesday; it is Tuesday noon
	w.client.Queue.UpdateOne(w.line1).SetBusinessHoursID(hours.ID).ExecX(w.system)
	w.client.Region.Create().SetCode("41").SetName("k").SetTimeZone("Asia/Kamchatka").ExecX(w.system)
	id := w.caller("+79161234567")
	q, err := w.voice.Enqueue(w.Context(), id, telephony.Wish{Line: 1, RegionCode: "41"})
	require.NoError(t, err)
	require.False(t, q.Open)
	require.Equal(t, "2026-11-25T17:00:00+12:00", q.Next.Format(time.RFC3339), "told in the caller's time")
	require.Equal(t, "WITH_ASSISTANT", w.state(id))
	h, err := w.voice.Open(w.Context(), "утро", telephony.Wish{})
	require.NoError(t, err)
	require.False(t, h.Open)
	_, err = w.voice.Open(w.Context(), "нет такого", telephony.Wish{})
	require.Equal(t, fail.NotFound, fail.CodeOf(err))

	require.NoError(t, w.voice.Callback(w.Context(), id, "+79161234567"), "who cannot wait is called back")
	require.Equal(t, "QUEUED", w.state(id))
}

func TestFlowIsThePublishedMenuOfTheNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	menu := w.client.Menu.Create().SetCode("main").SetName("m").SaveX(w.system)
	w.client.ServiceNumber.Create().SetNumber("+78006000000").SetName("n").SetMenuID(menu.ID).ExecX(w.system)
	_, _, err := w.voice.Flow(w.Context(), "88006000000")
	require.Equal(t, fail.NotFound, fail.CodeOf(err), "a draft is not for callers")
	v := w.client.MenuVersion.Create().SetMenuID(menu.ID).SetNumber(1).SetState(menuversion.StatePublished).
		SetDocument([]byte(`{"start":"x"}`)).SaveX(w.system)
	flow, version, err := w.voice.Flow(w.Context(), "88006000000")
	require.NoError(t, err)
	require.JSONEq(t, `{"start":"x"}`, string(flow))
	require.Equal(t, v.ID, version)
	_, _, err = w.voice.Flow(w.Context(), "+74951234567")
	require.Equal(t, fail.NotFound, fail.CodeOf(err))
}

func TestPhonesRegister(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.operator("anna", w.line1)
	weak, strong := secret.HA1("anna", secret.Realm, "geheim")
	w.client.Phone.Create().SetAccountID(a.ID).SetUsername("anna").SetRealm(secret.Realm).SetHa1Md5(weak).SetHa1Sha256(strong).ExecX(w.system)
	s, err := w.voice.Secret(w.Context(), "Anna")
	require.NoError(t, err)
	require.Equal(t, signaling.Secret{HA1MD5: weak, HA1SHA256: strong}, s)
	_, err = w.voice.Secret(w.Context(), "nobody")
	require.ErrorIs(t, err, signaling.ErrNoAccount)

	b := signaling.Binding{
		Account: "anna", Contact: "sip:anna@192.0.2.1:5060", Instance: "<urn:uuid:1>", Path: []string{"<sip:p;lr>"}, Transport: signaling.UDP,
		Source: "192.0.2.1:5060", Local: "192.0.2.9:5060", CallID: "c", CSeq: 4_000_000_000, UserAgent: "test", Q: 500,
		Updated: w.clock.Now(), Expires: w.clock.Now().Add(time.Minute),
	}
	require.NoError(t, w.voice.Save(w.Context(), b))
	moved := b
	moved.Contact, moved.Source = "sip:anna@192.0.2.2:5060", "192.0.2.2:5060"
	require.NoError(t, w.voice.Save(w.Context(), moved), "the same device at another address")
	other := b
	other.Contact, other.Instance, other.Q, other.Transport = "sip:anna@192.0.2.3", "", 1000, signaling.TCP
	require.NoError(t, w.voice.Save(w.Context(), other))
	got, err := w.voice.List(w.Context(), "anna", w.clock.Now())
	require.NoError(t, err)
	require.Equal(t, []signaling.Binding{other, moved}, utc(got))
	far, _ := w.node()
	reach, err := far.Phones(w.Context(), a.ID)
	require.NoError(t, err)
	require.Equal(t, []signaling.Binding{moved}, utc(reach), "a stream belongs to the node that has it")
	require.ErrorIs(t, w.voice.Save(w.Context(), signaling.Binding{Account: "nobody"}), signaling.ErrNoAccount)
	require.NoError(t, w.voice.Delete(w.Context(), "anna", other.Contact))
	require.NoError(t, w.voice.Delete(w.Context(), "anna", "*"))
	require.NoError(t, w.voice.Delete(w.Context(), "nobody", "*"))
	require.Zero(t, w.client.PhoneBinding.Query().Where(phonebinding.AccountID(a.ID)).CountX(w.system))
}

func utc(all []signaling.Binding) []signaling.Binding {
	for i := range all {
		all[i].Updated, all[i].Expires = all[i].Updated.UTC(), all[i].Expires.UTC()
	}
	return all
}

func TestTransferByKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.operator("anna", w.line1)
	id := w.waiting("+79161234567")
	w.talk(id)
	require.Equal(t, fail.Invalid, fail.CodeOf(w.voice.TransferTo(w.Context(), id, a.ID, "nobody")))
	require.Equal(t, fail.Forbidden, fail.CodeOf(w.voice.TransferTo(w.Context(), id, a.ID, "88091234567")), "no toll calls")
	require.NoError(t, w.voice.TransferTo(w.Context(), id, a.ID, "line2"))
	require.Equal(t, "QUEUED", w.state(id))
	require.Equal(t, w.line2.ID, w.get(id).QueueID)

	next := w.waiting("+79161234568")
	w.talk(next)
	b := w.operator("boris", w.line1)
	require.NoError(t, w.voice.TransferTo(w.Context(), next, a.ID, "boris"))
	require.Equal(t, "OFFERED", w.state(next))
	require.Equal(t, b.ID, w.client.Offer.Query().Where(offer.StateEQ(offer.StatePending)).OnlyX(w.system).AccountID)
}

func TestOperatorDials(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.operator("anna", w.line1)
	w.client.Phone.Create().SetAccountID(a.ID).SetUsername("anna").SetRealm("ekc").SetHa1Md5("0").SetHa1Sha256("0").ExecX(w.system)
	w.client.ServiceNumber.Create().SetNumber("+78006000000").SetName("n").SetOutbound(true).ExecX(w.system)
	for number, code := range map[string]fail.Code{"112": fail.Invalid, "+882161234567": fail.Forbidden, "88001234567": fail.Forbidden} {
		_, err := w.voice.Dialled(w.Context(), "anna", number)
		require.Equal(t, code, fail.CodeOf(err), number)
	}
	_, err := w.voice.Dialled(w.Context(), "stranger", "+79161234567")
	require.Equal(t, fail.Forbidden, fail.CodeOf(err))
	r, err := w.voice.Dialled(w.Context(), "anna", "8 916 123-45-67")
	require.NoError(t, err)
	require.Equal(t, telephony.CallRequest{InteractionID: r.InteractionID, Number: "+79161234567", From: "+78006000000", AccountID: a.ID}, r)
	require.Equal(t, "ACTIVE", w.state(r.InteractionID))
	_, err = w.voice.Dialled(w.Context(), "anna", "+79161234568")
	require.Equal(t, fail.Conflict, fail.CodeOf(err), "one call at once")

	require.NoError(t, w.voice.Leg(w.Context(), telephony.LegReport{
		ID: "x-1", CallID: "x", InteractionID: r.InteractionID, Kind: "trunk", Role: "citizen", BeganAt: w.clock.Now(),
	}))
	w.ended(r.InteractionID, telephony.EndUnanswered, 486)
	require.Equal(t, "WRAP_UP", w.state(r.InteractionID), "the operator records that nobody answered")
	require.Equal(t, 486, w.call(r.InteractionID).SipCode)
	require.Equal(t, "+79161234567", w.citizenNumber(r.InteractionID))
	require.Equal(t, []string{"+78006000000", ""}, []string{w.call(r.InteractionID).Caller, w.call(r.InteractionID).Called}, "only the centre's own in clear")
}

func TestLegsAndRecordingsAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.waiting("+79161234567")
	at := w.clock.Now()
	leg := telephony.LegReport{ID: "call-1-1", CallID: "call-1", InteractionID: id, Kind: "trunk", Role: "citizen", Number: "+79161234567", BeganAt: at}
	require.NoError(t, w.voice.Leg(w.Context(), leg))
	end := at.Add(time.Minute)
	leg.AnsweredAt, leg.EndedAt, leg.EndCause, leg.Codec = &at, &end, "hung up by the party", "PCMA"
	leg.Sent, leg.Received, leg.Lost, leg.Jitter, leg.MOS = 3000, 2990, 10, 1500*time.Microsecond, 4.1
	for range 2 {
		require.NoError(t, w.voice.Leg(w.Context(), leg))
	}
	kept := w.client.CallLeg.Query().OnlyX(w.system)
	require.InDelta(t, 1.5, kept.JitterMs, 1e-9)
	require.Equal(t, int64(10), kept.PacketsLost)
	require.Equal(t, fail.Invalid, fail.CodeOf(w.voice.Leg(w.Context(), telephony.LegReport{ID: "y", CallID: "call-1", Kind: "fax", Role: "citizen"})))

	r := telephony.RecordingReport{ID: "call-1-r", CallID: "call-1", Object: "2026/11/call-1-r.wav", SHA256: "00", Bytes: 44, BeganAt: at, Length: time.Minute}
	for range 2 {
		require.NoError(t, w.voice.Recorded(w.Context(), r), "the call's id says whose it is")
	}
	tape := w.client.Recording.Query().OnlyX(w.system)
	require.Equal(t, id, tape.InteractionID)
	require.True(t, tape.DestroyAfter.After(at.Add(180*24*time.Hour)))
	r.CallID = "unknown"
	require.Equal(t, fail.NotFound, fail.CodeOf(w.voice.Recorded(w.Context(), telephony.RecordingReport{ID: "z", CallID: "unknown"})))
}

func TestDecisionsReachTheSwitchboard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(w.Context())
	done := make(chan error, 1)
	go func() { done <- w.voice.Run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-done) })
	a := w.operator("anna", w.line1)
	id := w.caller("+79161234567")
	w.board.up(id)
	_, err := w.voice.Enqueue(w.Context(), id, telephony.Wish{Line: 1})
	require.NoError(t, err)
	w.eventually(func() bool { _, ok := w.board.told(id, "QUEUED"); return ok })
	o := w.offered(id)
	w.eventually(func() bool {
		c, ok := w.board.told(id, "OFFERED")
		return ok && c.OfferID == o.ID && c.OfferedTo == a.ID
	})
	require.NoError(t, w.voice.PickedUp(w.Context(), o.ID, a.ID))
	w.eventually(func() bool { c, ok := w.board.told(id, "ACTIVE"); return ok && c.OperatorID == a.ID && c.Position > 0 })
	seen := w.client.ServerNode.Query().OnlyX(w.system)
	require.Equal(t, w.voice.Node(), seen.ID)
}

// eventually waits for a condition, at most ten seconds.
func (w *world) eventually(is func() bool) {
	w.Helper()
	require.Eventually(w, is, 10*time.Second, 5*time.Millisecond)
}
