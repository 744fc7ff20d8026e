// Package stage holds the words of joining the centre: the five stages of the overview, what each site needs, and what a check came to.
// It imports nothing of the project, so that the data model may use it.
package stage

// Stage is one of the five through which a site joins.
type Stage string

// The stages, in the order of the overview.
const (
	// Appointments: people are appointed to roles as the need of the site asks.
	Appointments Stage = "APPOINTMENTS"
	// Base: the question base holds what the agency answers.
	Base Stage = "BASE"
	// Readiness: workplaces, their network and the agreement on it.
	Readiness Stage = "READINESS"
	// Training: the operators have learnt to work here.
	Training Stage = "TRAINING"
	// Launch: the old number leads to the one of the centre.
	Launch Stage = "LAUNCH"
)

// All are the stages in their order.
var All = []Stage{Appointments, Base, Readiness, Training, Launch}

// Before are the stages that must be done before a queue of the site may be opened.
var Before = All[:4]

// Need is how many people and records a site must have. Nothing of a kind is needed where it is 0.
type Need struct {
	OperatorsLine1  int `json:"operatorsLine1"`
	OperatorsLine2  int `json:"operatorsLine2"`
	Supervisors     int `json:"supervisors"`
	ContentManagers int `json:"contentManagers"`
	Coordinators    int `json:"coordinators"`
	// Records is how many records of its agency, for its region or for all, must be published.
	Records int `json:"records"`
}

// Operators is how many operators of either line the site needs.
func (n Need) Operators() int { return n.OperatorsLine1 + n.OperatorsLine2 }

// Plus is the need of both.
func (n Need) Plus(o Need) Need {
	return Need{
		OperatorsLine1: n.OperatorsLine1 + o.OperatorsLine1, OperatorsLine2: n.OperatorsLine2 + o.OperatorsLine2,
		Supervisors: n.Supervisors + o.Supervisors, ContentManagers: n.ContentManagers + o.ContentManagers,
		Coordinators: n.Coordinators + o.Coordinators, Records: max(n.Records, o.Records),
	}
}

// Result is what one check of a stage came to.
type Result struct {
	// Code names the check.
	Code Check `json:"code"`
	// Manual says that a person confirms it, and not the system.
	Manual bool `json:"manual,omitempty"`
	Holds  bool `json:"holds"`
	// Found is what there is of the Wanted.
	Found  int `json:"found"`
	Wanted int `json:"wanted"`
}

// Check names what a stage asks for.
type Check string

// The checks. Those of people count accounts that are open, with the role in force in the site's agency and region.
const (
	// Administrator: a segment administrator reaches the site.
	Administrator Check = "ADMINISTRATOR"
	// OperatorsLine1, OperatorsLine2, Supervisors, ContentManagers and Coordinators: as many as the need says.
	OperatorsLine1  Check = "OPERATORS_LINE_1"
	OperatorsLine2  Check = "OPERATORS_LINE_2"
	Supervisors     Check = "SUPERVISORS"
	ContentManagers Check = "CONTENT_MANAGERS"
	Coordinators    Check = "COORDINATORS"
	// AppointmentOrder: the order by which people were appointed was handed in.
	AppointmentOrder Check = "APPOINTMENT_ORDER"
	// Records: as many published records as the need says.
	Records Check = "RECORDS"
	// FrequentQuestions: questions were proposed for Yana to answer by herself.
	FrequentQuestions Check = "FREQUENT_QUESTIONS"
	// Workplaces: operators who were signed in, or whose phone is registered, within a week.
	Workplaces Check = "WORKPLACES"
	// TestCall: an operator of the site was heard in a call.
	TestCall Check = "TEST_CALL"
	// Headsets, ProtectedNetwork and NetworkAgreement: workplaces are equipped, connected, and the agreement is signed.
	Headsets         Check = "HEADSETS"
	ProtectedNetwork Check = "PROTECTED_NETWORK"
	NetworkAgreement Check = "NETWORK_AGREEMENT"
	// Admitted: operators who are admitted by every course for joining that is published for the site.
	Admitted Check = "ADMITTED"
	// QueueOpen: a queue of the site is open.
	QueueOpen Check = "QUEUE_OPEN"
	// NumberSwitched: the agency's old number was switched to the centre's.
	NumberSwitched Check = "NUMBER_SWITCHED"
	// CallsArrive: a call came into a queue of the site within a week.
	CallsArrive Check = "CALLS_ARRIVE"
)

// Of are the checks of each stage.
var Of = map[Stage][]Check{
	Appointments: {Administrator, OperatorsLine1, OperatorsLine2, Supervisors, ContentManagers, Coordinators, AppointmentOrder},
	Base:         {Records, FrequentQuestions},
	Readiness:    {Workplaces, TestCall, Headsets, ProtectedNetwork, NetworkAgreement},
	Training:     {Admitted},
	Launch:       {QueueOpen, NumberSwitched, CallsArrive},
}

// Manual are the checks that a person confirms.
var Manual = map[Check]bool{
	AppointmentOrder: true, FrequentQuestions: true, Headsets: true, ProtectedNetwork: true, NetworkAgreement: true, NumberSwitched: true,
}

// Missing are the codes of what does not hold.
func Missing(results []Result) []Check {
	var missing []Check
	for _, r := range results {
		if !r.Holds {
			missing = append(missing, r.Code)
		}
	}
	return missing
}
