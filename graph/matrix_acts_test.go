package graph_test

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/telephony"
)

// allActs are how the actions of the matrix are tried.
func allActs() map[access.Action]act {
	all := map[access.Action]act{}
	for _, some := range []map[access.Action]act{actsOnInteractions(), actsOfSupervision(), actsOnPeople(), actsOnTheBase(), actsOnCalls(), actsOnSites()} {
		maps.Copy(all, some)
	}
	return all
}

// do tries a mutation with an input that is made for each try; what fails because of the state of things was allowed.
func do(field string, input func(*stage) string) trial {
	return func(s *stage, token string) string { return s.done(field, input(s))(token) }
}

// words is an input that is always the same.
func words(input string) func(*stage) string { return func(*stage) string { return input } }

// on is an input with one id.
func on(name string, id func(*stage) string, more string) func(*stage) string {
	return func(s *stage) string { return fmt.Sprintf("%s: %q%s", name, id(s), more) }
}

// see asks for an object, and expects the field below the path.
func see(query func(*stage) string, path ...string) trial {
	return func(s *stage, token string) string { return s.shown(query(s), path...)(token) }
}

// seen is see for what is shown masked too.
func seen(t trial) trial {
	return func(s *stage, token string) string { return strings.Replace(t(s, token), "m", "y", 1) }
}

// node asks for the object of an id.
func node(kind, field string, id func(*stage) string) trial {
	name, _, _ := strings.Cut(field, " ")
	return see(func(s *stage) string { return fmt.Sprintf(`{ node(id: %q) { ... on %s { %s } } }`, id(s), kind, field) }, "node", name)
}

// listed asks for a list in which an id stands, or not.
func listed(query string, id func(*stage) string) trial {
	return func(s *stage, token string) string {
		wanted := id(s)
		got := s.ask(token, "{ "+strings.ReplaceAll(query, "$who", wanted)+" }", nil)
		switch {
		case len(got.Errors) > 0:
			return letter(got.code())
		case strings.Contains(got.raw, `"`+wanted+`"`):
			return "y"
		default:
			return "-"
		}
	}
}

// open asks for what is shown to whoever may see anything of the kind.
func open(query string) trial {
	return func(s *stage, token string) string {
		got := s.ask(token, "{ "+query+" }", nil)
		if len(got.Errors) > 0 {
			return letter(got.code())
		}
		return "y"
	}
}

// talking asks for a field of an interaction, in a state.
func talking(state interaction.State, selection string, path ...string) trial {
	return see(func(s *stage) string {
		return fmt.Sprintf(`{ interaction(id: %q) { %s } }`, s.present(state), selection)
	}, append([]string{"interaction"}, path...)...)
}

// within is an input that names an interaction in a state.
func within(state interaction.State, more string) func(*stage) string {
	return on("interactionId", func(s *stage) string { return s.present(state) }, more)
}

// soon is an instant of GraphQL.
func soon() string { return time.Now().Add(time.Hour).UTC().Format(time.RFC3339) }

func actsOnInteractions() map[access.Action]act {
	active := interaction.StateActive
	deferral := func(change func(*ent.DeferralCreate, *stage)) func(*stage) string {
		return func(s *stage) string { return s.deferral(func(d *ent.DeferralCreate) { change(d, s) }) }
	}
	plain := deferral(func(*ent.DeferralCreate, *stage) {})
	return map[access.Action]act{
		access.ReadInteraction: {try: talking(active, "id")},
		access.ReadTimeline: {try: func(s *stage, token string) string {
			s.talked()
			return s.shown(fmt.Sprintf(`{ interaction(id: %q) { segments { kind } } }`, s.talk.ID), "interaction", "segments")(token)
		}},
		access.ReadRoutingTrace: {try: func(s *stage, token string) string {
			s.client.RoutingTrace.Create().SetInteractionID(s.present(active)).SetRule("r").SetWaitedMs(1).ExecX(s.system)
			return s.shown(fmt.Sprintf(`{ interaction(id: %q) { routingTraces { rule } } }`, s.talk.ID), "interaction", "routingTraces")(token)
		}},
		access.ReadSuggestions:  {try: talking(active, "suggestions { probability }", "suggestions")},
		access.ReadCitizen:      {try: seen(talking(active, "citizen { name }", "citizen", "name"))},
		access.ReadPersonalData: {try: talking(active, "citizen { name }", "citizen", "name")},
		access.ReadForPurpose:   {try: talking(active, "clear(purpose: QUALITY_CONTROL) { name }", "clear", "name")},
		access.StartChat:        {try: do("chatStart", words("")), global: true},
		access.SendMessage:      {try: do("messageSend", within(active, `, text: "Слово"`))},
		access.RequestHandover:  {try: do("handoverRequest", within(interaction.StateWithAssistant, ""))},
		access.RateAnswer:       {try: do("answerFeedback", on("messageId", (*stage).answered, ", helpful: true"))},
		access.RateInteraction:  {try: do("interactionRate", within(interaction.StateClosed, ", rating: 5"))},
		access.EndChat:          {try: do("chatEnd", within(active, ""))},
		access.WorkInteraction:  {try: do("interactionHold", within(active, ""))},
		access.TransferInteraction: {try: do("interactionTransfer", func(s *stage) string {
			return within(active, fmt.Sprintf(", queueId: %q", s.queue()))(s)
		})},
		access.DeferInteraction: {try: do("interactionDefer", within(active, `, question: "Вопрос"`))},
		access.ReadDeferrals:    {try: node("Deferral", "question", plain)},
		access.NameDeferral: {try: do("deferralName", func(s *stage) string {
			return on("deferralId", plain, fmt.Sprintf(", operatorId: %q", s.operator()))(s)
		})},
		access.AnswerDeferral: {try: do("deferralAnswer", on("deferralId", deferral(func(d *ent.DeferralCreate, s *stage) {
			d.SetNillableOperatorID(optionally(s.owner))
		}), ""))},
		access.AnalyseDeferral: {try: do("deferralAnalyse", on("deferralId", deferral(func(d *ent.DeferralCreate, _ *stage) {
			d.SetState("ANSWERED").SetAnalysis("PENDING")
		}), `, finding: NOTHING, conclusion: "c"`))},
		access.SetDeferralTerm: {try: do("deferralTermSet", words("")), global: true},
		access.AnswerOffer: {try: do("offerDecline", on("offerId", func(s *stage) string {
			return s.client.Offer.Create().SetInteractionID(s.present(interaction.StateOffered)).SetQueueID(s.queue()).SetAccountID(s.person()).
				SetExpiresAt(time.Now().Add(time.Hour)).SaveX(s.system).ID
		}, ""))},
		access.ManagePersonalData: {try: do("legalHoldPlace", within(interaction.StateClosed, `, reason: "r"`)), global: true},
	}
}

func actsOfSupervision() map[access.Action]act {
	marks := `, marks: [{code: "greeting", points: 1}, {code: "tone", points: 5}, {code: "right", points: 2}, {code: "personal", points: 1}]`
	evaluation := func(state string) func(*stage) string { return func(s *stage) string { return s.evaluation(state) } }
	period := fmt.Sprintf("from: %q, to: %q", time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), soon())
	return map[access.Action]act{
		access.DirectOperator: {try: do("operatorPresenceSet", on("accountId", (*stage).operator, `, state: BUSY, reason: "r"`))},
		access.AssignInteraction: {try: do("interactionAssign", func(s *stage) string {
			return within(interaction.StateActive, fmt.Sprintf(`, accountId: %q, reason: "r"`, s.member()))(s)
		})},
		access.ReadEvaluations: {try: node("Evaluation", "score", evaluation("GIVEN"))},
		access.GiveEvaluation: {try: do("evaluationGive", func(s *stage) string {
			s.talked()
			return fmt.Sprintf("interactionId: %q, formId: %q%s", s.talk.ID, s.form, marks)
		})},
		access.AnswerEvaluation: {try: do("evaluationComment", on("evaluationId", evaluation("GIVEN"), `, text: "t"`))},
		access.DecideEvaluation: {try: do("evaluationDecide", on("evaluationId", evaluation("CONTESTED"), `, verdict: UPHELD, reason: "r"`))},
		access.ReadEvaluationResults: {try: listed(`evaluationResults(filter: {`+period+`, operatorId: "$who"}) { operator { id } evaluations }`, func(s *stage) string {
			return s.client.Evaluation.GetX(s.system, s.evaluation("GIVEN")).OperatorID
		})},
		access.ManageEvaluation: {try: func(s *stage, token string) string {
			input := map[string]any{"name": "f", "content": formContent()}
			if s.agency != "" {
				input["agencyId"], input["regionId"] = s.agency, s.region
			}
			return outcome(s.TB, s.tried(token, "evaluationFormCreate", "EvaluationFormCreateInput", input, "form { id }"), "evaluationFormCreate")
		}},
		access.ReadCalibrations: {try: node("Calibration", "state", (*stage).calibration)},
		access.Calibrate:        {try: do("calibrationConclude", on("calibrationId", (*stage).calibration, `, conclusion: "c"`))},
		access.ReadAlerts:       {try: node("Alert", "value", (*stage).alert)},
		access.ManageAlerts: {try: do("alertRuleCreate", func(s *stage) string {
			return s.scope() + `metric: WAITING, limits: {name: "r", threshold: 2, clearThreshold: 1}`
		})},
		access.AcknowledgeAlert: {try: do("alertAcknowledge", on("alertId", (*stage).alert, ""))},
		access.ReportIncident:   {try: do("incidentReport", words(`severity: LOW, subject: CALLS, text: "t"`)), global: true},
		access.ReadIncidents:    {try: node("Incident", "text", (*stage).incident)},
		access.DecideIncident:   {try: do("incidentAcknowledge", on("incidentId", (*stage).incident, ""))},
		access.SetPresence:      {try: do("presenceSet", words("state: BUSY")), global: true},
		access.ReadDesk:         {try: open("desk { cursor }"), global: true},
		access.ReadBoard:        {try: listed("board { incidents { id } }", (*stage).incident)},
		access.ReadQueue: {try: listed("queues(filter: {channel: VOICE}) { edges { node { id } } }", func(s *stage) string {
			return s.client.Queue.Create().SetCode(code("voice")).SetName("v").SetChannel("VOICE").SetLine(2).
				SetAgencyID(s.agency).SetRegionID(s.region).SaveX(s.system).ID
		}), seesAll: []viewer.Role{viewer.Operator}}, // who may transfer to them
		access.ReadQueueFigures: {try: node("Queue", "figures { waiting }", (*stage).queue)},
		access.ReadQueueMembers: {try: node("Queue", "members { id }", (*stage).queue)},
		access.CreateQueue:      {try: do("queueCreate", words(`code: "new-#", name: "q", channel: CHAT, line: 1`)), global: true},
		access.CreateSkill:      {try: do("skillCreate", words(`code: "NEW_#", name: "s"`)), global: true},
		access.SetBusinessHours: {try: do("businessHoursSet", words(`name: "b", timeZone: "Europe/Moscow", periods: []`)), global: true},
		access.ManageQueue:      {try: do("queueUpdate", on("queueId", (*stage).queue, ", settings: {priority: 1}"))},
		access.ManageQueueMembers: {try: do("queueMembersAdd", func(s *stage) string {
			return on("queueId", (*stage).queue, fmt.Sprintf(", accountIds: [%q]", s.operator()))(s)
		})},
	}
}

func actsOnPeople() map[access.Action]act {
	key := func(field string) trial { return do(field, on("apiKeyId", (*stage).key, "")) }
	return map[access.Action]act{
		access.SetSkill: {try: do("accountSkillSet", func(s *stage) string {
			skill := s.client.Skill.Create().SetCode(code("SKILL")).SetName("s").SaveX(s.system).ID
			return on("accountId", (*stage).operator, fmt.Sprintf(", skillId: %q, proficiency: 5", skill))(s)
		})},
		access.ReadReference: {try: open("skills { totalCount }"), global: true},
		access.ReadAccounts: {try: func(s *stage, token string) string {
			who := s.client.Account.GetX(s.system, s.operator())
			return listed(`accounts(filter: {text: "`+who.Login+`"}) { edges { node { id login } } }`, func(*stage) string { return who.ID })(s, token)
		}},
		access.ReadSignIns:        {try: node("Account", "lastSignInAt", (*stage).person)},
		access.ManageAccounts:     {try: do("accountUpdate", on("accountId", (*stage).operator, `, displayName: "Новое имя"`))},
		access.ReadAccessRequests: {try: node("AccessRequest", "reason", (*stage).accessRequest)},
		access.DecideAccess:       {try: do("accessRequestDecide", on("accessRequestId", (*stage).accessRequest, `, approve: false, reason: "r"`))},
		access.ManageKeys:         {try: key("apiKeyRevoke")},
		access.ManageNetworks: {try: do("agencyNetworkAdd", func(s *stage) string {
			return fmt.Sprintf(`agencyId: %q, network: "127.0.0.0/8"`, s.agency)
		}), wide: true, placed: true},
		access.ReadAudit: {try: listed(`auditEntries(filter: {objectId: "$who"}) { edges { node { objectId } } }`, func(s *stage) string {
			who := s.operator()
			s.done("accountUpdate", fmt.Sprintf(`accountId: %q, displayName: "Другое имя"`, who))(s.root)
			return who
		})},
	}
}

func actsOnTheBase() map[access.Action]act {
	version := func(move string) func(*stage) string {
		return func(s *stage) string {
			v := s.draft(move)
			return fmt.Sprintf("versionId: %q, revision: %v", v["id"], v["revision"])
		}
	}
	published := func(s *stage) string {
		_, id := s.record()
		return id
	}
	accepted := func(s *stage) string { return s.proposal("accepted") }
	return map[access.Action]act{
		access.SearchBase: {try: open(`recordSearch(input: {text: "пенсия"}) { probability }`), global: true},
		access.GiveFeedback: {try: do("recordFeedback", func(s *stage) string {
			return fmt.Sprintf("versionId: %q, verdict: USEFUL", s.baseVersion)
		}), global: true},
		access.ReadQuality:      {try: listed("answerSamples(first: 100) { id }", (*stage).sample)},
		access.ExplainAssistant: {try: see(func(s *stage) string { return fmt.Sprintf(`{ assistantTurn(id: %q) { decision } }`, s.turn()) }, "assistantTurn")},
		access.DecideGap:        {try: do("gapDismiss", on("gapId", (*stage).gap, `, reason: "r"`))},
		access.Propose: {try: do("proposalCreate", func(s *stage) string {
			s.owner = s.asks // only who works in an interaction proposes from it
			return within(interaction.StateActive, `, question: "Вопрос?", answer: "Ответ."`)(s)
		}), global: true},
		access.ReviewProposal: {try: do("proposalAccept", on("proposalId", func(s *stage) string { return s.proposal("") }, ""))},
		access.DraftProposal:  {try: do("proposalDecline", on("proposalId", accepted, `, reason: "r"`))},
		access.ReadDrafts: {try: see(func(s *stage) string {
			return fmt.Sprintf(`{ recordVersion(id: %q) { question } }`, s.draft("")["id"])
		}, "recordVersion")},
		access.EditRecord: {try: do("recordCreate", func(s *stage) string {
			return s.scope() + `content: {question: "Вопрос ` + code("") + ` о льготах?"}`
		})},
		access.ReviewRecord: {try: do("recordApprove", version("recordSubmit"))},
		access.ReadRecalls:  {try: see(func(s *stage) string { return fmt.Sprintf(`{ recall(id: %q) { state } }`, s.recall()) }, "recall")},
		access.BeginRecall:  {try: do("recallBegin", on("versionId", published, `, reason: "r", text: "t"`))},
		access.CancelRecall: {try: do("recallCancel", on("recallId", (*stage).recall, ""))},
		access.ReviewAnswers: {try: see(func(s *stage) string {
			return fmt.Sprintf(`{ sampledAnswers(sampleId: %q) { totalCount } }`, s.sample())
		}, "sampledAnswers")},
	}
}

func actsOnCalls() map[access.Action]act {
	settings := `settings: {name: "Оператор #", proxy: "sip.example.ru:5060", sources: ["192.0.2.0/24"]}`
	return map[access.Action]act{
		access.PlayRecording: {try: func(s *stage, token string) string {
			got := s.ask(token, fmt.Sprintf(`{ interaction(id: %q) { recordings { url(purpose: QUALITY_CONTROL) } } }`, s.recording()), nil)
			switch {
			case len(got.Errors) > 0:
				return letter(got.code())
			case strings.Contains(got.raw, `"url":"`):
				return "y"
			default:
				return "N"
			}
		}},
		access.SuperviseCall: {try: do("callSupervise", func(s *stage) string {
			id := s.present(interaction.StateActive)
			s.views[id] = telephony.CallView{InteractionID: id, Phase: "talk"}
			return fmt.Sprintf("interactionId: %q, mode: LISTEN", id)
		})},
		access.DialOut:        {try: do("callDial", words(`number: "89161112233"`)), global: true},
		access.ReadCallbacks:  {try: node("Callback", "reason", (*stage).callback)},
		access.TakeCallback:   {try: do("callbackTake", on("callbackId", (*stage).callback, ""))},
		access.CancelCallback: {try: do("callbackCancel", on("callbackId", (*stage).callback, ""))},
		access.ManageTrunks:   {try: do("trunkCreate", words(settings)), global: true},
		access.ManageNumbers:  {try: do("serviceNumberSet", words(`number: "88006000000", name: "n"`)), global: true},
		access.ManageNodes:    {try: open("centreNodes { id }"), global: true},
		access.EditMenu: {try: do("menuCreate", func(s *stage) string {
			return s.ofAgency() + `code: "menu-#", name: "m"`
		}), wide: true},
		access.PublishMenu: {try: do("menuPublish", on("menuVersionId", (*stage).menu, "")), wide: true},
		access.CreatePhone: {try: do("phoneCreate", on("accountId", (*stage).operator, ""))},
		access.ResetPhone:  {try: do("phoneReset", on("phoneId", (*stage).phone, ""))},
	}
}

func actsOnSites() map[access.Action]act {
	course := func(s *stage) string { return s.course() }
	return map[access.Action]act{
		access.ReadSites: {try: listed("sites(last: 100) { edges { node { id } } }", (*stage).site), placed: true},
		access.ReadOnboarding: {try: see(func(s *stage) string {
			return fmt.Sprintf(`{ siteOnboarding(siteId: %q) { stage } }`, s.site())
		}, "siteOnboarding"), placed: true},
		access.ConfirmOnboarding: {try: do("siteCheckConfirm", on("siteId", (*stage).site,
			`, check: APPOINTMENT_ORDER, person: "Иванова", on: "2021-11-01", document: "Приказ 12"`)), placed: true},
		access.PlanOnboarding: {try: do("siteAdd", func(s *stage) string {
			return s.scope() + `name: "Площадка #", wave: 1, need: {operatorsLine1: 0, operatorsLine2: 1, supervisors: 1, contentManagers: 0, coordinators: 1, records: 2}`
		}), placed: true},
		access.ReadCourses:  {try: node("Course", "versions { number }", course)},
		access.EditCourse:   {try: do("courseChange", on("courseId", course, `, title: "t"`))},
		access.ReadTraining: {try: node("TrainingAssignment", "state", (*stage).assignment)},
		access.AssignTraining: {try: do("trainingAssign", func(s *stage) string {
			return on("courseId", course, fmt.Sprintf(", accountIds: [%q]", s.operator()))(s)
		})},
		access.Train: {try: do("attemptBegin", on("assignmentId", (*stage).assignment, ""))},
		access.GrantAdmission: {try: do("admissionGrant", func(s *stage) string {
			return on("courseId", course, fmt.Sprintf(`, accountId: %q, reason: "r", validTo: %q`, s.operator(), soon()))(s)
		})},
	}
}
