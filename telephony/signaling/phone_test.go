package signaling_test

import (
	"context"
	"crypto/rand"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/signaling"
	"ekc/telephony/signaling/digest"
	"ekc/telephony/signaling/guard"
	"ekc/telephony/signaling/wire"
)

// accounts are passwords in plain, and one account as hashes.
type accounts map[string]string

func (a accounts) Secret(_ context.Context, user string) (signaling.Secret, error) {
	password, ok := a[user]
	if !ok {
		return signaling.Secret{}, signaling.ErrNoAccount
	}
	if user == "hashed" {
		return signaling.Secret{HA1SHA256: digest.HA1("SHA-256", user, "ekc", password)}, nil
	}
	return signaling.Secret{Password: password}, nil
}

type office struct {
	*centre
	*peer
	changes  chan signaling.Registration
	bindings *signaling.MemoryBindings
}

func newOffice(t *testing.T, change func(*signaling.Config)) *office {
	t.Helper()
	o := &office{changes: make(chan signaling.Registration, 64), bindings: signaling.NewMemoryBindings()}
	o.centre = newCentre(t, func(config *signaling.Config) {
		config.Timers = fast
		config.Accounts = accounts{"operator": "secret", "hashed": "other", "second": "third"}
		config.Bindings = o.bindings
		config.OnRegistration = func(r signaling.Registration) { o.changes <- r }
		config.ServiceNumber = func(number string) bool { return number == "88006000000" }
		if change != nil {
			change(config)
		}
	})
	o.peer = newPeer(t, o.centre)
	return o
}

// phone is a call of an account: its requests name it.
func (o *office) phone(user string) *call {
	k := o.newCall()
	k.from = "<sip:" + user + "@ekc>;tag=phone"
	k.to, k.uri = "<sip:"+user+"@ekc>", "sip:ekc"
	return k
}

// authorized answers the challenge and sends the request again.
func (c *call) authorized(m, challenge *wire.Message, user, password string, headers ...string) *wire.Message {
	c.t.Helper()
	value, _, err := digest.Answer(challenge.All("WWW-Authenticate"), m.Method, m.RawURI, user, password)
	require.NoError(c.t, err)
	c.cseq++
	again := c.make(m.Method, c.cseq, string(m.Body), append(headers, "Authorization: "+value)...)
	c.write(again)
	return again
}

func (o *office) registered(k *call, user, password string, headers ...string) *wire.Message {
	o.peer.t.Helper()
	m := k.send("REGISTER", "", headers...)
	challenge := o.response("REGISTER", 401)
	require.Len(o.peer.t, challenge.All("WWW-Authenticate"), 2)
	k.authorized(m, challenge, user, password, headers...)
	return o.response("REGISTER", 200)
}

func TestRegister(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	k := o.phone("operator")
	contact := "Contact: <sip:operator@10.0.0.7:5060>;q=0.5;+sip.instance=\"<urn:uuid:1>\""
	m := o.registered(k, "operator", "secret", contact, "Expires: 7200")
	require.Contains(t, m.Get("Contact"), "expires=3600", "not longer than the limit")
	b := (<-o.changes).Binding
	require.Equal(t, "sip:operator@10.0.0.7:5060", b.Contact)
	require.Equal(t, "<urn:uuid:1>", b.Instance)
	require.Equal(t, 500, b.Q)
	require.Equal(t, o.peer.address(), b.Source)

	second := o.phone("operator")
	m = o.registered(second, "operator", "secret", "Contact: <sip:operator@10.0.0.8>")
	require.Len(t, m.All("Contact"), 2)
	<-o.changes
	list, err := o.bindings.List(t.Context(), "operator", time.Now())
	require.NoError(t, err)
	require.Equal(t, "sip:operator@10.0.0.8", list[0].Contact, "the preferred one first")

	m = o.registered(k, "operator", "secret", "Contact: <sip:operator@10.0.0.7:5061>;+sip.instance=\"<urn:uuid:1>\"")
	require.Len(t, m.All("Contact"), 2, "the same device moved")
	<-o.changes

	m = o.registered(second, "operator", "secret", "Contact: <sip:operator@10.0.0.8>;expires=0")
	require.Len(t, m.All("Contact"), 1)
	require.True(t, (<-o.changes).Gone)

	m = o.registered(k, "operator", "secret", "Contact: *", "Expires: 0")
	require.Empty(t, m.All("Contact"))
	require.True(t, (<-o.changes).Gone)
	require.Zero(t, o.Metrics().Registered)
	require.Equal(t, uint64(5), o.Metrics().Registrations)
}

func TestRegisterRefusals(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	try := func(status int, user, password string, headers ...string) *wire.Message {
		k := o.phone("operator")
		m := k.send("REGISTER", "", headers...)
		k.authorized(m, o.response("REGISTER", 401), user, password, headers...)
		return o.response("REGISTER", status)
	}
	try(403, "operator", "wrong")
	try(403, "nobody", "secret")
	try(403, "second", "third", "Contact: <sip:x@10.0.0.1>") // registers another's name
	require.Equal(t, "60", try(423, "operator", "secret", "Contact: <sip:x@10.0.0.1>;expires=10").Get("Min-Expires"))
	try(400, "operator", "secret", "Contact: *", "Expires: 5")
	require.Equal(t, uint64(2), o.Metrics().AuthFail)
	list, err := o.bindings.List(t.Context(), "operator", time.Now())
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestCredentialsAreGoodOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	k := o.phone("hashed")
	m := k.send("REGISTER", "", "Contact: <sip:x@10.0.0.1>")
	again := k.authorized(m, o.response("REGISTER", 401), "hashed", "other", "Contact: <sip:x@10.0.0.1>")
	o.response("REGISTER", 200)
	k.cseq++
	replayed := k.make("REGISTER", k.cseq, "", "Contact: <sip:thief@203.0.113.1>", "Authorization: "+again.Get("Authorization"))
	k.write(replayed)
	require.Contains(t, o.response("REGISTER", 401).Get("WWW-Authenticate"), "stale=TRUE")
}

func TestPhoneCalls(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	k := o.phone("operator")
	o.registered(k, "operator", "secret", "Contact: <sip:operator@"+o.peer.address()+">")
	k = o.phone("operator")
	k.uri = "sip:101@ekc"
	k.begin(offerSDP)
	challenge := o.response("INVITE", 401)
	k.refused(challenge)
	k.authorized(k.invite, challenge, "operator", "secret")
	l := o.incoming(t)
	require.Equal(t, signaling.FromPhone, l.call.Origin)
	require.Equal(t, "operator", l.call.Account)
	require.Equal(t, "101", l.call.To.Number)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	k.follow(o.response("INVITE", 200))
	k.ack(k.cseq, "")
	next[signaling.Confirmed](t, l)

	k.send("REFER", "", "Refer-To: <sip:102@ekc?Replaces=abc%3Bto-tag%3D1%3Bfrom-tag%3D2>", "Referred-By: <sip:operator@ekc>")
	e := next[signaling.Referred](t, l)
	require.Equal(t, "102", e.User)
	require.Equal(t, &signaling.Replaces{CallID: "abc", ToTag: "1", FromTag: "2"}, e.Replaces)
	require.NoError(t, l.AcceptRefer())
	notify := o.request("NOTIFY")
	require.Equal(t, "SIP/2.0 100 Trying\r\n", string(notify.Body))
	o.reply(notify, 200, "")
	require.NoError(t, l.NotifyRefer(200, ""))
	notify = o.request("NOTIFY")
	require.Equal(t, "terminated;reason=noresource", notify.Get("Subscription-State"))
	o.reply(notify, 200, "")
	require.ErrorIs(t, l.NotifyRefer(200, ""), signaling.ErrState)
	k.send("REFER", "", "Refer-To: sip:103@ekc")
	next[signaling.Referred](t, l)
	require.NoError(t, l.RefuseRefer(603))
	o.pass(func(m *wire.Message) bool { return m.CSeqMethod == "REFER" && m.Status == 603 })
}

func TestReplaces(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	invite := func(headers ...string) *call {
		k := o.phone("operator")
		k.uri = "sip:101@ekc"
		k.begin(offerSDP)
		challenge := o.pass(func(m *wire.Message) bool { return m.CallID == k.callID && m.Status == 401 })
		k.refused(challenge)
		k.invite = k.authorized(k.invite, challenge, "operator", "secret", headers...)
		return k
	}
	first := invite()
	l := o.incoming(t)
	require.NoError(t, l.Answer([]byte(answerSDP)))
	m := o.response("INVITE", 200)
	first.follow(m)
	first.ack(first.cseq, "")
	next[signaling.Confirmed](t, l)
	invite("Replaces: " + first.callID + ";to-tag=" + m.To.Tag() + ";from-tag=phone")
	replacing := o.incoming(t)
	require.Same(t, l.Dialog, replacing.call.Replaced)
	for value, status := range map[string]int{
		first.callID + ";to-tag=other;from-tag=phone":                         481,
		first.callID + ";to-tag=" + m.To.Tag() + ";from-tag=phone;early-only": 486, // it is answered already
		"nonsense": 400,
	} {
		k := invite("Replaces: " + value)
		k.refused(o.pass(func(m *wire.Message) bool { return m.CallID == k.callID && m.Status == status }))
	}
	require.Empty(t, o.calls)
}

func TestCallToPhoneGoesBackOverItsFlow(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	k := o.phone("operator")
	o.registered(k, "operator", "secret", "Contact: <sip:operator@10.9.8.7:5060>", "Path: <sip:edge.example.com;lr>")
	list, err := o.bindings.List(t.Context(), "operator", time.Now())
	require.NoError(t, err)
	l := newLeg()
	l.Dialog, err = o.Call(signaling.CallRequest{
		Device: &list[0], From: "+79161234567", Display: "Citizen", Offer: []byte(offerSDP), Sink: l.sink,
	})
	require.NoError(t, err)
	m := o.request("INVITE")
	require.Equal(t, "sip:operator@10.9.8.7:5060", m.RawURI)
	require.Equal(t, "<sip:edge.example.com;lr>", m.Get("Route"))
	o.reply(m, 200, answerSDP)
	o.request("ACK")
	next[signaling.Answered](t, l)

	gone := list[0]
	gone.Transport = signaling.TCP
	_, err = o.Call(signaling.CallRequest{Device: &gone})
	require.ErrorIs(t, err, signaling.ErrUnreachable)
}

func TestLostPhoneIsForgotten(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(config *signaling.Config) { config.Ping = 20 * time.Millisecond })
	k := o.phone("operator")
	o.registered(k, "operator", "secret", "Contact: <sip:operator@"+o.peer.address()+">")
	require.False(t, (<-o.changes).Gone)
	options := o.request("OPTIONS")
	require.Equal(t, "sip:operator@"+o.peer.address(), options.RawURI)
	require.True(t, (<-o.changes).Gone, "two OPTIONS without an answer")
	list, err := o.bindings.List(t.Context(), "operator", time.Now())
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestStrangersReachOnlyServiceNumbers(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	k := o.newCall()
	k.begin(offerSDP)
	l := o.incoming(t)
	require.Equal(t, signaling.FromUnknown, l.call.Origin)
	require.NoError(t, l.Reject(486, ""))
	k.refused(o.response("INVITE", 486))
	k = o.newCall()
	k.uri = "sip:900442012345678@ekc"
	k.begin(offerSDP)
	k.refused(o.response("INVITE", 401))
	require.Empty(t, o.calls)
}

func TestTrunkWithPasswordForIncomingCalls(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	c.trunk(t, p.address(), func(tr *signaling.Trunk) { tr.InboundUser, tr.InboundPassword = "carrier", "pw" })
	k := p.newCall()
	k.begin(offerSDP)
	challenge := p.response("INVITE", 401)
	k.refused(challenge)
	k.authorized(k.invite, challenge, "carrier", "pw")
	require.Equal(t, "carrier", c.incoming(t).call.TrunkID)
}

func TestCallerIdentity(t *testing.T) {
	t.Parallel()
	c, p := fastCentre(t)
	identity := func(trusted bool, headers ...string) signaling.Party {
		c.trunk(t, p.address(), func(tr *signaling.Trunk) { tr.Trusted = trusted })
		k := p.newCall()
		k.begin(offerSDP, headers...)
		l := c.incoming(t)
		require.NoError(t, l.Reject(480, ""))
		k.refused(p.response("INVITE", 480))
		return l.call.From
	}
	pai := `P-Asserted-Identity: "A" <sip:89001112233@carrier>, <tel:+7-900-111-22-33>`
	require.Equal(t, "+79001112233", identity(true, pai).Number)
	require.Equal(t, "+79161234567", identity(false, pai).Number)
	hidden := identity(true, pai, "Privacy: id", `From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=x`)
	require.True(t, hidden.Anonymous)
	require.Equal(t, "+79001112233", hidden.Number, "the centre is told, and told to keep it to itself")
	require.Equal(t, signaling.Party{
		Display: "Anonymous", URI: "sip:anonymous@anonymous.invalid", Anonymous: true,
	}, identity(false, pai, `From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=x`))
}

func TestScannersGetSilence(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	k := o.newCall()
	k.send("OPTIONS", "", "User-Agent: friendly-scanner")
	eventually(t, func() bool { return o.Metrics().Banned == 1 }, "the scanner is banned")
	k.send("OPTIONS", "") // the address is banned now
	require.Nil(t, o.tryRead(150*time.Millisecond))
	require.Equal(t, uint64(1), o.Metrics().Dropped)
}

func TestRepeatedFailuresBan(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(config *signaling.Config) { config.Guard = guard.Limits{Strikes: 3} })
	for range 3 {
		k := o.phone("operator")
		m := k.send("REGISTER", "")
		k.authorized(m, o.response("REGISTER", 401), "operator", "guess")
		o.response("REGISTER", 403)
	}
	k := o.phone("operator")
	k.send("REGISTER", "")
	require.Nil(t, o.tryRead(150*time.Millisecond))
	require.Equal(t, uint64(1), o.Metrics().Bans)
}

func TestFloodIsSlowed(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(config *signaling.Config) { config.Guard = guard.Limits{Rate: 1, Burst: 10} })
	k := o.newCall()
	for range 50 {
		k.send("OPTIONS", "")
	}
	for range 10 {
		o.response("OPTIONS", 200)
	}
	eventually(t, func() bool { return o.Metrics().Dropped >= 35 }, "the rest is dropped")
	prefix := netip.MustParsePrefix("127.0.0.1/32")
	require.NoError(t, o.SetTrunks([]signaling.Trunk{{ID: "t", Sources: []netip.Prefix{prefix}}}))
	k.send("OPTIONS", "") // a carrier is not limited
	o.response("OPTIONS", 200)
}

func TestDialogLimit(t *testing.T) {
	t.Parallel()
	c := newCentre(t, func(config *signaling.Config) { config.Dialogs = 1 })
	p := newPeer(t, c)
	c.trunk(t, p.address(), nil)
	up(t, c, p)
	k := p.newCall()
	k.begin(offerSDP)
	require.NotEmpty(t, p.response("INVITE", 503).Get("Retry-After"))
}

func TestNonceCountsAndAge(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	v, err := digest.NewVerifier("ekc", time.Minute, 4, func() time.Time { return now }, rand.Reader)
	require.NoError(t, err)
	ask := func(nonceFrom []string) string {
		value, _, err := digest.Answer(nonceFrom, "INVITE", "sip:x", "u", "p")
		require.NoError(t, err)
		return value
	}
	check := func(value string) digest.Result {
		claim, ok := v.Claim([]string{value})
		require.True(t, ok)
		return v.Verify(claim, "INVITE", func(a string) string { return digest.HA1(a, "u", "ekc", "p") },
			func(uri string) bool { return uri == "sip:x" })
	}
	challenges, err := v.Challenges(false)
	require.NoError(t, err)
	first := ask(challenges)
	require.Equal(t, digest.Valid, check(first))
	require.Equal(t, digest.Stale, check(first), "a count is good once")
	require.Equal(t, digest.Valid, check(ask(mustChallenge(t, v)[1:])), "MD5 too")
	old := mustChallenge(t, v)
	now = now.Add(2 * time.Minute)
	require.Equal(t, digest.Stale, check(ask(old)))
	for range 20 { // more nonces than are remembered
		now = now.Add(time.Millisecond)
		value := ask(mustChallenge(t, v))
		require.Equal(t, digest.Valid, check(value))
		require.Equal(t, digest.Stale, check(value))
		require.Equal(t, digest.Stale, check(first))
	}
	forged := strings.Replace(ask(mustChallenge(t, v)), `uri="sip:x"`, `uri="sip:y"`, 1)
	require.Equal(t, digest.Wrong, check(forged))
}

func mustChallenge(t *testing.T, v *digest.Verifier) []string {
	t.Helper()
	c, err := v.Challenges(false)
	require.NoError(t, err)
	return c
}
