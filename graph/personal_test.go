package graph_test

import (
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent/auditentry"
	entinteraction "ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/migrate"
	"ekc/interaction/dialogue"
	"ekc/internal/dataclass"
	"ekc/internal/seal"
	"ekc/internal/voice/spoken"
)

// personalFields are the fields of the contract that show a personal column, and what TestPersonalFieldsByRole puts into it.
var personalFields = map[string]struct{ field, marker string }{
	"citizens.name":               {"Citizen.name", "Посадница"},
	"citizens.phone":              {"Citizen.phone", "5550101"},
	"interactions.page_url":       {"Interaction.pageUrl", "token=f00d"},
	"interactions.note":           {"Interaction.note", "4111"},
	"interactions.rating_comment": {"Interaction.ratingComment", "555-01-02"},
	"messages.text":               {"Message.text", "555-01-03"},
	"attachments.file_name":       {"Attachment.fileName", "Борецкая"},
	"calls.caller":                {"Call.citizenNumber", "1234567"},
	"callbacks.number":            {"Callback.number", "5550104"},
	"transcripts.lines":           {"TranscriptLine.text", "5550105"},
	"assistant_turns.trace":       {"AssistantExplanation.question", "555-01-06"},
}

// notShown are the personal columns that no field shows, and why.
var notShown = map[string]string{
	"interactions.topic":           "a name of the list of topics",
	"interactions.assistant_state": "Yana's memory",
	"citizens.phone_sealed":        "encrypted; citizens.phone", "citizens.phone_index": "a blind index",
	"calls.called": "calls.caller, of calls to citizens", "calls.citizen_sealed": "encrypted; calls.caller",
	"callbacks.number_sealed": "encrypted; callbacks.number", "callbacks.number_index": "a blind index",
	"call_legs.number": "of the line", "messages.clear": "encrypted; messages.text", "transcripts.clear": "encrypted; transcripts.lines",
	"recall_persons.person": "a blind index", "legal_holds.phone_index": "a blind index",
	"citizen_requests.phone_index": "a blind index", "citizen_requests.phone": "encrypted", "citizen_requests.file": "none is kept",
	"node_commands.request": "between nodes", "node_commands.reply": "between nodes",
}

// ofSupervision are the words that employees write to each other of an enquiry. Their own policies decide who reads them.
var ofSupervision = []string{
	"deferrals.question", "deferrals.conclusion", "evaluations.marks", "evaluations.comment", "evaluations.contest_reason", "evaluations.decision",
	"evaluation_steps.text", "evaluation_steps.marks", "calibrations.conclusion", "incidents.text", "incidents.resolution", "incident_comments.text",
}

// A personal column that is added is shown masked and tried here, or shown nowhere.
func TestEveryPersonalColumnIsTried(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../schema.graphql")
	require.NoError(t, err)
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(text)})
	require.NoError(t, err)
	tried := 0
	for _, table := range migrate.Tables {
		for _, c := range table.Columns {
			name := table.Name + "." + c.Name
			if class := dataclass.Of(table.Name, c.Name); class != dataclass.Personal && class != dataclass.Special {
				continue
			}
			tried++
			if shown, is := personalFields[name]; is {
				of, field, _ := strings.Cut(shown.field, ".")
				require.NotNil(t, schema.Types[of], shown.field)
				require.NotNil(t, schema.Types[of].Fields.ForName(field), shown.field)
				continue
			}
			if slices.Contains(ofSupervision, name) {
				continue
			}
			require.Contains(t, notShown, name, "mask it, and add it to personalFields")
			if of := schema.Types[typeOf(table.Name)]; of != nil && name != "interactions.topic" {
				require.Nil(t, of.Fields.ForName(camel(c.Name)), "%s is shown", name)
			}
		}
	}
	require.Greater(t, tried, 20)
}

// typeOf is the type of a table: call_legs, CallLeg.
func typeOf(table string) string {
	name := camel(strings.TrimSuffix(table, "s"))
	return strings.ToUpper(name[:1]) + name[1:]
}

func camel(column string) string {
	parts := strings.Split(column, "_")
	for n := 1; n < len(parts); n++ {
		parts[n] = strings.ToUpper(parts[n][:1]) + parts[n][1:]
	}
	return strings.Join(parts, "")
}

// plant puts something of a person into every field of the call's interaction.
func (c *calling) plant() {
	c.Helper()
	ring, at := c.interactions.Ring(), time.Now()
	i := c.client.Interaction.UpdateOneID(c.id).SetNote("карта 4111 1111 1111 1111").SetRating(2).SetRatingComment("звоните 8 926 555-01-02").
		SetPageURL("https://example.ru/form?token=f00d").SaveX(c.system)
	c.client.Citizen.UpdateOneID(i.CitizenID).SetName("Марфа Посадница").SetPhone("+79265550101").ClearPhoneSealed().ExecX(c.system)
	const said = "мой номер 8 926 555-01-03"
	inClear, err := ring.Seal(c.Context(), seal.Place{Table: "messages", Column: "clear", Row: "msg_personal"}, []byte(said))
	require.NoError(c, err)
	m := c.client.Message.Create().SetID("msg_personal").SetInteractionID(c.id).SetSequence(50).SetAuthor(message.AuthorCitizen).
		SetText("мой номер [телефон]").SetClear(inClear).SaveX(c.system)
	c.client.Attachment.Create().SetInteractionID(c.id).SetMessageID(m.ID).SetFromCitizen(true).SetFileName("Борецкая инвалидность.pdf").
		SetMediaType("application/pdf").SetSize(3).SetSha256(hex.EncodeToString(make([]byte, 32))).ExecX(c.system)
	c.client.Callback.Create().SetInteractionID(c.id).SetReason("LOST").SetState("DONE").SetNumber("+79265550104").SetTimeZone("Europe/Moscow").
		SetPlaceAt(at).SetNextAttemptAt(at).ExecX(c.system)
	c.client.AssistantTurn.Create().SetInteractionID(c.id).SetQuestionID(m.ID).SetDecision("ANSWER").SetReason("confident").
		SetTrace(dialogue.Trace{Kind: "question", Question: "8 926 555-01-06, какая пенсия?"}).ExecX(c.system)
	tape := c.client.Recording.Create().SetCallID("call-1").SetInteractionID(c.id).SetObject("none").SetSha256("00").SetSize(3).SetBeganAt(at).
		SetLengthMs(1).SetDestroyAfter(at.Add(time.Hour)).SaveX(c.system)
	inClear, err = ring.Seal(c.Context(), seal.Place{Table: "transcripts", Column: "clear", Row: "tra_personal"},
		[]byte(`[{"channel":"said","at":1,"text":"девятьсот двадцать шесть 5550105"}]`))
	require.NoError(c, err)
	c.client.Transcript.Create().SetID("tra_personal").SetRecordingID(tape.ID).SetState("DONE").SetNextAttemptAt(at).
		SetLines([]spoken.Line{{Channel: "said", At: 1, Text: "[телефон]"}}).SetClear(inClear).ExecX(c.system)
}

const allPersonal = `query($i: ID!) { interaction(id: $i) { pageUrl note ratingComment topic citizen { name phone }
	messages(last: 5) { edges { node { text attachments { fileName url } } } }
	calls { citizenNumber } callbacks { number } recordings { url transcript { lines { text } } }
	assistantTurns { reason explanation { question } } } }`

// everybodyOf are accounts of every role that reaches the interaction, by name.
func (c *calling) everybodyOf() map[string]string {
	all := map[string]string{"": ""}
	all[string(viewer.Administrator)] = c.admin
	for _, role := range access.Roles {
		if role != viewer.Administrator {
			_, all[string(role)] = c.account("any."+strings.ToLower(string(role)), access.NewRole{Role: role, AgencyID: c.pfr.ID})
		}
	}
	return all
}

func (c *calling) personalReadings() int {
	return c.client.AuditEntry.Query().Where(auditentry.ActionIn("citizen.read", "interaction.read_clear", "message.read_clear",
		"recording.read_clear", "recording.link")).CountX(c.system)
}

func TestPersonalFieldsByRole(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	c.plant()
	vars := map[string]any{"i": c.id}
	everybody := c.everybodyOf()
	everybody["another agency"], everybody["supervisor elsewhere"] = c.other, c.stranger
	for role, token := range everybody {
		got := c.ask(token, allPersonal, vars)
		for column, shown := range personalFields {
			require.NotContains(t, got.raw, shown.marker, "%s reads %s", role, column)
		}
		require.NotContains(t, got.raw, "/attachments/", role)
		require.NotContains(t, got.raw, "/recordings/", role)
	}
	require.Zero(t, c.personalReadings(), "what is masked is not audited")
	got := c.ask(everybody[string(viewer.Supervisor)], allPersonal, vars)
	require.Equal(t, "М***", got.path("interaction", "citizen", "name"), got.raw)
	require.Equal(t, "***01", got.path("interaction", "citizen", "phone"))
	require.Equal(t, "https://example.ru/form", got.path("interaction", "pageUrl"))
	require.Contains(t, got.path("interaction", "note"), "карта")

	// Whoever has it in work reads what they need, which is audited once however often, on every node.
	for range 3 {
		got = c.ask(c.operator, allPersonal, vars)
		for _, column := range []string{
			"citizens.name", "citizens.phone", "interactions.page_url", "interactions.note", "interactions.rating_comment", "attachments.file_name",
			"calls.caller", "callbacks.number",
		} {
			require.Contains(t, got.raw, personalFields[column].marker, column)
		}
		require.NotContains(t, got.raw, personalFields["messages.text"].marker, "words are read by purpose")
	}
	require.Equal(t, 1, c.personalReadings())
	entry := c.client.AuditEntry.Query().Where(auditentry.Action("citizen.read")).OnlyX(c.system)
	require.Equal(t, map[string]string{"interaction": c.id, "purpose": "ANSWER_ENQUIRY"}, entry.Detail)
	require.Equal(t, c.anna, entry.ActorID)

	// After it they read it no more without saying what for.
	c.client.Interaction.UpdateOneID(c.id).SetState(entinteraction.StateClosed).SetClosedAt(time.Now()).ExecX(c.system)
	got = c.ask(c.operator, allPersonal, vars)
	for column, shown := range personalFields {
		require.NotContains(t, got.raw, shown.marker, column)
	}
	require.Equal(t, 1, c.personalReadings())
}

const forPurpose = `query($i: ID!, $p: DataPurpose!, $n: String) { interaction(id: $i) {
	clear(purpose: $p, note: $n) { name phone numbers pageUrl note ratingComment files { attachmentId fileName url } }
	messages(last: 1) { edges { node { clearText(purpose: $p, note: $n) } } }
	recordings { url(purpose: $p, note: $n) clearTranscript(purpose: $p, note: $n) { text } } } }`

// In full, with a purpose, each object once.
func TestPersonalFieldsForAPurpose(t *testing.T) {
	t.Parallel()
	c := newCalling(t)
	c.plant()
	c.client.Interaction.UpdateOneID(c.id).SetState(entinteraction.StateClosed).SetClosedAt(time.Now()).ExecX(c.system)
	vars := map[string]any{"i": c.id, "p": "LEGAL_REQUEST", "n": "запрос 17/3"}
	may := map[string]bool{"operator": true, string(viewer.Supervisor): true, string(viewer.Administrator): true}
	everybody := c.everybodyOf()
	everybody["operator"], everybody["another agency"], everybody["supervisor elsewhere"] = c.operator, c.other, c.stranger
	for role, token := range everybody {
		before := c.personalReadings()
		got := c.ask(token, forPurpose, vars)
		for column, shown := range personalFields {
			if column == "assistant_turns.trace" || !may[role] {
				require.NotContains(t, got.raw, shown.marker, "%s reads %s", role, column)
				continue
			}
			require.Contains(t, got.raw, shown.marker, "%s reads %s", role, column)
		}
		if !may[role] {
			require.Equal(t, before, c.personalReadings(), role)
			require.NotContains(t, got.raw, "/recordings/", role)
			continue
		}
		require.Contains(t, got.raw, "/attachments/", role)
		require.Contains(t, got.raw, "/recordings/", role)
		require.Equal(t, before+4, c.personalReadings(), "interaction, message, words and sound of the recording")
	}
	for _, e := range c.client.AuditEntry.Query().Where(auditentry.ActionIn("interaction.read_clear", "message.read_clear",
		"recording.read_clear", "recording.link")).AllX(c.system) {
		require.Equal(t, "LEGAL_REQUEST", e.Detail["purpose"], e.Action)
		require.Equal(t, "запрос 17/3", e.Detail["note"], e.Action)
	}
	before := c.personalReadings()
	for _, wrong := range []map[string]any{
		{"i": c.id, "p": "OTHER", "n": ""},
		{"i": c.id, "p": "OTHER", "n": strings.Repeat("я", 201)},
		{"i": c.id, "p": "CURIOSITY", "n": "x"},
		{"i": c.id, "p": "COMPLAINT", "n": "a\x00b"},
	} {
		got := c.ask(c.operator, forPurpose, wrong)
		require.NotEmpty(t, got.Errors, got.raw)
		for _, shown := range personalFields {
			require.NotContains(t, got.raw, shown.marker)
		}
	}
	require.Equal(t, before, c.personalReadings())
}
