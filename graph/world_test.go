package graph_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/assistant"
	"ekc/assistant/quality"
	"ekc/assistant/recordfile"
	"ekc/ent"
	"ekc/ent/queue"
	"ekc/graph"
	"ekc/interaction"
	"ekc/internal/coretest"
	"ekc/internal/eventlog"
	"ekc/internal/pgtest"
	"ekc/internal/privacy"
	"ekc/internal/ratelimit"
	"ekc/internal/seal"
	"ekc/internal/voice"
	"ekc/internal/voice/spoken"
	"ekc/knowledge"
	"ekc/knowledge/improve"
	knowledgemigrations "ekc/migrations/knowledge"
	"ekc/onboarding"
	"ekc/routing"
	"ekc/supervision"
	"ekc/telephony/prompt"
	"ekc/telephony/recording"
	"ekc/training"
)

// router gives the real routing the shape that interactions ask for.
type router struct{ *routing.Service }

func (r router) ChooseQueue(ctx context.Context, tx *ent.Tx, w interaction.Want) (*ent.Queue, error) {
	return r.Service.ChooseQueue(ctx, tx, routing.Want(w))
}

// world is a small centre behind a real HTTP server. Nothing runs by itself but the event log: tests call Tick.
type world struct {
	testing.TB
	client       *ent.Client
	url          string // of the core's database
	log          *eventlog.Log
	access       *access.Service
	routing      *routing.Service
	interactions *interaction.Service
	voice        *voice.Service
	quality      *quality.Service
	files        *recordfile.Service
	yana         *assistant.Service
	better       *improve.Store
	supervision  *supervision.Service
	tapes        recording.Storage
	privacy      *privacy.Service
	handler      *graph.Handler
	server       *httptest.Server
	logged       *bytes.Buffer
	onboarding   *onboarding.Service
	training     *training.Service
	shelf        shelf
	joinAhead    atomic.Int64    // by how much onboarding's and training's clocks are ahead
	ahead        atomic.Int64    // by how much quality's clock is ahead
	later        atomic.Int64    // by how much supervision's clock is ahead
	system       context.Context //nolint:containedctx // the test's own

	pfr, mse     *ent.Agency
	moscow       *ent.Region
	line1, line2 *ent.Queue
}

const password = "a password of the test"

// shelf tells sites that join how many records are published.
type shelf struct{ federal atomic.Int64 }

func (s *shelf) Published(context.Context, string) (int, map[string]int, error) {
	return int(s.federal.Load()), map[string]int{"78": 5}, nil
}

// library gives courses the records of a base.
type library struct{ base *knowledge.Base }

func (l library) Published(ctx context.Context, id string) (training.Record, error) {
	r, err := l.base.Record(ctx, id)
	return training.Record{ID: r.ID, VersionID: r.Version.ID, Question: r.Version.Question, Answer: r.Version.Answer}, err
}

type setting func(*graph.Options)

func newWorld(t testing.TB, settings ...setting) *world {
	t.Helper()
	core, log := coretest.New(t)
	w := &world{TB: t, client: core.Client, url: core.URL, log: log, logged: &bytes.Buffer{}, system: viewer.AsSystem(context.Background())}
	var err error
	w.access, err = access.New(core.Client, log, access.Options{Hash: access.HashParams{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	require.NoError(t, err)
	w.routing = routing.New(routing.Options{Client: core.Client, Log: log})
	master, _, err := seal.NewMaster()
	require.NoError(t, err)
	ring, err := seal.Open(t.Context(), core.Client, master)
	require.NoError(t, err)
	w.interactions, err = interaction.New(t.Context(), core.Client, log, interaction.Options{DataDir: t.TempDir(), Ring: ring})
	require.NoError(t, err)
	w.privacy = privacy.New(privacy.Options{
		Client: core.Client, Log: log, Ring: ring, PhonePurpose: interaction.PhonePurpose, PhonePlace: interaction.PhonePlace,
	})
	base, better := newBase(t)
	w.better = better
	yana := assistant.New(assistant.Options{Client: core.Client, Base: base, Dialogue: w.interactions})
	w.yana = yana
	w.interactions.Bind(router{w.routing}, yana)
	w.routing.Bind(w.interactions)
	w.tapes = newTapes(t)
	w.voice, err = voice.New(t.Context(), voice.Options{
		Client: core.Client, DB: core.DB, Log: log, Interactions: w.interactions, Routing: w.routing, Assistant: yana, Host: "test",
		Recordings: w.tapes, TrunkStatus: w.trunkStatus, OnDrain: func() {},
		Transcribe: func(_ context.Context, wav io.Reader) ([]spoken.Line, error) {
			sound, err := prompt.ReadWAV(wav)
			if err != nil {
				return nil, err
			}
			return []spoken.Line{{Channel: "said", At: sound.Duration().Milliseconds(), Text: "Меня зовут Иван"}}, nil
		},
	})
	require.NoError(t, err)
	w.quality = quality.New(quality.Options{
		Client: core.Client, Store: log, Records: base, Base: better,
		Clock: func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) },
	})
	w.quality.Bind(w.voice, w.interactions)
	w.supervision = supervision.New(supervision.Options{
		Client: core.Client, Log: log, Life: w.interactions,
		Clock: func() time.Time { return time.Now().Add(time.Duration(w.later.Load())) },
	})
	w.supervision.Bind(w.routing, w.voice, w.quality)
	w.onboarding = onboarding.New(onboarding.Options{
		Client: core.Client, Log: log, Base: &w.shelf, Clock: func() time.Time { return time.Now().Add(time.Duration(w.joinAhead.Load())) },
	})
	w.routing.Guard(w.onboarding)
	w.training = training.New(training.Options{
		Client: core.Client, Log: log, Base: library{base}, Clock: func() time.Time { return time.Now().Add(time.Duration(w.joinAhead.Load())) },
	})
	w.files, err = recordfile.New(t.Context(), recordfile.Options{Client: core.Client, DataDir: t.TempDir()})
	require.NoError(t, err)
	o := graph.Options{Introspection: true}
	o.RateLimits.Anonymous = ratelimit.Options{Every: time.Microsecond, Burst: 1000}
	o.RateLimits.SignIn, o.RateLimits.ChatStart = o.RateLimits.Anonymous, o.RateLimits.Anonymous
	for _, set := range settings {
		set(&o)
	}
	w.handler = graph.NewHandler(graph.Dependencies{
		Client: core.Client, Log: log, Access: w.access, Interactions: w.interactions, Routing: w.routing, Assistant: yana, Onboarding: w.onboarding, Training: w.training,
		Knowledge: base, Quality: w.quality, Files: w.files, Vectors: base, Voice: w.voice, Privacy: w.privacy, Supervision: w.supervision, Logger: slog.New(slog.NewTextHandler(&lockedWriter{to: w.logged}, nil)),
	}, o)
	mux := http.NewServeMux()
	mux.Handle("/graphql", w.handler)
	mux.Handle(recordfile.Path, w.files.Handler(w.handler.RefusedLink("Link.recordFiles")))
	mux.Handle(interaction.AttachmentPath, w.interactions.AttachmentHandler(w.handler.RefusedLink("Link.attachments")))
	mux.Handle(voice.RecordingPath, w.voice.RecordingHandler(w.handler.RefusedLink("Link.recordings")))
	w.server = httptest.NewServer(mux)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		require.NoError(t, w.handler.Close(ctx))
		w.server.Close()
	})
	w.furnish()
	return w
}

func (w *world) furnish() {
	c, ctx := w.client, w.system
	w.pfr = c.Agency.Create().SetCode("PFR").SetName("Пенсионный фонд").SetShortName("ПФР").SaveX(ctx)
	w.mse = c.Agency.Create().SetCode("MSE").SetName("Экспертиза").SetShortName("МСЭ").SaveX(ctx)
	c.Region.Create().SetCode("78").SetName("Санкт-Петербург").SetTimeZone("Europe/Moscow").ExecX(ctx)
	w.moscow = c.Region.Create().SetCode("77").SetName("Москва").SetTimeZone("Europe/Moscow").SaveX(ctx)
	w.line1 = c.Queue.Create().SetCode("chat-1").SetName("Первая линия").SetChannel(queue.ChannelChat).SetLine(1).SaveX(ctx)
	w.line2 = c.Queue.Create().SetCode("chat-2").SetName("Вторая линия").SetChannel(queue.ChannelChat).SetLine(2).
		SetAgencyID(w.pfr.ID).SaveX(ctx)
}

func newBase(t testing.TB) (*knowledge.Base, *improve.Store) {
	t.Helper()
	url := pgtest.Database(t, "knowledge:"+pgtest.Hash(knowledgemigrations.Files()), func(ctx context.Context, url string) error {
		db, err := sql.Open("postgres", url)
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		return knowledgemigrations.Apply(ctx, db)
	})
	base, err := knowledge.Open(t.Context(), knowledge.Options{URL: url, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, base.Close()) })
	better, err := improve.Open(improve.Options{URL: url, Base: base})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, better.Close()) })
	lines := []string{
		`{"id":"rec-1","question":"Как назначить пенсию по старости?","answer":"Подайте заявление.","topic":"Пенсии","phrasings":["оформить пенсию"],"agency":"PFR","legalBasis":[{"act":"400-ФЗ","article":"ст. 8"},{"act":"167-ФЗ"}],"validFrom":"2024-01-01","intent":true}`,
		`{"id":"rec-2","question":"Как получить инвалидность?","answer":"Обратитесь в поликлинику.","topic":"Инвалидность","agency":"MSE","intent":true}`,
		`{"id":"rec-3","question":"Какие льготы есть в Москве?","answer":"Проезд.","topic":"Льготы","region":"77","intent":true}`,
	}
	summary, err := base.Import(t.Context(), strings.NewReader(strings.Join(lines, "\n")), knowledge.ImportOptions{Name: "t.jsonl"})
	require.NoError(t, err)
	require.Equal(t, 3, summary.Created)
	return base, better
}

// account makes an account with a role and returns its access token.
func (w *world) account(login string, role access.NewRole) (*ent.Account, string) {
	w.Helper()
	a, err := w.access.AddAccount(w.system, access.NewAccount{Login: login, DisplayName: "Сотрудник " + login, Password: password, Role: &role})
	require.NoError(w, err)
	tokens, _, err := w.access.SignIn(context.Background(), login, password)
	require.NoError(w, err)
	return a, tokens.AccessToken
}

// operator makes an operator who takes chats of the queue.
func (w *world) operator(login string, q *ent.Queue) (*ent.Account, string) {
	w.Helper()
	a, token := w.account(login, access.NewRole{Role: viewer.Operator, Line: q.Line})
	w.client.QueueMember.Create().SetQueueID(q.ID).SetAccountID(a.ID).ExecX(w.system)
	got := w.ask(token, `mutation { presenceSet(input: {state: AVAILABLE}) { presence { state } userErrors { message } } }`, nil)
	require.Equal(w, "AVAILABLE", got.path("presenceSet", "presence", "state"), got.raw)
	return a, token
}

// chat begins one and returns its id and the citizen's token.
func (w *world) chat(text string) (id, token string) {
	w.Helper()
	got := w.ask("", `mutation($t: String) { chatStart(input: {text: $t, name: "Иван Петров", phone: "+79261234567", pageUrl: "https://example.ru/"}) {
		interaction { id } token userErrors { message } } }`, map[string]any{"t": text})
	require.Empty(w, got.path("chatStart", "userErrors"), got.raw)
	return got.path("chatStart", "interaction", "id").(string), got.path("chatStart", "token").(string)
}

// talk begins a chat that the operator has accepted.
func (w *world) talk(operatorToken string) (id, citizenToken string) {
	w.Helper()
	id, citizenToken = w.chat("")
	w.ask(citizenToken, `mutation($i: ID!) { handoverRequest(input: {interactionId: $i}) { userErrors { message } } }`, map[string]any{"i": id})
	require.NoError(w, w.routing.Tick(w.system))
	got := w.ask(operatorToken, `{ desk { offers { id interaction { id } } } }`, nil)
	offers := got.path("desk", "offers").([]any)
	require.Len(w, offers, 1, got.raw)
	got = w.ask(operatorToken, `mutation($o: ID!) { offerAccept(input: {offerId: $o}) { offer { state interaction { state } } userErrors { message } } }`,
		map[string]any{"o": offers[0].(map[string]any)["id"]})
	require.Equal(w, "ACTIVE", got.path("offerAccept", "offer", "interaction", "state"), got.raw)
	return id, citizenToken
}

// answer is a response of the API.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	raw    string
	Data   map[string]any
	Errors []struct {
		Message    string
		Extensions map[string]any
	}
}

// path walks into the data.
func (a answer) path(names ...string) any {
	a.t.Helper()
	var at any = a.Data
	for _, name := range names {
		object, ok := at.(map[string]any)
		require.True(a.t, ok, "%s of %s", name, a.raw)
		at = object[name]
	}
	return at
}

// code is that of the first error.
func (a answer) code() any {
	a.t.Helper()
	require.NotEmpty(a.t, a.Errors, a.raw)
	return a.Errors[0].Extensions["code"]
}

// ask posts an operation.
func (w *world) ask(token, query string, variables map[string]any) answer {
	w.Helper()
	return w.askAt(w.server.URL, token, query, variables)
}

// askAt asks the node at an address.
func (w *world) askAt(url, token, query string, variables map[string]any) answer {
	w.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(w, err)
	return w.sendTo(url, http.MethodPost, "/graphql", string(body), header("Content-Type", "application/json"), func(r *http.Request) {
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
	})
}

func (w *world) post(body string, changes ...func(*http.Request)) answer {
	w.Helper()
	return w.send(http.MethodPost, "/graphql", body, append([]func(*http.Request){func(r *http.Request) {
		r.Header.Set("Content-Type", "application/json")
	}}, changes...)...)
}

func (w *world) send(method, path, body string, changes ...func(*http.Request)) answer {
	w.Helper()
	return w.sendTo(w.server.URL, method, path, body, changes...)
}

func (w *world) sendTo(url, method, path, body string, changes ...func(*http.Request)) answer {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, url+path, strings.NewReader(body))
	require.NoError(w, err)
	for _, change := range changes {
		change(r)
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(w, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(w, err)
	a := answer{t: w.TB, status: response.StatusCode, header: response.Header, raw: string(text)}
	if len(text) > 0 && strings.Contains(response.Header.Get("Content-Type"), "json") {
		require.NoError(w, json.Unmarshal(text, &a), a.raw)
	}
	return a
}

// short makes what is waited for come soon.
func short(o *graph.Options) {
	o.Transport.InitTimeout = 300 * time.Millisecond
	o.Transport.PingEvery = 50 * time.Millisecond
}

// routingSettings changes a queue.
func routingSettings(i int) routing.QueueSettings {
	priority := i % 50
	return routing.QueueSettings{Priority: &priority}
}

// want is a call on line 2 about an agency, from a region.
func want(agencyID, regionID string) interaction.Want {
	return interaction.Want{Channel: "VOICE", Line: 2, AgencyID: agencyID, RegionID: regionID}
}
