package access

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"ekc/access/viewer"
)

// Reach is how far a role's right to an action goes.
type Reach int

// The reaches. What is the viewer's own is within each of them but None.
const (
	// None: not at all.
	None Reach = iota
	// Own: only with what is the viewer's own: the interaction they talk in, the offer made to them, themselves.
	Own
	// Inside: with what lies wholly inside the segment of the grant; not with what other segments share.
	Inside
	// Covered: with what the segment of the grant reaches, shared objects too.
	Covered
)

// String is the word of the printed matrix.
func (r Reach) String() string {
	return [...]string{"", "own", "inside", "segment"}[r]
}

// row is the right to one action.
type row struct {
	action Action
	roles  map[viewer.Role]Reach
	// citizen is the reach of a citizen's token: None or Own.
	citizen Reach
	// anyone may do it without a token.
	anyone bool
	// sees is the action that shows the object: who may not do it gets NOT_FOUND rather than FORBIDDEN. Empty: the object
	// is no secret from anyone signed in.
	sees Action
}

type roles = map[viewer.Role]Reach

// andPrograms lets API keys be given the action too, for what their segment reaches.
func (r row) andPrograms() row {
	r.roles[viewer.Program] = Covered
	return r
}

// everybody gives all roles one reach.
func everybody(r Reach) roles {
	all := roles{}
	for _, role := range Roles {
		all[role] = r
	}
	return all
}

// Roles are all roles, in the order of the printed matrix.
var Roles = []viewer.Role{
	viewer.Operator, viewer.Supervisor, viewer.ContentManager, viewer.ExpertSystemAdministrator,
	viewer.SegmentAdministrator, viewer.SegmentCoordinator, viewer.ExpertSystemUser, viewer.Administrator,
}

// matrix is every right in EKC. A role that a row does not name has none; an account with several roles has the sum. An
// administrator holds every role, but that makes nobody's interaction their own.
var matrix = []row{
	{action: ReadInteraction, citizen: Own, sees: ReadInteraction, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: ReadTimeline, sees: ReadInteraction, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: ReadRoutingTrace, sees: ReadInteraction, roles: roles{
		viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: ReadSuggestions, sees: ReadInteraction, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.Administrator: Covered,
	}},
	{action: ReadCitizen, sees: ReadInteraction, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	// A supervisor who takes a call over works in it as its operator does.
	{action: ReadPersonalData, sees: ReadInteraction, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Own, viewer.Administrator: Own,
	}},
	{action: ReadForPurpose, sees: ReadInteraction, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.Administrator: Covered,
	}},
	{action: StartChat, anyone: true, citizen: Own, roles: everybody(Covered)},
	// A supervisor who takes a chat over writes in it.
	{action: SendMessage, citizen: Own, sees: ReadInteraction, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Own, viewer.Administrator: Own,
	}},
	{action: RequestHandover, citizen: Own, sees: ReadInteraction},
	{action: RateAnswer, citizen: Own, sees: ReadInteraction},
	{action: RateInteraction, citizen: Own, sees: ReadInteraction},
	{action: EndChat, citizen: Own, sees: ReadInteraction},
	{action: WorkInteraction, sees: ReadInteraction, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Own, viewer.Administrator: Own,
	}},
	{action: TransferInteraction, sees: ReadInteraction, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.Administrator: Covered,
	}},

	{action: DeferInteraction, sees: ReadInteraction, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.Administrator: Covered,
	}},
	{action: ReadDeferrals, sees: ReadDeferrals, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.ContentManager: Covered, viewer.ExpertSystemAdministrator: Covered,
		viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: NameDeferral, sees: ReadDeferrals, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},
	{action: AnswerDeferral, sees: ReadDeferrals, roles: roles{viewer.Operator: Own, viewer.Administrator: Own}},
	{action: AnalyseDeferral, sees: ReadDeferrals, roles: roles{
		viewer.ContentManager: Covered, viewer.ExpertSystemAdministrator: Covered, viewer.Administrator: Covered,
	}},
	{action: SetDeferralTerm, roles: roles{viewer.Administrator: Covered}},

	{action: DirectOperator, sees: ReadAccounts, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},
	{action: AssignInteraction, sees: ReadInteraction, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},
	{action: ReadEvaluations, sees: ReadEvaluations, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: GiveEvaluation, sees: ReadInteraction, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},
	// A supervisor who takes a call over may be judged too.
	{action: AnswerEvaluation, sees: ReadEvaluations, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Own, viewer.Administrator: Own,
	}},
	{action: DecideEvaluation, sees: ReadEvaluations, roles: roles{
		viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: ReadEvaluationResults, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.ExpertSystemUser: Covered,
		viewer.Administrator: Covered,
	}},
	{action: ManageEvaluation, sees: ReadEvaluations, roles: roles{viewer.Supervisor: Inside, viewer.Administrator: Covered}},
	{action: ReadCalibrations, sees: ReadCalibrations, roles: roles{
		viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: Calibrate, sees: ReadInteraction, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},
	{action: ReadAlerts, sees: ReadAlerts, roles: roles{
		viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: ManageAlerts, sees: ReadAlerts, roles: roles{viewer.Supervisor: Inside, viewer.Administrator: Covered}},
	{action: AcknowledgeAlert, sees: ReadAlerts, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},
	{action: ReportIncident, roles: roles{viewer.Operator: Covered, viewer.Supervisor: Covered, viewer.Administrator: Covered}},
	{action: ReadIncidents, sees: ReadIncidents, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.ExpertSystemUser: Covered,
		viewer.Administrator: Covered,
	}},
	{action: DecideIncident, sees: ReadIncidents, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},

	{action: AnswerOffer, sees: ReadInteraction, roles: roles{viewer.Operator: Own, viewer.Administrator: Own}},
	{action: SetPresence, roles: roles{viewer.Operator: Covered, viewer.Administrator: Covered}},
	{action: ReadDesk, roles: roles{viewer.Operator: Covered, viewer.Administrator: Covered}},
	{action: ReadBoard, roles: roles{
		viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: ReadQueue, sees: ReadQueue, roles: everybody(Covered)},
	{action: ReadQueueFigures, sees: ReadQueue, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: ReadQueueMembers, sees: ReadQueue, roles: roles{
		viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: CreateQueue, roles: roles{viewer.Administrator: Covered}},
	{action: CreateSkill, roles: roles{viewer.Administrator: Covered}},
	{action: SetBusinessHours, roles: roles{viewer.Administrator: Covered}},
	{action: ManageQueue, sees: ReadQueue, roles: roles{viewer.Supervisor: Inside, viewer.Administrator: Covered}},
	{action: ManageQueueMembers, sees: ReadQueue, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},
	{action: SetSkill, sees: ReadAccounts, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},

	{action: ReadReference, roles: everybody(Covered)},
	{action: ReadSites, roles: roles{
		viewer.Supervisor: Covered, viewer.SegmentAdministrator: Covered, viewer.SegmentCoordinator: Covered,
		viewer.Administrator: Covered,
	}},
	row{action: SearchBase, roles: everybody(Covered)}.andPrograms(),
	{action: GiveFeedback, roles: roles{
		viewer.Operator: Covered, viewer.Supervisor: Covered, viewer.ContentManager: Covered, viewer.Administrator: Covered,
	}},
	row{action: ReadQuality, sees: ReadQuality, roles: roles{
		viewer.Supervisor: Covered, viewer.ContentManager: Covered, viewer.ExpertSystemAdministrator: Covered,
		viewer.SegmentCoordinator: Covered, viewer.ExpertSystemUser: Covered, viewer.Administrator: Covered,
	}}.andPrograms(),
	{action: ExplainAssistant, sees: ExplainAssistant, roles: roles{
		viewer.Supervisor: Covered, viewer.ContentManager: Covered, viewer.ExpertSystemAdministrator: Covered,
		viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: DecideGap, sees: ReadQuality, roles: roles{
		viewer.ContentManager: Covered, viewer.ExpertSystemAdministrator: Covered, viewer.Administrator: Covered,
	}},
	{action: Propose, roles: roles{viewer.Operator: Covered, viewer.Supervisor: Covered, viewer.Administrator: Covered}},
	{action: ReviewProposal, sees: ReviewProposal, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},
	{action: DraftProposal, sees: DraftProposal, roles: roles{
		viewer.ContentManager: Covered, viewer.ExpertSystemAdministrator: Covered, viewer.Administrator: Covered,
	}},
	{action: ReadDrafts, sees: ReadDrafts, roles: roles{
		viewer.Supervisor: Covered, viewer.ContentManager: Covered, viewer.ExpertSystemAdministrator: Covered, viewer.Administrator: Covered,
	}},
	{action: EditRecord, sees: ReadDrafts, roles: roles{
		viewer.ContentManager: Inside, viewer.ExpertSystemAdministrator: Inside, viewer.Administrator: Covered,
	}},
	{action: ReviewRecord, sees: ReadDrafts, roles: roles{
		viewer.ContentManager: Inside, viewer.ExpertSystemAdministrator: Inside, viewer.Administrator: Covered,
	}},
	{action: ReadRecalls, sees: ReadRecalls, roles: roles{
		viewer.Supervisor: Covered, viewer.ContentManager: Covered, viewer.ExpertSystemAdministrator: Covered,
		viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: BeginRecall, sees: ReadDrafts, roles: roles{
		viewer.ContentManager: Inside, viewer.ExpertSystemAdministrator: Inside, viewer.Administrator: Covered,
	}},
	// Supervisors answer for the queues that the calls fill.
	{action: CancelRecall, sees: ReadRecalls, roles: roles{
		viewer.Supervisor: Inside, viewer.ContentManager: Inside, viewer.ExpertSystemAdministrator: Inside, viewer.Administrator: Covered,
	}},
	{action: ReviewAnswers, sees: ReadQuality, roles: roles{
		viewer.ContentManager: Covered, viewer.ExpertSystemAdministrator: Covered, viewer.Administrator: Covered,
	}},
	{action: ReadAccounts, sees: ReadAccounts, roles: roles{
		viewer.Supervisor: Covered, viewer.SegmentAdministrator: Inside, viewer.SegmentCoordinator: Covered,
		viewer.Administrator: Covered,
	}},
	{action: ReadSignIns, sees: ReadAccounts, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.ContentManager: Own, viewer.ExpertSystemAdministrator: Own,
		viewer.SegmentAdministrator: Inside, viewer.SegmentCoordinator: Own, viewer.ExpertSystemUser: Own,
		viewer.Administrator: Covered,
	}},
	{action: ManageAccounts, sees: ReadAccounts, roles: roles{
		viewer.SegmentAdministrator: Inside, viewer.Administrator: Covered,
	}},
	{action: ReadAccessRequests, sees: ReadAccessRequests, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Own, viewer.ContentManager: Own, viewer.ExpertSystemAdministrator: Own,
		viewer.SegmentAdministrator: Inside, viewer.SegmentCoordinator: Own, viewer.ExpertSystemUser: Inside,
		viewer.Administrator: Covered,
	}},
	{action: DecideAccess, sees: ReadAccessRequests, roles: roles{viewer.ExpertSystemUser: Inside, viewer.Administrator: Covered}},
	{action: ManageKeys, sees: ManageKeys, roles: roles{viewer.SegmentAdministrator: Inside, viewer.Administrator: Covered}},
	{action: ManageNetworks, roles: roles{viewer.SegmentAdministrator: Inside, viewer.Administrator: Covered}},
	{action: ManagePersonalData, roles: roles{viewer.Administrator: Covered}},
	{action: ReadAudit, roles: roles{viewer.SegmentAdministrator: Inside, viewer.Administrator: Covered}},

	{action: PlayRecording, sees: ReadInteraction, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.Administrator: Covered,
	}},
	{action: SuperviseCall, sees: ReadInteraction, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},
	{action: DialOut, roles: roles{viewer.Operator: Covered}},
	{action: ReadCallbacks, sees: ReadCallbacks, roles: roles{
		viewer.Operator: Covered, viewer.Supervisor: Covered, viewer.SegmentCoordinator: Covered, viewer.Administrator: Covered,
	}},
	{action: TakeCallback, sees: ReadCallbacks, roles: roles{viewer.Operator: Covered, viewer.Administrator: Covered}},
	{action: CancelCallback, sees: ReadCallbacks, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},
	{action: ManageTrunks, roles: roles{viewer.Administrator: Covered}},
	{action: ManageNumbers, roles: roles{viewer.Administrator: Covered}},
	{action: ManageNodes, roles: roles{viewer.Administrator: Covered}},
	{action: EditMenu, roles: roles{
		viewer.ContentManager: Inside, viewer.ExpertSystemAdministrator: Inside, viewer.Administrator: Covered,
	}},
	{action: PublishMenu, roles: roles{viewer.ExpertSystemAdministrator: Inside, viewer.Administrator: Covered}},
	{action: CreatePhone, sees: ReadAccounts, roles: roles{viewer.SegmentAdministrator: Inside, viewer.Administrator: Covered}},
	{action: ResetPhone, sees: ReadAccounts, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Own, viewer.SegmentAdministrator: Inside, viewer.Administrator: Covered,
	}},

	{action: ReadOnboarding, sees: ReadOnboarding, roles: roles{
		viewer.Supervisor: Covered, viewer.SegmentAdministrator: Covered, viewer.SegmentCoordinator: Covered,
		viewer.ExpertSystemUser: Covered, viewer.Administrator: Covered,
	}},
	{action: ConfirmOnboarding, sees: ReadOnboarding, roles: roles{
		viewer.SegmentCoordinator: Inside, viewer.ExpertSystemUser: Inside, viewer.Administrator: Covered,
	}},
	// The head office decides how many people work where; in which wave a site joins is the centre's to say.
	{action: PlanOnboarding, sees: ReadOnboarding, roles: roles{viewer.ExpertSystemUser: Inside, viewer.Administrator: Covered}},

	{action: ReadCourses, sees: ReadCourses, roles: roles{
		viewer.Supervisor: Covered, viewer.ContentManager: Covered, viewer.Administrator: Covered,
	}},
	{action: EditCourse, sees: ReadCourses, roles: roles{
		viewer.Supervisor: Inside, viewer.ContentManager: Inside, viewer.Administrator: Covered,
	}},
	{action: ReadTraining, sees: ReadTraining, roles: roles{
		viewer.Operator: Own, viewer.Supervisor: Covered, viewer.ContentManager: Own, viewer.ExpertSystemAdministrator: Own,
		viewer.SegmentAdministrator: Own, viewer.SegmentCoordinator: Covered, viewer.ExpertSystemUser: Own, viewer.Administrator: Covered,
	}},
	{action: AssignTraining, sees: ReadTraining, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},
	{action: Train, sees: ReadTraining, roles: everybody(Own)},
	{action: GrantAdmission, sees: ReadTraining, roles: roles{viewer.Supervisor: Covered, viewer.Administrator: Covered}},
}

// rows finds a row by its action.
var rows = func() map[Action]row {
	all := make(map[Action]row, len(matrix))
	for _, r := range matrix {
		all[r.action] = r
	}
	return all
}()

// ReachOf is the cell of the matrix.
func ReachOf(action Action, role viewer.Role) Reach { return rows[action].roles[role] }

// Actions are all actions, in the order of the printed matrix.
func Actions() []Action {
	actions := make([]Action, len(matrix))
	for i, r := range matrix {
		actions[i] = r.action
	}
	return actions
}

// Matrix prints the rights as a Markdown table for the documents.
func Matrix(w io.Writer) error {
	columns := make([]string, 0, len(Roles)+4)
	columns = append(columns, "action", "nobody", "citizen")
	for _, role := range append(slices.Clone(Roles), viewer.Program) {
		columns = append(columns, strings.ToLower(strings.ReplaceAll(string(role), "_", " ")))
	}
	lines := []string{"| " + strings.Join(columns, " | ") + " |", strings.Repeat("|---", len(columns)) + "|"}
	for _, r := range matrix {
		nobody := ""
		if r.anyone {
			nobody = "yes"
		}
		cells := []string{"`" + string(r.action) + "`", nobody, r.citizen.String()}
		for _, role := range append(slices.Clone(Roles), viewer.Program) {
			cells = append(cells, r.roles[role].String())
		}
		lines = append(lines, "| "+strings.Join(cells, " | ")+" |")
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}
