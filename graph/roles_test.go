package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/graph"
	"ekc/internal/ratelimit"
)

// The rights as a client meets them, action by action through the HTTP handler. The interaction, the account and the second
// queue are PFR's. The columns: nobody, a citizen of another interaction; the eight roles (operator, supervisor, content
// manager, expert-system administrator, segment administrator, segment coordinator, expert-system user, administrator) of
// PFR; the first seven of another agency; the interaction's operator and its citizen.
//
//	y it is done or shown; m shown masked; - shown as empty; N not found or null; F forbidden; U not signed in
const met = `
interaction              NN NyNNNyNy NNNNNNN yy
interaction.messages     NN NyNNNyNy NNNNNNN yy
interaction.segments     NN NyNNNyNy NNNNNNN y-
interaction.traces       NN NyNNNyNy NNNNNNN --
interaction.suggestions  NN NyNNN-Ny NNNNNNN y-
interaction.citizen      NN NmNNNmNm NNNNNNN yN
node.interaction         NN NyNNNyNy NNNNNNN yy
node.message             NN NyNNNyNy NNNNNNN yy
node.citizen             NN NmNNNmNm NNNNNNN yN
node.offer               NN NyNNNyNy NNNNNNN yN
node.account             NN yyyyyyyy NNNNNNN yN
node.queue               NN yyyyyyyy yyyyyyy yN
chatStart                yy yyyyyyyy yyyyyyy yy
messageSend              UN NFNNNFNF NNNNNNN yy
typingSignal             UN NFNNNFNF NNNNNNN yy
attachmentUpload         UN NFNNNFNF NNNNNNN yy
handoverRequest          UN NFNNNFNF NNNNNNN Fy
answerFeedback           UN NFNNNFNF NNNNNNN Fy
interactionRate          UN NFNNNFNF NNNNNNN Fy
interactionHold          UN NFNNNFNF NNNNNNN yF
interactionResume        UN NFNNNFNF NNNNNNN yF
suggestionDismiss        UN NFNNNFNF NNNNNNN yF
offerDecline             UF NFFFFFFN NFFFFFF yF
presenceSet              UF yFFFFFFy yFFFFFF yF
desk                     UF yFFFFFFy yFFFFFF yF
board                    UF FyFFFyFy FyFFFyF FF
board.today              UF FyFFFyFy FyFFFyF FF
board.interactions       UF FyFFFyFy FyFFFyF FF
queues                   UF yyyyyyyy yyyyyyy yF
queue.figures            NN NyNNNyNy NNNNNNN yN
queue.members            NN -y---y-y ------- -N
queueCreate              UF FFFFFFFy FFFFFFF FF
skillCreate              UF FFFFFFFy FFFFFFF FF
businessHoursSet         UF FFFFFFFy FFFFFFF FF
queueUpdate              UN FyFFFFFy NNNNNNN FN
queueMembersAdd          UN FyFFFFFy NNNNNNN FN
accountSkillSet          UN NyNNFFNy NNNNNNN NN
skills                   UF yyyyyyyy yyyyyyy yF
dispositions             UF yyyyyyyy yyyyyyy yF
pauseReasons             UF yyyyyyyy yyyyyyy yF
businessHours            UF yyyyyyyy yyyyyyy yF
sites                    UF FyFFyyFy FyFFyyF FF
recordSearch             UF yyyyyyyy yyyyyyy yF
accounts                 UF FyFFyyFy FyFFyyF FF
account.lastSignInAt     NN NyNNyNNy NNNNNNN yN
accountUpdate            UF FFFFyFFy FFFFNFF FF
accountCreate            UF FFFFyFFy FFFFFFF FF
roleGrant                UF FFFFyFFy FFFFFFF FF
auditEntries             UF FFFFyFFy FFFFyFF FF
sessions                 UU yyyyyyyy yyyyyyy yU
sessions.of              UU FFFFyFFy FFFFNFF yU
accessRequests           UU yyyyyyyy yyyyyyy yU
accessRequestCreate      UU FFFFyFFy FFFFNFF yU
accessRequestDecide      UU NNNNFNyy NNNNNNN FU
accessRequestWithdraw    UU NNNNFNFF NNNNNNN yU
secondFactorReset        UF FFFFyFFy FFFFNFF FF
accountSessionsRevoke    UF FFFFyFFy FFFFNFF FF
accountCertificateBind   UF FFFFyFFy FFFFNFF FF
identities               UU yyyyyyyy yyyyyyy yU
apiKeys                  UF FFFFyFFy FFFFyFF FF
apiKeyActions            UF FFFFyFFy FFFFyFF FF
apiKeyCreate             UU FFFFyFFy FFFFFFF FU
apiKeyRotate             UF FFFFyFFy FFFFNFF FF
apiKeyRevoke             UF FFFFyFFy FFFFNFF FF
agencyNetworks           UF FFFFyFFy FFFFFFF FF
agencyNetworkAdd         UF FFFFyFFy FFFFFFF FF
agencyNetworkRemove      UN NNNNyNNN NNNNNNN NN
records.drafts           UF NyyyNNNy NNNNNNN NF
recordCreate             UF FFyyFFFy FFFFFFF FF
recordFeedback           UF yyyFFFFy yyyFFFF yF
recordVersionFeedback    UN NyyyNyyy NyyyNyy NN
lowRatedVersions         UN NyyyNyyy NyyyNyy NN
gaps                     UN NyyyNyyy NyyyNyy NN
proposals                UF yyyyyyyy yyyyyyy yF
knowledgeStatistics      UN NyyyNyyy NyyyNyy NN
deadRecords              UN NyyyNyyy NyyyNyy NN
answerSamples            UN NyyyNyyy NyyyNyy NN
answerSampleDraw         UN NFyyNFFy NFFFNFF NN
recalls                  UN NyyyNyNy NyyyNyN NN
recallBegin              UF FFyyFFFy FFFFFFF FF
benchCases               UF FyyyFFFy FFFFFFF FF
benchRun                 UF FyyyFFFy FFFFFFF FF
benchCaseKeep            UF FFyyFFFy FFFFFFF FF
interactionTransfer      UN NyNNNFNy NNNNNNN NF
interactionFinish        UN NFNNNFNF NNNNNNN NF
interactionClose         UN NFNNNFNF NNNNNNN NF
chatEnd                  UN NFNNNFNF NNNNNNN Ny
`

// cast are the clients of the table, in the order of its columns, and what they act upon.
type cast struct {
	*world
	tokens                                        []string
	interaction, citizen, message, offer, account string
	skill, disposition, version                   string
	spare, request, key, network                  string
	calls                                         int
}

func newCast(t *testing.T) *cast {
	t.Helper()
	w := newWorld(t, func(o *graph.Options) {
		o.RateLimits.Citizen = ratelimit.Options{Every: time.Microsecond, Burst: 1000}
	})
	c := &cast{world: w}
	_, stranger := w.chat("")
	c.tokens = []string{"", stranger}
	for _, agency := range []string{w.pfr.ID, w.mse.ID} {
		for i, role := range access.Roles {
			in := access.NewRole{Role: role, AgencyID: agency}
			if role == viewer.Administrator {
				if agency == w.mse.ID {
					continue
				}
				in.AgencyID = ""
			}
			_, token := w.account(fmt.Sprintf("r%d.%s", i, strings.ToLower(agency[len(agency)-6:])), in)
			c.tokens = append(c.tokens, token)
		}
	}
	a, operator := w.account("own", access.NewRole{Role: viewer.Operator, AgencyID: w.pfr.ID})
	w.client.QueueMember.Create().SetQueueID(w.line1.ID).SetAccountID(a.ID).ExecX(w.system)
	w.client.QueueMember.Create().SetQueueID(w.line2.ID).SetAccountID(a.ID).ExecX(w.system)
	w.ask(operator, `mutation { presenceSet(input: {state: AVAILABLE}) { userErrors { message } } }`, nil)
	c.account = a.ID
	c.skill = w.client.Skill.Create().SetCode("DEAF").SetName("s").SaveX(w.system).ID
	c.disposition = w.client.Disposition.Create().SetCode("d").SetName("d").SaveX(w.system).ID
	c.version = w.ask(operator, `{ record(id: "rec-1") { versionId } }`, nil).path("record", "versionId").(string)
	c.converse(operator)
	c.doors()
	return c
}

// doors makes what the rows of rights and keys are about; spare is an operator of PFR whom nobody signs in as.
func (c *cast) doors() {
	end, ctx := time.Now().Add(time.Hour), c.system
	spare, _ := c.world.account("spare", access.NewRole{Role: viewer.Operator, AgencyID: c.pfr.ID})
	c.spare = spare.ID
	c.request = c.client.AccessRequest.Create().SetAccountID(c.account).SetAskerID(c.account).SetRole("SUPERVISOR").SetAgencyID(c.pfr.ID).
		SetReason("r").SetWantedTo(end).SetExpiresAt(end).SaveX(ctx).ID
	c.key = c.client.APIKey.Create().SetName("k").SetAgencyID(c.pfr.ID).SetActions([]string{"base.search"}).SetHint("h").SetHash([]byte("h")).
		SetExpiresAt(end).SetCreatorID(c.spare).SaveX(ctx).ID
	c.network = c.client.AgencyNetwork.Create().SetAgencyID(c.pfr.ID).SetNetwork("127.0.0.0/9").SaveX(ctx).ID
}

// converse gives the operator an interaction of PFR, and the offer of another.
func (c *cast) converse(operator string) {
	c.Helper()
	var citizen string
	for range 2 {
		got := c.ask("", `mutation { chatStart(input: {agencyCode: "PFR", name: "Иван Петров", phone: "+79261234567",
			text: "Как назначить пенсию по старости?"}) { token interaction { id } } }`, nil)
		id, token := got.path("chatStart", "interaction", "id").(string), got.path("chatStart", "token").(string)
		c.ask(token, `mutation($i: ID!) { handoverRequest(input: {interactionId: $i}) { userErrors { message } } }`, map[string]any{"i": id})
		require.NoError(c, c.routing.Tick(c.system))
		got = c.ask(operator, `{ desk { offers { id } } }`, nil)
		require.Len(c, got.path("desk", "offers"), 1, got.raw)
		c.offer = got.path("desk", "offers").([]any)[0].(map[string]any)["id"].(string)
		if c.interaction == "" {
			c.interaction, citizen = id, token
			c.ask(operator, `mutation($o: ID!) { offerAccept(input: {offerId: $o}) { userErrors { message } } }`, map[string]any{"o": c.offer})
		}
	}
	i := c.client.Interaction.GetX(c.system, c.interaction)
	require.Equal(c, c.account, i.OperatorID)
	c.citizen = i.CitizenID
	c.message = i.QueryMessages().FirstIDX(c.system)
	c.tokens = append(c.tokens, operator, citizen)
}

// shown asks for a field and says what came of it: the path leads to the value.
func (c *cast) shown(query string, path ...string) func(token string) string {
	return func(token string) string {
		got := c.ask(token, query, nil)
		if len(got.Errors) > 0 {
			return letter(got.code())
		}
		var value any = got.Data
		for _, name := range path {
			object, ok := value.(map[string]any)
			if !ok {
				return "N"
			}
			value = object[name]
		}
		switch v := value.(type) {
		case nil:
			return "N"
		case []any:
			if len(v) == 0 {
				return "-"
			}
		case string:
			if strings.Contains(v, "***") {
				return "m"
			}
		}
		return "y"
	}
}

// done calls a mutation. What only fails because somebody did it before, or because the message is no answer, was allowed.
func (c *cast) done(field, input string) func(token string) string {
	return func(token string) string {
		c.calls++
		query := "mutation { " + field + "(input: {" + strings.ReplaceAll(input, "#", fmt.Sprint(c.calls)) + "}) { userErrors { code message } } }"
		return outcome(c.TB, c.ask(token, query, nil), field)
	}
}

// plain asks for a field that has no selection.
func (c *cast) plain(token, field string) string {
	got := c.ask(token, "{ "+field+" }", nil)
	if len(got.Errors) > 0 {
		return letter(got.code())
	}
	return "y"
}

func outcome(t testing.TB, got answer, field string) string {
	t.Helper()
	if len(got.Errors) > 0 {
		require.NotContains(t, got.raw, "VALIDATION", field)
		return letter(got.code())
	}
	errs := got.path(field, "userErrors").([]any)
	if len(errs) == 0 {
		return "y"
	}
	return letter(errs[0].(map[string]any)["code"])
}

func letter(code any) string {
	switch code {
	case "NOT_FOUND":
		return "N"
	case "FORBIDDEN":
		return "F"
	case "UNAUTHENTICATED":
		return "U"
	case "CONFLICT":
		return "y"
	default:
		return fmt.Sprint(code)
	}
}

func (c *cast) attempts() map[string]func(token string) string {
	i := `interactionId: "` + c.interaction + `"`
	this := `{ interaction(id: "` + c.interaction + `") { `
	node := func(id, kind, field string) func(string) string {
		name, _, _ := strings.Cut(field, " ")
		return c.shown(`{ node(id: "`+id+`") { ... on `+kind+` { `+field+` } } }`, "node", name)
	}
	list := func(field, arguments, selection string) func(string) string {
		return func(token string) string {
			if s := c.shown("{ "+field+arguments+" { "+selection+" } }", field)(token); s != "-" {
				return s
			}
			return "y" // allowed, though there is nothing
		}
	}
	queue := `queueId: "` + c.line2.ID + `"`
	role := `{role: OPERATOR, agencyId: "` + c.pfr.ID + `", line: 2}`
	agency, version := `agencyId: "`+c.pfr.ID+`"`, `versionId: "`+c.version+`"`
	feedback := c.done("answerFeedback", `messageId: "`+c.message+`", helpful: true`)
	return map[string]func(string) string{
		"interaction":             c.shown(this+"id } }", "interaction"),
		"interaction.messages":    c.shown(this+"messages { edges { node { text } } } } }", "interaction", "messages", "edges"),
		"interaction.segments":    c.shown(this+"segments { kind } } }", "interaction", "segments"),
		"interaction.traces":      c.shown(this+"routingTraces { rule } } }", "interaction", "routingTraces"),
		"interaction.suggestions": c.shown(this+"suggestions { probability } } }", "interaction", "suggestions"),
		"interaction.citizen":     c.shown(this+"citizen { phone } } }", "interaction", "citizen", "phone"),
		"node.interaction":        node(c.interaction, "Interaction", "state"),
		"node.message":            node(c.message, "Message", "text"),
		"node.citizen":            node(c.citizen, "Citizen", "name"),
		"node.offer":              node(c.offer, "Offer", "state"),
		"node.account":            node(c.account, "Account", "login"),
		"node.queue":              node(c.line2.ID, "Queue", "code"),
		"chatStart":               c.done("chatStart", ""),
		"messageSend":             c.done("messageSend", i+`, text: "Слово"`),
		"typingSignal":            c.done("typingSignal", i),
		"attachmentUpload": func(token string) string {
			got := c.upload(token, c.interaction, "a.txt", []byte("слово"), header("GraphQL-Require-Preflight", "1"))
			return outcome(c.TB, got, "attachmentUpload")
		},
		"handoverRequest": c.done("handoverRequest", i),
		"answerFeedback": func(token string) string {
			return strings.Replace(feedback(token), "INVALID", "y", 1) // it is theirs, but no answer
		},
		"interactionRate":      c.done("interactionRate", i+", rating: 5"),
		"interactionHold":      c.done("interactionHold", i),
		"suggestionDismiss":    c.done("suggestionDismiss", i+`, recordId: "rec-1"`),
		"interactionResume":    c.done("interactionResume", i),
		"offerDecline":         c.done("offerDecline", `offerId: "`+c.offer+`"`),
		"presenceSet":          c.done("presenceSet", "state: BUSY"),
		"desk":                 list("desk", "", "cursor"),
		"board":                list("board", "", "cursor"),
		"board.today":          list("board", "", "today { at }"),
		"board.interactions":   list("board", "", "interactions { id }"),
		"queues":               list("queues", "", "totalCount"),
		"queue.figures":        node(c.line2.ID, "Queue", "figures { waiting }"),
		"queue.members":        node(c.line2.ID, "Queue", "members { id }"),
		"queueCreate":          c.done("queueCreate", `code: "q-#", name: "q", channel: CHAT, line: 1`),
		"skillCreate":          c.done("skillCreate", `code: "SKILL_#", name: "s"`),
		"businessHoursSet":     c.done("businessHoursSet", `name: "b", timeZone: "Europe/Moscow", periods: []`),
		"queueUpdate":          c.done("queueUpdate", queue+", settings: {priority: 1}"),
		"queueMembersAdd":      c.done("queueMembersAdd", queue+`, accountIds: ["`+c.account+`"]`),
		"accountSkillSet":      c.done("accountSkillSet", `accountId: "`+c.account+`", skillId: "`+c.skill+`", proficiency: 5`),
		"skills":               list("skills", "", "totalCount"),
		"dispositions":         list("dispositions", "", "totalCount"),
		"pauseReasons":         list("pauseReasons", "", "code"),
		"businessHours":        list("businessHours", "", "name"),
		"sites":                list("sites", "", "totalCount"),
		"recordSearch":         list("recordSearch", `(input: {text: "пенсия"})`, "probability"),
		"accounts":             list("accounts", "", "totalCount"),
		"account.lastSignInAt": node(c.account, "Account", "lastSignInAt"),
		"accountUpdate":        c.done("accountUpdate", `accountId: "`+c.account+`", displayName: "Новое имя"`),
		"accountCreate":        c.done("accountCreate", `login: "new.#", displayName: "x", password: "seven green kites", role: `+role),
		"roleGrant":            c.done("roleGrant", `accountId: "`+c.account+`", role: `+role),
		"auditEntries":         list("auditEntries", "", "totalCount"),
		"sessions":             list("sessions", "", "id"),
		"sessions.of":          list("sessions", `(accountId: "`+c.account+`")`, "id"),
		"accessRequests":       list("accessRequests", "", "totalCount"),
		"accessRequestCreate": c.done("accessRequestCreate", `accountId: "`+c.account+`", reason: "r", role: {role: CONTENT_MANAGER, agencyId: "`+
			c.pfr.ID+`", validTo: "`+time.Now().Add(time.Hour).UTC().Format(time.RFC3339)+`"}`),
		"accessRequestDecide":    c.done("accessRequestDecide", `accessRequestId: "`+c.request+`", approve: false, reason: "r"`),
		"accessRequestWithdraw":  c.done("accessRequestWithdraw", `accessRequestId: "`+c.request+`"`),
		"secondFactorReset":      c.done("secondFactorReset", `accountId: "`+c.spare+`"`),
		"accountSessionsRevoke":  c.done("accountSessionsRevoke", `accountId: "`+c.spare+`"`),
		"accountCertificateBind": c.done("accountCertificateBind", `accountId: "`+c.spare+`"`),
		"identities":             list("identities", "", "id"),
		"apiKeys":                list("apiKeys", "", "totalCount"),
		"apiKeyActions":          func(token string) string { return c.plain(token, "apiKeyActions") },
		"apiKeyCreate": c.done("apiKeyCreate", agency+`, name: "k", actions: ["base.search"], expiresAt: "`+
			time.Now().Add(time.Hour).UTC().Format(time.RFC3339)+`"`),
		"apiKeyRotate":          c.done("apiKeyRotate", `apiKeyId: "`+c.key+`"`),
		"apiKeyRevoke":          c.done("apiKeyRevoke", `apiKeyId: "`+c.key+`"`),
		"agencyNetworks":        list("agencyNetworks", "("+agency+")", "network"),
		"agencyNetworkAdd":      c.done("agencyNetworkAdd", agency+`, network: "127.0.0.0/8"`),
		"agencyNetworkRemove":   c.done("agencyNetworkRemove", `agencyNetworkId: "`+c.network+`"`),
		"records.drafts":        list("records", `(filter: {status: DRAFT, agencyId: "`+c.pfr.ID+`"})`, "totalCount"),
		"recordCreate":          c.done("recordCreate", agency+`, content: {question: "Вопрос # о пенсии?"}`),
		"recordFeedback":        c.done("recordFeedback", version+", verdict: USEFUL"),
		"recordVersionFeedback": list("recordVersionFeedback", "("+version+")", "tally { useful }"),
		"lowRatedVersions":      list("lowRatedVersions", "", "recordId"),
		"gaps":                  list("gaps", "", "id"),
		"proposals":             list("proposals", "", "totalCount"),
		"knowledgeStatistics":   list("knowledgeStatistics", `(filter: {from: "2026-01-01T00:00:00Z", to: "2026-12-31T00:00:00Z"})`, "from"),
		"deadRecords":           list("deadRecords", "(days: 1)", "totalCount"),
		"answerSamples":         list("answerSamples", "", "id"),
		"answerSampleDraw":      c.done("answerSampleDraw", agency+`, from: "2026-01-01T00:00:00Z", to: "2026-12-31T00:00:00Z", size: 1`),
		"recalls":               list("recalls", "", "totalCount"),
		"recallBegin":           c.done("recallBegin", version+`, reason: "r", text: "t"`),
		"benchCases":            list("benchCases", "("+agency+")", "totalCount"),
		"benchRun":              list("benchRun", "("+agency+")", "total"),
		"benchCaseKeep":         c.done("benchCaseKeep", agency+`, query: "Вопрос #"`),
		"interactionTransfer":   c.done("interactionTransfer", i+`, `+queue),
		"interactionFinish":     c.done("interactionFinish", i),
		"interactionClose":      c.done("interactionClose", i+`, dispositionId: "`+c.disposition+`", outcome: RESOLVED`),
		"chatEnd":               c.done("chatEnd", i),
	}
}

func TestEveryRoleIsAllowedAndRefused(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	attempts := c.attempts()
	var got strings.Builder
	for line := range strings.Lines(strings.TrimSpace(met)) {
		name := strings.Fields(line)[0]
		attempt := attempts[name]
		require.NotNil(t, attempt, name)
		delete(attempts, name)
		fmt.Fprintf(&got, "%-25s", name)
		for i, token := range c.tokens {
			if i == 2 || i == 10 || i == 17 {
				got.WriteString(" ")
			}
			got.WriteString(attempt(token))
		}
		got.WriteString("\n")
	}
	require.Empty(t, attempts, "attempts that the table does not name")
	require.Equal(t, strings.Join(strings.Fields(met), " "), strings.Join(strings.Fields(got.String()), " "))
}
