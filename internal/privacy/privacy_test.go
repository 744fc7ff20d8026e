package privacy_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/schema/field"
	"github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/assistantturn"
	"ekc/ent/call"
	"ekc/ent/callback"
	"ekc/ent/citizenrequest"
	"ekc/ent/destructionact"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/migrate"
	"ekc/interaction/dialogue"
	"ekc/internal/coretest"
	"ekc/internal/database"
	"ekc/internal/dataclass"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/pgtest"
	"ekc/internal/privacy"
	"ekc/internal/seal"
	"ekc/knowledge"
	"ekc/knowledge/improve"
	knowledgemigrations "ekc/migrations/knowledge"
)

// store is attachments and recordings in memory; fails makes so many removals fail.
type store struct {
	mu    sync.Mutex
	files map[string]string
	fails int
}

func (s *store) RemoveFile(id string) error { return s.Remove(context.Background(), id) }

func (s *store) Remove(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails > 0 {
		s.fails--
		return errors.New("the storage is away")
	}
	delete(s.files, key)
	return nil
}

func (s *store) OpenFile(id string) (io.ReadCloser, error) { return s.Open(context.Background(), id) }

type sound struct{ *strings.Reader }

func (sound) Close() error { return nil }

func (s *store) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, is := s.files[key]
	if !is {
		return nil, errors.New("no such file")
	}
	return sound{strings.NewReader(text)}, nil
}

type world struct {
	*testing.T
	core   *database.Core
	log    *eventlog.Log
	ring   *seal.Ring
	files  *store
	master seal.Master
	base   *improve.Store
	wrote  string          // the version of a record
	system context.Context //nolint:containedctx // of the test
	now    time.Time
	*privacy.Service
}

const phone = "+79161234567"

func phonePlace(id string) seal.Place {
	return seal.Place{Table: "citizens", Column: "phone_sealed", Row: id}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	core, log := coretest.New(t)
	master, _, err := seal.NewMaster()
	require.NoError(t, err)
	ring, err := seal.Open(t.Context(), core.Client, master)
	require.NoError(t, err)
	w := &world{
		T: t, core: core, log: log, ring: ring, master: master, files: &store{files: map[string]string{}}, system: viewer.AsSystem(t.Context()),
		now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
	}
	url := pgtest.Database(t, "knowledge:"+pgtest.Hash(knowledgemigrations.Files()), knowledgemigrations.ApplyTo)
	base, err := knowledge.Open(t.Context(), knowledge.Options{URL: url, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, base.Close()) })
	_, err = base.Import(t.Context(), strings.NewReader(`{"id":"r1","question":"Как назначить пенсию?","answer":"Подайте заявление.","agency":"PFR"}`),
		knowledge.ImportOptions{Name: "a.jsonl"})
	require.NoError(t, err)
	record, err := base.Record(t.Context(), "r1")
	require.NoError(t, err)
	w.wrote = record.Version.ID
	w.base, err = improve.Open(improve.Options{URL: url, Base: base})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.base.Close()) })
	w.Service = w.node()
	return w
}

// node is one more process on the same database.
func (w *world) node() *privacy.Service {
	return privacy.New(privacy.Options{
		Client: w.core.Client, Log: w.log, Ring: w.ring, Files: w.files, Recordings: w.files, Base: w.base, PhonePurpose: "citizens.phone", PhonePlace: phonePlace,
		Terms: privacy.Terms{Dialogue: 365 * 24 * time.Hour, Identity: 3 * 365 * 24 * time.Hour}, Clock: func() time.Time { return w.now },
	})
}

func (w *world) citizen(number string) string {
	w.Helper()
	c := w.core.Client.Citizen.Create().SetName("Мария").SaveX(w.system)
	sealed, err := w.ring.Seal(w.Context(), phonePlace(c.ID), []byte(number))
	require.NoError(w, err)
	w.core.Client.Citizen.UpdateOne(c).SetPhoneSealed(sealed).SetPhoneIndex(w.ring.Index("citizens.phone", number)).ExecX(w.system)
	return c.ID
}

// talked makes an interaction with all that hangs on it, which ended so long ago.
func (w *world) talked(citizenID string, ago time.Duration) string {
	w.Helper()
	c, ctx, at := w.core.Client, w.system, w.now.Add(-ago)
	i := c.Interaction.Create().SetChannel(interaction.ChannelVoice).SetState(interaction.StateClosed).SetCitizenID(citizenID).SetCreatedAt(at.Add(-time.Hour)).
		SetClosedAt(at).SetTopic("Пенсии").SetNote("говорила о здоровье").SetRating(5).SetRatingComment("спасибо").SetPageURL("https://x.ru/").SaveX(ctx)
	id := "msg_" + i.ID[4:]
	inClear, err := w.ring.Seal(ctx, seal.Place{Table: "messages", Column: "clear", Row: id}, []byte("мой телефон 8 916 123-45-67"))
	require.NoError(w, err)
	c.Message.Create().SetID(id).SetInteractionID(i.ID).SetSequence(1).SetAuthor(message.AuthorCitizen).SetText("мой телефон [телефон]").
		SetClear(inClear).ExecX(ctx)
	reply := c.Message.Create().SetInteractionID(i.ID).SetSequence(2).SetAuthor(message.AuthorAssistant).SetText("Пенсию назначают с 60 лет.").SaveX(ctx)
	turn := c.AssistantTurn.Create().SetInteractionID(i.ID).SetQuestionID(id).SetReplyID(reply.ID).SetDecision(assistantturn.DecisionAnswer).SetReason("sure").
		SetRecordID("r1").SetRecordVersionID(w.wrote).SetTrace(dialogue.Trace{Question: "пенсия"}).SaveX(ctx)
	_, err = w.base.NoteFeedback(ctx, []improve.Word{{VersionID: w.wrote, Author: citizenID, Answer: reply.ID, Verdict: improve.Unhelpful, GivenAt: at}})
	require.NoError(w, err)
	_, err = w.base.NoteQuestions(ctx, []improve.Question{
		{ID: turn.ID, Text: "Когда мне назначат пенсию?", Citizen: citizenID, Cause: improve.LowRated, AskedAt: at},
	})
	require.NoError(w, err)
	a := c.Attachment.Create().SetInteractionID(i.ID).SetMessageID(id).SetFromCitizen(true).SetFileName("справка.pdf").SetMediaType("application/pdf").
		SetSize(3).SetSha256("00").SaveX(ctx)
	w.files.files[a.ID] = "PDF"
	one := c.Call.Create().SetInteractionID(i.ID).SetNodeID("nod").SetDirection("INBOUND").SetCalled("+78006000000").SetBeganAt(at).SaveX(ctx)
	c.Call.UpdateOne(one).SetCitizenSealed(w.seal("calls", "citizen_sealed", one.ID, phone)).ExecX(ctx)
	c.CallLeg.Create().SetCallID(one.ID).SetInteractionID(i.ID).SetKind("TRUNK").SetRole("CITIZEN").SetNumber(phone).SetBeganAt(at).ExecX(ctx)
	tape := c.Recording.Create().SetCallID(one.ID).SetInteractionID(i.ID).SetObject("tape-" + i.ID).SetSha256("00").SetSize(3).SetBeganAt(at).
		SetLengthMs(1).SetDestroyAfter(at).SaveX(ctx)
	w.files.files["tape-"+i.ID] = "WAV"
	c.Transcript.Create().SetRecordingID(tape.ID).SetState("DONE").ExecX(ctx)
	promised := c.Callback.Create().SetInteractionID(i.ID).SetReason("LOST").SetState("DONE").SetTimeZone("Europe/Moscow").SetPlaceAt(at).
		SetNextAttemptAt(at).SaveX(ctx)
	c.Callback.UpdateOne(promised).SetNumberSealed(w.seal("callbacks", "number_sealed", promised.ID, phone)).
		SetNumberIndex(w.ring.Index("citizens.phone", phone)).ExecX(ctx)
	return i.ID
}

// seal encrypts a value for its place.
func (w *world) seal(table, column, id, value string) []byte {
	w.Helper()
	out, err := w.ring.Seal(w.Context(), seal.Place{Table: table, Column: column, Row: id}, []byte(value))
	require.NoError(w, err)
	return out
}

// as is an administrator.
func (w *world) as(name string) context.Context {
	return viewer.With(w.Context(), viewer.Viewer{
		Kind: viewer.Account, AccountID: "acc_" + name, Grants: []viewer.Grant{{Role: viewer.Administrator}},
	})
}

const day = 24 * time.Hour

func TestRetentionDestroysWhatIsDueAndCertifiesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	who := w.citizen(phone)
	old, young, held := w.talked(who, 400*day), w.talked(who, 10*day), w.talked(w.citizen("+79030000000"), 400*day)
	hold, err := w.Place(w.as("a"), privacy.NewHold{InteractionID: held, Reason: "запрос суда № 1"})
	require.NoError(t, err)
	out, err := w.Retain(t.Context(), true)
	require.NoError(t, err)
	require.Equal(t, 2, out[0].Due)
	require.Equal(t, 1, out[0].Held)
	require.Zero(t, out[0].Destroyed, "a dry run")
	require.Zero(t, w.core.Client.DestructionAct.Query().CountX(w.system))

	out, err = w.Retain(t.Context(), false)
	require.NoError(t, err)
	require.Equal(t, 1, out[0].Destroyed)
	act := w.core.Client.DestructionAct.Query().OnlyX(w.system)
	require.Equal(t, map[string]int{
		"message": 1, "attachment": 1, "interaction": 1, "assistant_turn": 1, "feedback": 1, "gap_question": 1,
	}, act.Counts)
	require.Equal(t, []string{old}, act.Objects["interaction"])
	require.Equal(t, 1, act.Held)
	require.True(t, privacy.Genuine(act))
	act.Held = 0
	require.False(t, privacy.Genuine(act), "a changed act")
	_, err = w.core.DB.ExecContext(t.Context(), `UPDATE destruction_acts SET held = 0`)
	require.ErrorContains(t, err, "append-only")

	gone := w.core.Client.Interaction.GetX(w.system, old)
	require.Empty(t, gone.Note+gone.RatingComment+gone.PageURL)
	require.Equal(t, "Пенсии", gone.Topic, "statistics stay")
	require.Equal(t, 5, *gone.Rating)
	said := gone.QueryMessages().Order(ent.Asc(message.FieldSequence)).AllX(w.system)
	require.Equal(t, "[уничтожено]", said[0].Text)
	require.Nil(t, seal.Held(said[0].Clear))
	require.Equal(t, "Пенсию назначают с 60 лет.", said[1].Text, "words of the base are nobody's")
	require.Equal(t, "говорила о здоровье", w.core.Client.Interaction.GetX(w.system, young).Note)
	gaps, err := w.base.Gaps(t.Context(), improve.GapQuery{})
	require.NoError(t, err)
	require.Equal(t, 2, gaps[0].Questions, "one question of three is gone")
	require.Len(t, w.files.files, 5, "one attachment of three is gone, recordings have terms of their own")

	out, err = w.Retain(t.Context(), false)
	require.NoError(t, err)
	require.Zero(t, out[0].Destroyed, "once is enough")
	_, err = w.Release(w.as("a"), hold.ID)
	require.NoError(t, err)
	out, err = w.Retain(t.Context(), false)
	require.NoError(t, err)
	require.Equal(t, 1, out[0].Destroyed, "what was held is due still")
}

func TestIdentityIsForgottenAfterTheLastInteraction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone, stays := w.citizen(phone), w.citizen("+79030000000")
	w.talked(gone, 1200*day)
	w.talked(stays, 1200*day)
	w.talked(stays, 5*day)
	_, err := w.core.DB.ExecContext(t.Context(), `UPDATE citizens SET created_at = $1`, w.now.Add(-2000*day))
	require.NoError(t, err)
	_, err = w.Retain(t.Context(), false)
	require.NoError(t, err)
	c := w.core.Client.Citizen.GetX(w.system, gone)
	require.Empty(t, c.Name)
	require.Nil(t, seal.Held(c.PhoneSealed))
	require.Nil(t, seal.Held(c.PhoneIndex))
	require.Equal(t, "Мария", w.core.Client.Citizen.GetX(w.system, stays).Name)
	require.Equal(t, 1, w.core.Client.DestructionAct.Query().Where(destructionact.Rule("identity")).CountX(w.system))
}

func (w *world) ask(kind citizenrequest.Kind) *ent.CitizenRequest {
	w.Helper()
	r, err := w.Ask(w.as("one"), privacy.NewRequest{Kind: kind, Phone: "8 916 123-45-67", Basis: "письмо № 7"})
	require.NoError(w, err)
	return r
}

func (w *world) refused(code fail.Code, err error) {
	w.Helper()
	require.Equal(w, code, fail.CodeOf(err), err)
}

func TestErasureNeedsTwoPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.talked(w.citizen(phone), day)
	_, err := w.Ask(w.as("one"), privacy.NewRequest{Kind: citizenrequest.KindErase, Phone: "+79990000000", Basis: "письмо"})
	w.refused(fail.NotFound, err)
	_, err = w.Ask(w.as("one"), privacy.NewRequest{Kind: citizenrequest.KindErase, Phone: phone})
	w.refused(fail.Invalid, err)
	operator := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Account, AccountID: "o", Grants: []viewer.Grant{{Role: viewer.Operator}}})
	_, err = w.Ask(operator, privacy.NewRequest{Kind: citizenrequest.KindErase, Phone: phone, Basis: "письмо"})
	w.refused(fail.Forbidden, err)
	r := w.ask(citizenrequest.KindErase)
	require.NotContains(t, string(*r.Phone), "916")
	_, err = w.Approve(w.as("one"), r.ID)
	w.refused(fail.Forbidden, err)
	_, err = w.Approve(w.as("two"), r.ID)
	require.NoError(t, err)
	_, err = w.Refuse(w.as("two"), r.ID, "поздно")
	w.refused(fail.Conflict, err)
}

func TestErasureGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	who, other := w.citizen(phone), w.citizen("+79030000000")
	for range 25 { // more than a step takes
		w.talked(who, day)
	}
	kept := w.talked(other, day)
	r := w.ask(citizenrequest.KindErase)
	_, err := w.Approve(w.as("two"), r.ID)
	require.NoError(t, err)
	w.files.fails = 1
	require.ErrorContains(t, w.Work(t.Context()), "away")
	require.Equal(t, citizenrequest.StateApproved, w.core.Client.CitizenRequest.GetX(w.system, r.ID).State)
	require.NoError(t, w.node().Work(t.Context()), "its lease is not over, so nobody takes it")
	require.Equal(t, citizenrequest.StateApproved, w.core.Client.CitizenRequest.GetX(w.system, r.ID).State)
	w.now = w.now.Add(6 * time.Minute)
	var nodes sync.WaitGroup
	for range 2 {
		nodes.Go(func() { _ = w.node().Work(t.Context()) })
	}
	nodes.Wait()
	done := w.core.Client.CitizenRequest.GetX(w.system, r.ID)
	require.Equal(t, citizenrequest.StateDone, done.State)
	require.Nil(t, seal.Held(done.Phone))
	acts := w.core.Client.DestructionAct.Query().Where(destructionact.RequestID(r.ID)).AllX(w.system)
	require.Len(t, acts, 3, "two steps, and who it was")
	counts := map[string]int{}
	for _, a := range acts {
		require.True(t, privacy.Genuine(a))
		for kind, n := range a.Counts {
			counts[kind] += n
		}
	}
	for _, kind := range []string{"recording", "feedback", "gap_question"} {
		require.Equal(t, 25, counts[kind], kind+": each once")
	}
	gaps, err := w.base.Gaps(t.Context(), improve.GapQuery{})
	require.NoError(t, err)
	require.Equal(t, 1, gaps[0].Questions, "the other's")
	tallies, err := w.base.Tallies(t.Context(), []string{w.wrote})
	require.NoError(t, err)
	require.Equal(t, 26, tallies[0].Unhelpful, "verdicts stay, under nobody's name")
	require.Len(t, w.files.files, 2, "the other's")
	require.Empty(t, w.core.Client.Citizen.GetX(w.system, who).Name)
	require.Equal(t, "говорила о здоровье", w.core.Client.Interaction.GetX(w.system, kept).Note)
	for _, q := range []string{
		`SELECT count(*) FROM messages WHERE clear IS NOT NULL`, `SELECT count(*) FROM calls WHERE caller IS NOT NULL OR citizen_sealed IS NOT NULL`,
		`SELECT count(*) FROM call_legs WHERE number IS NOT NULL`, `SELECT count(*) FROM callbacks WHERE number <> '' OR number_sealed IS NOT NULL OR number_index IS NOT NULL`,
		`SELECT count(*) FROM transcripts`, `SELECT count(*) FROM attachments`,
	} {
		var n int
		require.NoError(t, w.core.DB.QueryRowContext(t.Context(), q).Scan(&n))
		require.Equal(t, 1, n, q+": only the other's is left")
	}
}

func TestErasureWaitsForHoldsAndTalks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	who := w.citizen(phone)
	id := w.talked(who, day)
	hold, err := w.Place(w.as("one"), privacy.NewHold{Phone: phone, Reason: "запрос суда"})
	require.NoError(t, err)
	r := w.ask(citizenrequest.KindErase)
	_, err = w.Approve(w.as("two"), r.ID)
	w.refused(fail.Conflict, err)
	_, err = w.Release(w.as("one"), hold.ID)
	require.NoError(t, err)
	w.core.Client.Interaction.UpdateOneID(id).SetState(interaction.StateQueued).ExecX(w.system)
	_, err = w.Approve(w.as("two"), r.ID)
	w.refused(fail.Conflict, err)
	w.core.Client.Interaction.UpdateOneID(id).SetState(interaction.StateClosed).ExecX(w.system)
	_, err = w.Approve(w.as("two"), r.ID)
	require.NoError(t, err)
	_, err = w.Place(w.as("one"), privacy.NewHold{InteractionID: id, Reason: "запрос суда"})
	require.NoError(t, err)
	require.NoError(t, w.Work(t.Context()))
	require.Equal(t, citizenrequest.StateApproved, w.core.Client.CitizenRequest.GetX(w.system, r.ID).State, "a hold that came later bars it too")
	require.NotEmpty(t, w.core.Client.Interaction.GetX(w.system, id).Note)
}

func TestCopyHoldsAllOfTheCitizen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.talked(w.citizen(phone), day)
	w.talked(w.citizen(phone), 2*day)
	w.talked(w.citizen("+79030000000"), day)
	before := w.talked(w.citizen(phone), 3*day) // of before numbers were encrypted
	w.core.Client.Call.Update().Where(call.InteractionID(before)).ClearCitizenSealed().SetCaller(phone).ExecX(w.system)
	w.core.Client.Callback.Update().Where(callback.InteractionID(before)).ClearNumberSealed().ClearNumberIndex().SetNumber(phone).ExecX(w.system)
	r := w.ask(citizenrequest.KindExport)
	var out bytes.Buffer
	w.refused(fail.Conflict, w.Export(w.as("two"), r.ID, &out))
	_, err := w.Approve(w.as("two"), r.ID)
	require.NoError(t, err)
	require.NoError(t, w.Export(w.as("two"), r.ID, &out))
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	require.NoError(t, err)
	require.Len(t, archive.File, 7, "the text, three attachments, three recordings")
	text, err := archive.Open("citizen.json")
	require.NoError(t, err)
	var copied struct {
		Phone        string
		Interactions []struct {
			Note       string
			Feedback   []struct{ Verdict string }
			Unanswered []struct{ Text string } `json:"unansweredQuestions"`
			Messages   []struct{ Text string }
			Calls      []struct {
				Caller, Called string
				Recordings     []struct{ Path string }
			}
			Callbacks []struct{ Number string }
		}
	}
	require.NoError(t, json.NewDecoder(text).Decode(&copied))
	require.Equal(t, phone, copied.Phone)
	require.Len(t, copied.Interactions, 3)
	for _, one := range copied.Interactions {
		require.Equal(t, []string{phone, "+78006000000", phone}, []string{one.Calls[0].Caller, one.Calls[0].Called, one.Callbacks[0].Number})
		require.Equal(t, "unhelpful", one.Feedback[0].Verdict)
		require.Equal(t, "Когда мне назначат пенсию?", one.Unanswered[0].Text)
	}
	require.Equal(t, "мой телефон 8 916 123-45-67", copied.Interactions[0].Messages[0].Text)
	sound, err := archive.Open(copied.Interactions[0].Calls[0].Recordings[0].Path)
	require.NoError(t, err)
	content, err := io.ReadAll(sound)
	require.NoError(t, err)
	require.Equal(t, "WAV", string(content))
	require.Equal(t, citizenrequest.StateDone, w.core.Client.CitizenRequest.GetX(w.system, r.ID).State)
}

func TestNumbersOfBeforeAreEncrypted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.core.Client.Citizen.Create().SetPhone(phone).SaveX(w.system)
	i := w.core.Client.Interaction.Create().SetChannel(interaction.ChannelVoice).SetState(interaction.StateClosed).SetCitizenID(c.ID).SaveX(w.system)
	in := w.core.Client.Call.Create().SetInteractionID(i.ID).SetNodeID("nod").SetDirection("INBOUND").SetCaller(phone).SetCalled("+78006000000").
		SetBeganAt(w.now).SaveX(w.system)
	out := w.core.Client.Call.Create().SetInteractionID(i.ID).SetNodeID("nod").SetDirection("OUTBOUND").SetCaller("+78006000000").SetCalled(phone).
		SetBeganAt(w.now).SaveX(w.system)
	leg := w.core.Client.CallLeg.Create().SetCallID(in.ID).SetInteractionID(i.ID).SetKind("TRUNK").SetRole("CITIZEN").SetNumber(phone).
		SetBeganAt(w.now).SaveX(w.system)
	back := w.core.Client.Callback.Create().SetInteractionID(i.ID).SetReason("LOST").SetState("WAITING").SetNumber(phone).SetTimeZone("Europe/Moscow").
		SetPlaceAt(w.now).SetNextAttemptAt(w.now).SaveX(w.system)
	const more = 1300 // calls beside these: more than two batches
	_, err := w.core.DB.ExecContext(w.Context(), `INSERT INTO calls (id, created_at, interaction_id, node_id, direction, caller, began_at, sip_code, awaits_recovery)
		SELECT 'old_' || n, now(), $1, 'nod', 'INBOUND', '+7916' || (1000000 + n), now(), 0, false FROM generate_series(1, $2::int) n`, i.ID, more)
	require.NoError(t, err)
	var nodes sync.WaitGroup
	for range 2 {
		nodes.Go(func() { _ = w.node().SealNumbers(t.Context()) })
	}
	nodes.Wait()
	require.NoError(t, w.SealNumbers(t.Context()))
	c = w.core.Client.Citizen.GetX(w.system, c.ID)
	require.Empty(t, c.Phone)
	require.Equal(t, w.ring.Index("citizens.phone", phone), *c.PhoneIndex)
	number, err := w.ring.Unseal(t.Context(), phonePlace(c.ID), *c.PhoneSealed)
	require.NoError(t, err)
	require.Equal(t, phone, string(number))
	opened := func(table, column, id string, held *[]byte) string {
		number, err := w.ring.Unseal(t.Context(), seal.Place{Table: table, Column: column, Row: id}, seal.Held(held))
		require.NoError(t, err)
		return string(number)
	}
	in, out = w.core.Client.Call.GetX(w.system, in.ID), w.core.Client.Call.GetX(w.system, out.ID)
	require.Equal(t, phone, opened("calls", "citizen_sealed", in.ID, in.CitizenSealed))
	require.Equal(t, phone, opened("calls", "citizen_sealed", out.ID, out.CitizenSealed))
	require.Equal(t, []string{"", "+78006000000", "+78006000000", ""}, []string{in.Caller, in.Called, out.Caller, out.Called}, "the centre's own stay")
	back = w.core.Client.Callback.GetX(w.system, back.ID)
	require.Empty(t, back.Number)
	require.Equal(t, phone, opened("callbacks", "number_sealed", back.ID, back.NumberSealed))
	require.Equal(t, *c.PhoneIndex, *back.NumberIndex)
	require.Empty(t, w.core.Client.CallLeg.GetX(w.system, leg.ID).Number)
	old := w.core.Client.Call.Query().Where(call.IDGT("old_")).AllX(w.system)
	require.Len(t, old, more)
	for _, c := range old {
		require.Empty(t, c.Caller)
		var n int
		_, err := fmt.Sscanf(opened("calls", "citizen_sealed", c.ID, c.CitizenSealed), "+7916%d", &n)
		require.NoError(t, err)
		require.Equal(t, c.ID, fmt.Sprintf("old_%d", n-1000000))
	}
}

// Every column that holds encrypted values is written anew when keys change.
func TestEveryEncryptedColumnIsRenewed(t *testing.T) {
	t.Parallel()
	other := map[string]bool{ // hashes, indexes, keys of their own, and what is not encrypted
		"data_keys.wrapped": true, "secrets.value": true, "node_commands.request": true, "node_commands.reply": true,
	}
	for _, table := range migrate.Tables {
		for _, c := range table.Columns {
			name := table.Name + "." + c.Name
			if c.Type != field.TypeBytes || dataclass.Of(table.Name, c.Name) < dataclass.Personal || other[name] ||
				strings.HasSuffix(c.Name, "hash") || strings.HasSuffix(c.Name, "_index") {
				continue
			}
			require.Contains(t, privacy.Columns, seal.Column{Table: table.Name, Name: c.Name})
		}
	}
}

// fill makes rows whose encrypted values are their ids.
func (w *world) fill(table, column string, many int, insert string) {
	w.Helper()
	names, ids, values := make([]string, many), make([]string, many), make([][]byte, many)
	for n := range ids {
		names[n] = fmt.Sprintf("%05d", n+1)
		ids[n] = "row_" + names[n]
		values[n] = w.seal(table, column, ids[n], ids[n])
	}
	_, err := w.core.DB.ExecContext(w.Context(), insert, "row_", pq.Array(names))
	require.NoError(w, err)
	_, err = w.core.DB.ExecContext(w.Context(), `UPDATE `+table+` c SET `+column+` = n.v FROM unnest($1::text[], $2::bytea[]) AS n(id, v) WHERE c.id = n.id`,
		pq.Array(ids), pq.Array(values))
	require.NoError(w, err)
}

// ofFirstKey is how many values of a column the first data key has encrypted.
func (w *world) ofFirstKey(table, column string) (n int) {
	w.Helper()
	require.NoError(w, w.core.DB.QueryRowContext(w.Context(), `SELECT count(*) FROM `+table+` WHERE substring(`+column+` FROM 1 FOR 5) = '\x0100000001'`).Scan(&n))
	return n
}

// values are what a column has, by the ids of rows.
func (w *world) values(table, column string) map[string][]byte {
	w.Helper()
	rows, err := w.core.DB.QueryContext(w.Context(), `SELECT id, `+column+` FROM `+table)
	require.NoError(w, err)
	defer func() { _ = rows.Close() }()
	all := map[string][]byte{}
	for rows.Next() {
		var id string
		var value []byte
		require.NoError(w, rows.Scan(&id, &value))
		all[id] = value
	}
	require.NoError(w, rows.Err())
	require.NotEmpty(w, all)
	return all
}

// A change of keys reaches every column, while a node dies in its middle and another one goes on.
func TestRotationGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const many = 1300 // more than two batches
	w.fill("citizens", "phone_sealed", 3, `INSERT INTO citizens (id, created_at) SELECT $1 || n, now() FROM unnest($2::text[]) n`)
	i := w.core.Client.Interaction.Create().SetChannel(interaction.ChannelVoice).SetState(interaction.StateClosed).SetCitizenID("row_00001").SaveX(w.system)
	w.fill("calls", "citizen_sealed", many, `INSERT INTO calls (id, created_at, interaction_id, node_id, direction, began_at, sip_code, awaits_recovery)
		SELECT $1 || n, now(), '`+i.ID+`', 'nod', 'INBOUND', now(), 0, false FROM unnest($2::text[]) n`)
	w.fill("callbacks", "number_sealed", 3, `INSERT INTO callbacks (id, created_at, interaction_id, reason, state, time_zone, place_at, next_attempt_at)
		SELECT $1 || n, now(), '`+i.ID+`', 'LOST', 'DONE', 'Europe/Moscow', now(), now() FROM unnest($2::text[]) n`)
	a := w.core.Client.Account.Create().SetLogin("a").SetDisplayName("a").SetPasswordHash("x").SaveX(w.system)
	f := w.core.Client.SecondFactor.Create().SetAccountID(a.ID).SetSecret([]byte{}).SaveX(w.system)
	factor := seal.Place{Table: "second_factors", Column: "secret", Row: f.ID}
	w.core.Client.SecondFactor.UpdateOne(f).SetSecret(w.seal(factor.Table, factor.Column, factor.Row, "secret")).ExecX(w.system)
	_, err := w.ring.Rotate(t.Context())
	require.NoError(t, err)
	left := func() int { return w.ofFirstKey("calls", "citizen_sealed") }
	require.Equal(t, many, left())

	// A row of the second batch is locked; the node that waits for it loses its connection, as one that is killed.
	tx, err := w.core.DB.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback() }()
	_, err = tx.ExecContext(t.Context(), `SELECT FROM calls WHERE id = 'row_00700' FOR UPDATE`)
	require.NoError(t, err)
	died := make(chan error, 1)
	go func() {
		_, err := w.ring.Renew(t.Context(), privacy.Columns)
		died <- err
	}()
	require.Eventually(t, func() bool { return left() == many-500 }, time.Minute, 20*time.Millisecond, "the first batch")
	require.Eventually(t, func() bool {
		var killed int
		err := w.core.DB.QueryRowContext(t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%citizen_sealed%'`).Scan(&killed)
		return err == nil && killed > 0
	}, time.Minute, 20*time.Millisecond, "it waits, and is killed")
	require.Error(t, <-died)
	require.NoError(t, tx.Rollback())
	require.Equal(t, many-500, left(), "whole batches")

	again, err := seal.Open(t.Context(), w.core.Client, w.master)
	require.NoError(t, err)
	n, err := again.Renew(t.Context(), privacy.Columns)
	require.NoError(t, err)
	require.Equal(t, many-500+3+1, n, "the rest of the calls, callbacks, the second factor")
	for table, column := range map[string]string{"citizens": "phone_sealed", "calls": "citizen_sealed", "callbacks": "number_sealed"} {
		require.Zero(t, w.ofFirstKey(table, column), table)
		for id, value := range w.values(table, column) {
			plain, err := w.ring.Unseal(t.Context(), seal.Place{Table: table, Column: column, Row: id}, value)
			require.NoError(t, err)
			require.Equal(t, id, string(plain))
		}
	}
	f = w.core.Client.SecondFactor.GetX(w.system, f.ID)
	require.EqualValues(t, 2, f.Secret[4], "with the new key")
	plain, err := again.Unseal(t.Context(), factor, f.Secret)
	require.NoError(t, err)
	require.Equal(t, "secret", string(plain))
}
