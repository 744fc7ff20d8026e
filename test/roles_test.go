package test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// everyone are the demo accounts, one or more of every role.
var everyone = []string{
	"admin", "supervisor", "supervisor.fss", "operator1", "operator2", "line2.pfr", "content.manager", "es.admin", "segment.admin",
	"coordinator", "head.office",
}

// attempt is something that roles may do or not: refusal is the code of who may not.
type attempt struct {
	name    string
	do      func(c *client) string
	allowed []string
	refusal string
}

// codeOf is the code of the first error of an operation, of a user error or of an empty answer; "" when it went well.
func codeOf(c *client, field, query string, variables map[string]any) string {
	c.t.Helper()
	a := c.send(query, variables)
	if len(a.Errors) > 0 {
		return a.Errors[0].Extensions.Code
	}
	var data map[string]json.RawMessage
	require.NoError(c.t, json.Unmarshal(a.Data, &data))
	if string(data[field]) == "null" {
		return "NOT_FOUND"
	}
	var payload struct{ UserErrors []userError }
	if json.Unmarshal(data[field], &payload) == nil && len(payload.UserErrors) > 0 {
		return payload.UserErrors[0].Code
	}
	return ""
}

func reads(field, arguments, selection string) func(*client) string {
	return func(c *client) string {
		return codeOf(c, field, "{ "+field+arguments+" "+selection+" }", nil)
	}
}

func changes(field, inputType string, input map[string]any) func(*client) string {
	return func(c *client) string {
		query := "mutation($input: " + inputType + "!) { " + field + "(input: $input) { userErrors { code message } } }"
		return codeOf(c, field, query, map[string]any{"input": input})
	}
}

func TestRolesAreAllowedAndRefused(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	clients := map[string]*client{}
	for _, login := range everyone {
		clients[login] = n.as(login)
	}
	c := n.nobody().starts(map[string]any{"agencyCode": "PFR", "regionCode": "77", "name": "Иван Петров"})
	c.handedOver()
	operator := clients["operator1"]
	operator.do("presenceSet", "PresenceSetInput", map[string]any{"state": "AVAILABLE"})
	operator.takes(c.id)
	clients["stranger"] = n.nobody().starts(nil).client
	pfr := clients["admin"].queue("chat-line2-pfr")
	this := `(id: "` + c.id + `")`
	for _, a := range []attempt{
		{"read the interaction", reads("interaction", this, "{ id }"), []string{"admin", "supervisor", "operator1"}, "NOT_FOUND"},
		{"reach it as a node", reads("node", this, "{ id }"), []string{"admin", "supervisor", "operator1"}, "NOT_FOUND"},
		{
			"write into it", changes("messageSend", "MessageSendInput", map[string]any{"interactionId": c.id, "text": "Слово"}),
			[]string{"operator1"},
			"",
		},
		{
			"hold it", changes("interactionHold", "InteractionInput", map[string]any{"interactionId": c.id}),
			[]string{"operator1"},
			"",
		},
		{"see the board", reads("board", "", "{ cursor }"), []string{"admin", "supervisor", "supervisor.fss", "coordinator"}, "FORBIDDEN"},
		{"see the desk", reads("desk", "", "{ cursor }"), []string{"admin", "operator1", "operator2", "line2.pfr"}, "FORBIDDEN"},
		{"search the base", reads("recordSearch", `(input: { text: "пенсия" })`, "{ probability }"), everyone, "UNAUTHENTICATED"},
		{
			"make a skill", changes("skillCreate", "SkillCreateInput", map[string]any{"code": "LANG_CHUVASH", "name": "Чувашский язык"}),
			[]string{"admin"},
			"FORBIDDEN",
		},
		{
			"change a queue of PFR", changes("queueUpdate", "QueueUpdateInput", map[string]any{
				"queueId": pfr, "settings": map[string]any{"priority": 1},
			}), []string{"admin", "supervisor"}, "",
		},
		{"read the audit log", reads("auditEntries", "(first: 1)", "{ totalCount }"), []string{"admin", "segment.admin"}, "FORBIDDEN"},
	} {
		t.Run(a.name, func(t *testing.T) { a.check(t, clients) })
	}
}

// check tries it as everyone, the allowed last, so that what they change does not change the others' answer.
func (a attempt) check(t *testing.T, clients map[string]*client) {
	t.Helper()
	allowed := map[string]bool{}
	for _, login := range a.allowed {
		allowed[login] = true
	}
	for login, c := range clients {
		if allowed[login] {
			continue
		}
		code := a.do(c)
		if a.refusal == "" {
			require.Contains(t, []string{"NOT_FOUND", "FORBIDDEN", "UNAUTHENTICATED"}, code, login)
			continue
		}
		if login == "stranger" { // a citizen has no account: not signed in, or not allowed
			require.Contains(t, []string{a.refusal, "UNAUTHENTICATED", "FORBIDDEN"}, code, login)
			continue
		}
		require.Equal(t, a.refusal, code, login)
	}
	for _, login := range a.allowed[:1] {
		require.Empty(t, a.do(clients[login]), login)
	}
	if a.name == "make a skill" {
		return
	}
	for _, login := range a.allowed[1:] {
		require.Empty(t, a.do(clients[login]), login)
	}
}

// Within a segment: what one may give, another agency's administrator may not.
func TestSegmentAdministratorStaysInside(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	got := ask[struct {
		Agencies, Regions struct {
			Edges []struct{ Node struct{ ID, Code string } }
		}
	}](n.nobody(), "{ agencies { edges { node { id code } } } regions { edges { node { id code } } } }", nil)
	ids := map[string]string{}
	for _, e := range append(got.Agencies.Edges, got.Regions.Edges...) {
		ids[e.Node.Code] = e.Node.ID
	}
	account := func(login, agency, region string) map[string]any {
		return map[string]any{"login": login, "displayName": "Новый оператор", "password": "seven green kites", "role": map[string]any{
			"role": "OPERATOR", "agencyId": ids[agency], "regionId": ids[region], "line": 2,
		}}
	}
	segment := n.as("segment.admin")
	segment.do("accountCreate", "AccountCreateInput", account("new.one", "PFR", "77"))
	segment.refuses("FORBIDDEN", "accountCreate", "AccountCreateInput", account("new.two", "FSS", "77"))
	segment.refuses("FORBIDDEN", "accountCreate", "AccountCreateInput", account("new.three", "PFR", "16"))
	n.nobody().signIn("new.one", "seven green kites").do("presenceSet", "PresenceSetInput", map[string]any{"state": "AVAILABLE"})
	require.NotEmpty(t, n.nobody().try("signIn", "SignInInput", map[string]any{"login": "new.two", "password": "seven green kites"}))
}

// The citizen's name is masked for whoever is not the operator.
func TestPersonalDataIsMasked(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	c := n.nobody().starts(map[string]any{"name": "Иван Петров", "phone": "89161234567"})
	c.handedOver()
	o := n.available("operator1")
	o.takes(c.id)
	who := func(c2 *client) (name, phone string) {
		got := ask[struct {
			Interaction struct{ Citizen struct{ Name, Phone string } }
		}](c2, `query($id: ID!) { interaction(id: $id) { citizen { name phone } } }`, map[string]any{"id": c.id})
		return got.Interaction.Citizen.Name, got.Interaction.Citizen.Phone
	}
	name, phone := who(o)
	require.Equal(t, "Иван Петров", name)
	require.Equal(t, "+79161234567", phone)
	name, phone = who(n.as("supervisor"))
	require.NotContains(t, name, "Петров")
	require.NotContains(t, phone, "123456")
	audited := ask[struct{ AuditEntries struct{ TotalCount int } }](n.as("admin"),
		`{ auditEntries(filter: { action: "citizen.read" }) { totalCount } }`, nil)
	require.Positive(t, audited.AuditEntries.TotalCount)
}
