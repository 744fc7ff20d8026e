package access

// Action is something that a viewer may or may not do.
type Action string

// The actions on interactions.
const (
	// ReadInteraction: see it with its dialogue.
	ReadInteraction Action = "interaction.read"
	// ReadTimeline: its segments, offers, Yana's turns, page, disposition, outcome and note.
	ReadTimeline Action = "interaction.read_timeline"
	// ReadRoutingTrace: why it was routed as it was.
	ReadRoutingTrace Action = "interaction.read_routing_trace"
	// ReadSuggestions: what the base has for the citizen's last questions.
	ReadSuggestions Action = "interaction.read_suggestions"
	// ReadCitizen: who the citizen is, name and phone masked.
	ReadCitizen Action = "citizen.read"
	// ManagePersonalData: legal holds, certificates of destruction, citizens' requests about their data.
	ManagePersonalData Action = "personal_data.manage"
	// ReadPersonalData: name and phone in full; each reading is audited.
	ReadPersonalData Action = "citizen.read_personal_data"
	// ReadForPurpose: all that an interaction holds of its citizen in full, for a purpose that the reader names; each reading is audited.
	ReadForPurpose Action = "citizen.read_for_purpose"
	// StartChat: begin an interaction.
	StartChat Action = "interaction.start"
	// SendMessage: messages, attachments and the sign that somebody is writing.
	SendMessage Action = "interaction.send_message"
	// RequestHandover, RateAnswer, RateInteraction and EndChat: the citizen's own.
	RequestHandover Action = "interaction.request_handover"
	RateAnswer      Action = "interaction.rate_answer"
	RateInteraction Action = "interaction.rate"
	EndChat         Action = "interaction.end"
	// WorkInteraction: hold, resume, finish, close with disposition.
	WorkInteraction Action = "interaction.work"
	// TransferInteraction: hand it to another queue.
	TransferInteraction Action = "interaction.transfer"
	// DeferInteraction: put it off until a named operator of line 2 answers it.
	DeferInteraction Action = "interaction.defer"
)

// The actions on deferred enquiries.
const (
	// ReadDeferrals: Own is for who deferred one, and for the operator who is named.
	ReadDeferrals Action = "deferral.read"
	// NameDeferral: say who answers it. AnswerDeferral: do so. AnalyseDeferral: say what the base learns from it.
	NameDeferral    Action = "deferral.name"
	AnswerDeferral  Action = "deferral.answer"
	AnalyseDeferral Action = "deferral.analyse"
	// SetDeferralTerm: within what working time they are answered.
	SetDeferralTerm Action = "deferral.set_term"
)

// The actions on how operators' work is judged.
const (
	// ReadEvaluations: Own is for the operator who was judged. GiveEvaluation: judge, and lay aside what was drawn.
	ReadEvaluations Action = "evaluation.read"
	GiveEvaluation  Action = "evaluation.give"
	// AnswerEvaluation: comment and contest it; the operator. DecideEvaluation: decide what was contested.
	AnswerEvaluation Action = "evaluation.answer"
	DecideEvaluation Action = "evaluation.decide"
	// ReadEvaluationResults: figures of operators by period; Own is the operator.
	ReadEvaluationResults Action = "evaluation.read_results"
	// ManageEvaluation: forms, and rules of what is drawn.
	ManageEvaluation Action = "evaluation.manage"
	// ReadCalibrations: see them. Calibrate: begin and conclude them; who was named judges.
	ReadCalibrations Action = "calibration.read"
	Calibrate        Action = "calibration.run"
)

// The actions on live people.
const (
	// DirectOperator: set an operator's presence, lend them to another line and other queues, each with a reason that they are told.
	DirectOperator Action = "operator.direct"
	// AssignInteraction: hand it from one operator to another, or take it over.
	AssignInteraction Action = "interaction.assign"
)

// The actions on alerts.
const (
	// ReadAlerts: alerts and their rules. ManageAlerts: make and change rules. AcknowledgeAlert: say that one has seen it.
	ReadAlerts       Action = "alert.read"
	ManageAlerts     Action = "alert.manage"
	AcknowledgeAlert Action = "alert.acknowledge"
)

// The actions on incidents.
const (
	// ReportIncident: escalate to the supervisors what keeps one from taking or answering enquiries.
	ReportIncident Action = "incident.report"
	// ReadIncidents: Own is for who reported one; the head office sees those that were escalated. Who sees one may comment it.
	ReadIncidents Action = "incident.read"
	// DecideIncident: acknowledge and resolve it.
	DecideIncident Action = "incident.decide"
)

// The actions on queues and operators.
const (
	// AnswerOffer: accept or decline it.
	AnswerOffer Action = "offer.answer"
	// SetPresence and ReadDesk: of the viewer themselves.
	SetPresence Action = "presence.set"
	ReadDesk    Action = "desk.read"
	// ReadBoard: queues and operators of the segment, live.
	ReadBoard Action = "board.read"
	// ReadQueue: its settings.
	ReadQueue Action = "queue.read"
	// ReadQueueFigures: how many wait and work in it; Own is for its members.
	ReadQueueFigures Action = "queue.read_figures"
	// ReadQueueMembers: who works in it.
	ReadQueueMembers Action = "queue.read_members"
	// CreateQueue, CreateSkill and SetBusinessHours: for the whole centre.
	CreateQueue      Action = "queue.create"
	CreateSkill      Action = "skill.create"
	SetBusinessHours Action = "business_hours.set"
	// ManageQueue: change its settings.
	ManageQueue Action = "queue.manage"
	// ManageQueueMembers: let operators work in it.
	ManageQueueMembers Action = "queue.manage_members"
	// SetSkill: an operator's proficiency.
	SetSkill Action = "account.set_skill"
)

// The actions on everything else.
const (
	// ReadReference: skills, pause reasons, timetables, dispositions.
	ReadReference Action = "reference.read"
	// ReadSites: where operators work.
	ReadSites Action = "site.read"
	// SearchBase: search and read the question base.
	SearchBase Action = "base.search"
	// GiveFeedback: say of a record version that it was useful, wrong or out of date.
	GiveFeedback Action = "base.give_feedback"
	// ReadQuality: words on versions, low-rated versions, gaps. DecideGap: draft a record from a gap, or dismiss it.
	ReadQuality Action = "base.read_quality"
	// ExplainAssistant: read what a turn of Yana rests on, and see it made again with today's base.
	ExplainAssistant Action = "assistant.explain"
	DecideGap        Action = "base.decide_gap"
	// Propose: from inside an interaction. ReviewProposal: accept or refuse it. DraftProposal: make it a draft, or decline it.
	Propose        Action = "base.propose"
	ReviewProposal Action = "base.review_proposal"
	DraftProposal  Action = "base.draft_proposal"
	// ReadDrafts: see versions that were never published, and who did what to a record.
	ReadDrafts Action = "base.read_drafts"
	// EditRecord: draft, submit, restore, archive. ReviewRecord: approve, reject, publish what others wrote.
	EditRecord   Action = "base.edit_record"
	ReviewRecord Action = "base.review_record"
	// ReadRecalls: who is told anew, and how far it is. BeginRecall: of a record of the segment. CancelRecall: stop one.
	ReadRecalls  Action = "base.read_recalls"
	BeginRecall  Action = "base.begin_recall"
	CancelRecall Action = "base.cancel_recall"
	// ReviewAnswers: draw samples of Yana's answers, and judge them.
	ReviewAnswers Action = "base.review_answers"
	// ReadAccounts: list accounts.
	ReadAccounts Action = "account.read"
	// ReadSignIns: when an account signed in last; Own is the person.
	ReadSignIns Action = "account.read_sign_ins"
	// ManageAccounts: create and change accounts, give and take roles, see lock-outs.
	ManageAccounts Action = "account.manage"
	// ReadAccessRequests: see them; Own is who asked and who is to get the role. DecideAccess: approve or decline one that is
	// not their own; asking is everybody's.
	ReadAccessRequests Action = "access_request.read"
	DecideAccess       Action = "access_request.decide"
	// ManageKeys: API keys of the segment. ManageNetworks: where operators of an agency may work from.
	ManageKeys     Action = "api_key.manage"
	ManageNetworks Action = "agency_network.manage"
	// ReadAudit: the audit log.
	ReadAudit Action = "audit.read"
)

// The actions on what has to do with the phone.
const (
	// PlayRecording: listen to a recording; each time is audited.
	PlayRecording Action = "recording.play"
	// SuperviseCall: listen, whisper, barge, take over.
	SuperviseCall Action = "call.supervise"
	// DialOut: call a citizen of one's own accord.
	DialOut Action = "call.dial"
	// ReadCallbacks, TakeCallback, CancelCallback: promised calls of the segment.
	ReadCallbacks  Action = "callback.read"
	TakeCallback   Action = "callback.take"
	CancelCallback Action = "callback.cancel"
	// ManageTrunks and ManageNumbers: lines to carriers and the numbers of the centre.
	ManageTrunks  Action = "trunk.manage"
	ManageNumbers Action = "number.manage"
	// ManageNodes: see the processes of the centre, let one stop.
	ManageNodes Action = "node.manage"
	// EditMenu: draft versions, upload sounds, try them out. PublishMenu: let callers hear them.
	EditMenu    Action = "menu.edit"
	PublishMenu Action = "menu.publish"
	// CreatePhone: give an account a phone, take it away. ResetPhone: draw a new secret; Own is the person.
	CreatePhone Action = "phone.create"
	ResetPhone  Action = "phone.reset"
)

// The actions of joining the centre.
const (
	// ReadOnboarding: how far sites are, with who confirmed what.
	ReadOnboarding Action = "onboarding.read"
	// ConfirmOnboarding: say that a check holds which the system cannot see itself, and take it back.
	ConfirmOnboarding Action = "onboarding.confirm"
	// PlanOnboarding: sites, what they need, and in which wave they join.
	PlanOnboarding Action = "onboarding.plan"
)

// The actions of training.
const (
	// ReadCourses: what courses hold, with the right answers.
	ReadCourses Action = "course.read"
	// EditCourse: write, publish and retire it.
	EditCourse Action = "course.edit"
	// ReadTraining: what people are to learn, their attempts and admissions; Own is for oneself.
	ReadTraining Action = "training.read"
	// AssignTraining: tell people to pass a course.
	AssignTraining Action = "training.assign"
	// Train: take a course that was assigned.
	Train Action = "training.take"
	// GrantAdmission: admit somebody to live work without the course for a time, and take an admission back.
	GrantAdmission Action = "admission.grant"
)
