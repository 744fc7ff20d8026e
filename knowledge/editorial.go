package knowledge

import (
	"context"
	"time"
)

// Limits of the editorial life.
const (
	MaxReason        = 1000
	MaxTags          = 30
	MaxLinks         = 20
	MaxFiles         = 10
	MaxVersionsShown = 200
	MaxEventsOnPage  = 200
)

// Editor is the editorial life of records: draft, review, approval, publication, archive. It knows accounts by their ids and
// believes its caller who acts and what they may do; that nobody reviews what they wrote is its own rule. Failures are
// *fail.Error: NOT_FOUND, INVALID, FORBIDDEN for an author who would review their own work, CONFLICT when the version has been
// changed since it was read, when the record is being worked on already, or when the version's state does not allow the move. Each
// method is one transaction; what it did is in the history.
type Editor interface {
	// CreateRecord makes a record with its first draft.
	CreateRecord(ctx context.Context, r NewRecord) (Record, error)
	// DraftRecord begins a draft of a record from its published version, or from the version named.
	DraftRecord(ctx context.Context, d NewDraft) (Version, error)
	// SaveDraft writes the content of a draft.
	SaveDraft(ctx context.Context, s DraftContent) (Version, error)
	// MoveVersion takes a version to another state.
	MoveVersion(ctx context.Context, m Move) (Version, error)
	// ReviewByAct opens a review of every published record that rests on an act, all or none.
	ReviewByAct(ctx context.Context, r ActReview) (ActReviewed, error)
	// RecordVersions gives the versions of a record, newest first, MaxVersionsShown at most.
	RecordVersions(ctx context.Context, recordID string) ([]Version, error)
	// RecordHistory tells who did what to a record, newest first, a page at a time.
	RecordHistory(ctx context.Context, q HistoryQuery) (HistoryPage, error)
	// Rehearse runs queries, at most MaxRehearsed, as Search does without advice: first as the base is, then as if a version were
	// published that is not; without a version, Then is the same. Nothing is published. CONFLICT for a version that is published or archived.
	Rehearse(ctx context.Context, versionID string, queries []Query) ([]Rehearsal, error)
}

// Link is a page that an answer points to.
type Link struct {
	Title string `json:"title"`
	// URL is absolute, http or https.
	URL string `json:"url"`
}

// File is a file that an answer gives along. The base keeps what is said here, version by version; whoever publishes the answers keeps
// the bytes, which never change under one id.
type File struct {
	// ID is the keeper's, at most 40 letters, digits and underscores.
	ID string `json:"id"`
	// Title is what a citizen reads, at most 200 characters; empty: the name. Name ends as files of its type do, at most 255 bytes.
	Title     string `json:"title"`
	Name      string `json:"name"`
	MediaType string `json:"mediaType"`
	// Size is in bytes; SHA256 of the content is in hexadecimal.
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Content is what an editor writes. The limits are those of an import; a draft may still lack its answer.
type Content struct {
	Question, Answer, Short string
	// Topic is the name of one in the list of the record's agency, or in the list for all agencies.
	Topic              string
	Phrasings          []string
	LegalBasis         []LegalBasis
	ValidFrom, ValidTo Date
	Intent, Personal   bool
	Source, License    string
	// Tags are kept in lower case, each once; at most MaxTags of at most 50 characters.
	Tags  []string
	Links []Link
	// Files are at most MaxFiles, each once.
	Files []File
}

// NewRecord is a record to make.
type NewRecord struct {
	// Actor is the account that makes it.
	Actor string
	// Agency, Region and VariantOf as in Record; they stay as they are. A variant belongs to the agency of its federal record.
	Agency, Region, VariantOf string
	Content                   Content
}

// NewDraft is a draft to begin.
type NewDraft struct {
	Actor    string
	RecordID string
	// FromVersionID is the version whose content is taken up, to restore an old one; empty: the published or newest one.
	FromVersionID string
}

// DraftContent is new content of a draft.
type DraftContent struct {
	Actor     string
	VersionID string
	// Revision is the one that was read.
	Revision int
	Content  Content
	// BasedOn says that the content takes this published version into account, when another one was published since the draft
	// was begun; empty: as before.
	BasedOn string
}

// Move asks for a move of a version.
type Move struct {
	Actor     string
	VersionID string
	// Revision is the one that was read.
	Revision int
	Action   Action
	// Reason is kept in the history, at most MaxReason characters; Reject needs one.
	Reason string
	// On is the day from which Publish puts the version in force; empty: today, or the day from which it is valid.
	On Date
}

// Segment bounds what is touched: records of the agency and the region. Empty: of every one.
type Segment struct {
	Agency string `json:"agency"`
	Region string `json:"region"`
}

// ActReview asks for a review of all that rests on an act.
type ActReview struct {
	Actor string
	// Act and Article as records name them; an empty article means all of the act.
	Act, Article string
	Reason       string
	// Within are the segments that the actor may touch; a record in none of them is left alone. None: no record.
	Within []Segment
}

// ActReviewed tells what an ActReview did.
type ActReviewed struct {
	// Opened are the records that are in review now; Busy those that were being worked on already and were left as they are.
	Opened, Busy []string
}

// Event is one entry of a record's history.
type Event struct {
	// ID grows with time.
	ID        int64
	RecordID  string
	VersionID string
	// Version is the version's number.
	Version int
	Action  EventAction
	// Actor is the account; empty for the base itself and for imports.
	Actor  string
	Reason string
	// Changed names the fields that an edit changed; Differences tells what each was before and after, for edits since that is kept.
	Changed     []string
	Differences []Difference
	At          time.Time
}

// EventAction is what an event tells of.
type EventAction string

// The events of a record. EventReturned: an approved version could not come into force on its day and is a draft again.
// EventRelabelled: a topic or a tag was renamed, merged or taken away in the lists.
const (
	EventCreated    EventAction = "created"
	EventRestored   EventAction = "restored"
	EventEdited     EventAction = "edited"
	EventSubmitted  EventAction = "submitted"
	EventWithdrawn  EventAction = "withdrawn"
	EventRejected   EventAction = "rejected"
	EventApproved   EventAction = "approved"
	EventScheduled  EventAction = "scheduled"
	EventPublished  EventAction = "published"
	EventSuperseded EventAction = "superseded"
	EventArchived   EventAction = "archived"
	EventDiscarded  EventAction = "discarded"
	EventReturned   EventAction = "returned"
	EventReviewed   EventAction = "act_review"
	EventImported   EventAction = "imported"
	EventRelabelled EventAction = "relabelled"
)

// HistoryQuery selects a page of a record's history.
type HistoryQuery struct {
	RecordID string
	// Before is HistoryPage.Next of the page before; 0 for the first.
	Before int64
	// First is the size of the page, at most MaxEventsOnPage. Zero: 50.
	First int
}

// HistoryPage is a page of a record's history.
type HistoryPage struct {
	Events []Event
	// Next continues it; 0 on the last page.
	Next  int64
	Total int
}
