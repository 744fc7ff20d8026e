package improve

import (
	"context"
	"time"

	"ekc/knowledge"
)

// Limits of the service.
const (
	// MaxBatch is how many words or questions may be noted at once.
	MaxBatch = 500
	// MaxPage is the largest page.
	MaxPage = 100
	// MaxText bounds questions, answers and comments, in characters.
	MaxText    = 4000
	MaxAnswer  = 20000
	MaxComment = 2000
	// MaxExamples is how many questions of a gap are shown.
	MaxExamples = 10
)

// Service is what makes the base better. Errors are *fail.Error where the caller can act on them: NOT_FOUND for an unknown id,
// INVALID for a bad argument, CONFLICT for a decision that comes too late.
type Service interface {
	// NoteFeedback keeps words on versions; a later one of the same author on the same answer replaces the earlier. Words on
	// versions that the base does not have are left out; the number of those kept is returned.
	NoteFeedback(ctx context.Context, words []Word) (int, error)
	// Tallies counts the words on versions, in the order asked for; at most MaxPage.
	Tallies(ctx context.Context, versionIDs []string) ([]Tally, error)
	// LowRated lists versions by how surely they are bad, worst first.
	LowRated(ctx context.Context, q LowRatedQuery) ([]Tally, error)
	// Comments gives the words with a comment on a version, newest first, at most MaxPage.
	Comments(ctx context.Context, versionID string) ([]Word, error)

	// Kept gives what citizens said and asked in dialogues, as far as the base keeps it.
	Kept(ctx context.Context, d Dialogues) (Kept, error)
	// Forget takes the words and persons of dialogues out of feedback, gaps and proposals, and names what it kept of them; asked again it
	// names the same.
	Forget(ctx context.Context, d Dialogues) (Forgotten, error)

	// NoteQuestions sorts questions into gaps; one that was noted before changes nothing. The number of new ones is returned.
	NoteQuestions(ctx context.Context, questions []Question) (int, error)
	// Gaps lists gaps by how many different citizens hit them, most first.
	Gaps(ctx context.Context, q GapQuery) ([]Gap, error)
	// Gap gives one, over all of its questions.
	Gap(ctx context.Context, id string) (Gap, error)
	// DecideGap drafts a record from an open gap, or dismisses it.
	DecideGap(ctx context.Context, d GapDecision) (Gap, error)

	// Propose keeps a proposal.
	Propose(ctx context.Context, p NewProposal) (Proposal, error)
	// MoveProposal decides on one; see Next.
	MoveProposal(ctx context.Context, m ProposalMove) (Proposal, error)
	// Proposal gives one.
	Proposal(ctx context.Context, id string) (Proposal, error)
	// Proposals lists them, newest first.
	Proposals(ctx context.Context, q ProposalQuery) (ProposalPage, error)

	// Untold lists published records that nobody was told, the longest published first.
	Untold(ctx context.Context, q UntoldQuery) (UntoldPage, error)

	// KeepCases puts cases on the editors' test bench and returns those that were new or changed; NOT_FOUND for an expected record
	// that does not exist, CONFLICT for a query that another agency has there.
	KeepCases(ctx context.Context, cases []BenchCase) ([]BenchCase, error)
	// CasesFromPhrasings makes cases of phrasings that have none yet, and returns how many.
	CasesFromPhrasings(ctx context.Context, q PhrasingCases) (int, error)
	// RemoveCase takes one off.
	RemoveCase(ctx context.Context, id string) (BenchCase, error)
	// Case gives one.
	Case(ctx context.Context, id string) (BenchCase, error)
	// Cases lists them by id.
	Cases(ctx context.Context, q CaseQuery) (CasePage, error)
	// RunBench tells what the publication of a version would change, without publishing it; up to a minute for a full bench.
	RunBench(ctx context.Context, r BenchRun) (BenchReport, error)
}

// Segment is an agency and a region; empty: every one.
type Segment = knowledge.Segment

// Verdict is a person's word on an answer.
type Verdict string

// The verdicts: the first two are citizens', the others operators'.
const (
	Helpful   Verdict = "helpful"
	Unhelpful Verdict = "unhelpful"
	Useful    Verdict = "useful"
	Wrong     Verdict = "wrong"
	Outdated  Verdict = "outdated"
)

// Word is one person's word on one answer.
type Word struct {
	VersionID string `json:"versionId"`
	// Author tells persons apart: the id of an account or of a citizen.
	Author string `json:"author"`
	// Answer is what it is about: the id of a message, or of the version itself.
	Answer  string    `json:"answer"`
	Verdict Verdict   `json:"verdict"`
	Comment string    `json:"comment"`
	GivenAt time.Time `json:"givenAt"`
}

// Tally counts the words on a version.
type Tally struct {
	VersionID string `json:"versionId"`
	RecordID  string `json:"recordId"`
	Helpful   int    `json:"helpful"`
	Unhelpful int    `json:"unhelpful"`
	Useful    int    `json:"useful"`
	Wrong     int    `json:"wrong"`
	Outdated  int    `json:"outdated"`
	// Badness is the lower end of the 95 % Wilson interval of the share of bad words, 0 to 1.
	Badness float64 `json:"badness"`
}

// LowRatedQuery selects low-rated versions.
type LowRatedQuery struct {
	// Bounded says that only records of the segments Within are looked at, and those of all agencies or regions.
	Bounded bool      `json:"bounded"`
	Within  []Segment `json:"within"`
	// Least is the number of bad words from which on a version is listed; 0: 2.
	Least int `json:"least"`
	// PublishedOnly leaves out versions that are no longer told.
	PublishedOnly bool `json:"publishedOnly"`
	// First is how many, at most MaxPage; 0: 50.
	First int `json:"first"`
}

// Cause is why a question shows a gap.
type Cause string

// The causes.
const (
	Unanswered Cause = "unanswered"
	LowRated   Cause = "low_rated"
)

// Question is one question of one citizen that was not answered well.
type Question struct {
	// ID is of the turn or message in the centre.
	ID   string `json:"id"`
	Text string `json:"text"`
	// Citizen tells citizens apart.
	Citizen string    `json:"citizen"`
	Agency  string    `json:"agency"`
	Region  string    `json:"region"`
	Topic   string    `json:"topic"`
	Cause   Cause     `json:"cause"`
	AskedAt time.Time `json:"askedAt"`
}

// GapState is how far a gap is.
type GapState string

// The states of a gap.
const (
	GapOpen      GapState = "open"
	GapDrafted   GapState = "drafted"
	GapDismissed GapState = "dismissed"
)

// Gap is a cluster of questions, as counted over the questions that a query selects.
type Gap struct {
	ID    string   `json:"id"`
	State GapState `json:"state"`
	// Question is the medoid: the question nearest to all others. Personal data in it and in Examples is masked.
	Question string   `json:"question"`
	Examples []string `json:"examples"`
	// Citizens is the number of different citizens; Questions that of questions; LowRated how many had a bad answer.
	Citizens  int `json:"citizens"`
	Questions int `json:"questions"`
	LowRated  int `json:"lowRated"`
	// Topic, Agency and Region are those of most questions; empty when most have none.
	Topic  string    `json:"topic"`
	Agency string    `json:"agency"`
	Region string    `json:"region"`
	LastAt time.Time `json:"lastAt"`
	// RecordID is the record that was drafted from it; Reason why it was dismissed.
	RecordID string `json:"recordId"`
	Reason   string `json:"reason"`
}

// GapQuery selects gaps and the questions they are counted over. Empty fields select everything.
type GapQuery struct {
	State  GapState  `json:"state"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Agency string    `json:"agency"`
	Region string    `json:"region"`
	Topic  string    `json:"topic"`
	// Bounded says that only questions of the segments Within are looked at, and those without agency or region.
	Bounded bool      `json:"bounded"`
	Within  []Segment `json:"within"`
	// First is how many, at most MaxPage; 0: 20.
	First int `json:"first"`
}

// GapDecision is what becomes of an open gap.
type GapDecision struct {
	ID    string `json:"id"`
	Actor string `json:"actor"`
	// Dismiss with a reason, instead of drafting a record.
	Dismiss bool   `json:"dismiss"`
	Reason  string `json:"reason"`
	// Question and Agency of the draft; empty: the gap's.
	Question string `json:"question"`
	Agency   string `json:"agency"`
	Region   string `json:"region"`
}

// NewProposal is an operator's proposal.
type NewProposal struct {
	Author string `json:"author"`
	// VersionID is the version to change; empty: a new record.
	VersionID     string `json:"versionId"`
	InteractionID string `json:"interactionId"`
	Question      string `json:"question"`
	Answer        string `json:"answer"`
	Comment       string `json:"comment"`
	// Agency and Region of a new record; a change has those of its record.
	Agency string `json:"agency"`
	Region string `json:"region"`
}

// Proposal is a proposal as it is now.
type Proposal struct {
	ID            string         `json:"id"`
	State         ProposalState  `json:"state"`
	Author        string         `json:"author"`
	VersionID     string         `json:"versionId"`
	RecordID      string         `json:"recordId"`
	InteractionID string         `json:"interactionId"`
	Question      string         `json:"question"`
	Answer        string         `json:"answer"`
	Comment       string         `json:"comment"`
	Agency        string         `json:"agency"`
	Region        string         `json:"region"`
	Steps         []ProposalStep `json:"steps"`
	CreatedAt     time.Time      `json:"createdAt"`
}

// ProposalStep is one decision on a proposal.
type ProposalStep struct {
	State  ProposalState `json:"state"`
	By     string        `json:"by"`
	Reason string        `json:"reason"`
	At     time.Time     `json:"at"`
}

// ProposalMove is a decision on a proposal.
type ProposalMove struct {
	ID     string        `json:"id"`
	Actor  string        `json:"actor"`
	To     ProposalState `json:"to"`
	Reason string        `json:"reason"`
}

// ProposalQuery selects proposals. Empty fields select everything.
type ProposalQuery struct {
	State  ProposalState `json:"state"`
	Author string        `json:"author"`
	// Bounded says that only proposals of the segments Within are looked at; OrAuthor adds what this account has proposed.
	Bounded  bool      `json:"bounded"`
	Within   []Segment `json:"within"`
	OrAuthor string    `json:"orAuthor"`
	// After is ProposalPage.Next of the page before.
	After string `json:"after"`
	// First is the size of the page, at most MaxPage; 0: 50.
	First int `json:"first"`
}

// ProposalPage is a page of proposals.
type ProposalPage struct {
	Proposals []Proposal `json:"proposals"`
	// Next continues the list; empty on the last page.
	Next  string `json:"next"`
	Total int    `json:"total"`
}
