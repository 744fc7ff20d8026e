package knowledge

import (
	"context"
	"io"
	"time"
)

// Limits of the service. A query longer than MaxQueryRunes is cut, not refused: a citizen who pastes a letter still gets
// a search over its beginning.
const (
	MaxQueryRunes    = 4000
	DefaultHits      = 10
	MaxHits          = 50
	MaxRecordsOnPage = 200
)

// Service is the question base as the rest of EKC sees it: a Base in this process, or one of another process over RPC (knowledge/remote). All methods may be called
// from many goroutines. Errors are *fail.Error where the caller can act on them: NOT_FOUND for an unknown id, INVALID for
// a bad argument, UNAVAILABLE when the base cannot be reached.
type Service interface {
	// Search finds the published records in force on Query.On, for the citizen's region, that may answer the text; best first. A
	// query without a single letter or digit gives no hits and no error.
	Search(ctx context.Context, q Query) ([]Hit, error)
	// Record gives one record with its published version, or the newest one when none is published.
	Record(ctx context.Context, id string) (Record, error)
	// RecordVersion gives one version, also a superseded one: what a citizen was told stays readable.
	RecordVersion(ctx context.Context, versionID string) (Version, error)
	// Records lists records by id, a page at a time.
	Records(ctx context.Context, filter RecordFilter) (RecordPage, error)
	// Import reads records from a file and publishes them; see ImportOptions.
	Import(ctx context.Context, file io.Reader, opts ImportOptions) (ImportSummary, error)
	// Ready is nil when searches are answered from an index that follows the database.
	Ready(ctx context.Context) error
	// Editor is the work on records before and after they are published; Classifier the lists by which they are sorted.
	Editor
	Classifier
}

// Query is one search.
type Query struct {
	// Text is what the citizen or operator wrote, in Russian, at most MaxQueryRunes runes are used.
	Text string
	// Agency is one of the agency codes; records of that agency and records for all agencies are searched. Empty: every record.
	Agency string
	// Region is the citizen's two-digit region code: federal records and those of this region are searched, and a
	// regional variant hides the federal record it overrides. Empty: the region is not known, federal records only.
	Region string
	// AllRegions lifts the region filter (for editors and operators who look for any record).
	AllRegions bool
	// On is the date on which a record must be in force, in its own time zone. Zero: today.
	On time.Time
	// Limit is the number of hits wanted, 1 to MaxHits. Zero: DefaultHits.
	Limit int
	// Advised lets a chat model have its say where one is configured and the middle band is reached; the asker can wait some
	// seconds longer for it.
	Advised bool
	// IntentsOnly keeps the records that Yana may answer with by herself.
	IntentsOnly bool
}

// Hit is one found record in its published version.
type Hit struct {
	RecordID  string `json:"recordId"`
	VersionID string `json:"versionId"`
	// Version is the version's number within the record, from 1.
	Version int `json:"version"`
	// Question is the record's main question; MatchedPhrasing the question or phrasing nearest to the query.
	Question        string `json:"question"`
	MatchedPhrasing string `json:"matchedPhrasing"`
	Answer          string `json:"answer"`
	// Short is the answer for the phone, at most 300 characters; may be empty.
	Short      string       `json:"short"`
	Topic      string       `json:"topic"`
	Agency     string       `json:"agency"`
	Region     string       `json:"region"`
	LegalBasis []LegalBasis `json:"legalBasis"`
	Links      []Link       `json:"links"`
	Files      []File       `json:"files"`
	ValidFrom  Date         `json:"validFrom"`
	ValidTo    Date         `json:"validTo"`
	// PublishedAt is when this version came into force.
	PublishedAt time.Time `json:"publishedAt"`
	// Intent: Yana may answer with it by herself. Personal: the question is about the citizen's own case, for line 2.
	Intent   bool `json:"intent"`
	Personal bool `json:"personal"`
	// Score is the ranker's; it has no meaning between searches, and those below the third may be there for another
	// reason than their score (see rank.SharePage).
	Score float64 `json:"score"`
	// Probability, 0 to 1, that this record answers the query; calibrated, comparable between searches.
	Probability float64 `json:"probability"`
	// Snippet is the sentence of the answer that is nearest to the query, at most 240 characters.
	Snippet string `json:"snippet"`
}

// LegalBasis names the act and the article that an answer rests on.
type LegalBasis struct {
	Act     string `json:"act"`
	Article string `json:"article"`
}

// Date is a calendar day written YYYY-MM-DD; empty means no bound.
type Date string

// Status of a version. One version of a record at most is StatusPublished, and one at most is open: a draft, in review, or
// approved.
type Status string

// The states of a version; Next tells how it moves between them. Import publishes at once.
const (
	StatusDraft     Status = "draft"
	StatusReview    Status = "review"
	StatusApproved  Status = "approved"
	StatusPublished Status = "published"
	StatusArchived  Status = "archived"
)

// Record is one entry of the base: what stays the same through its versions, and its current version.
type Record struct {
	ID     string `json:"id"`
	Agency string `json:"agency"`
	Region string `json:"region"`
	// VariantOf is the id of the federal record that this regional record overrides in its region; empty for none.
	VariantOf string `json:"variantOf"`
	// Version is the published one, else the newest.
	Version Version `json:"version"`
	// Open is the version being worked on; nil when there is none. It may be Version itself.
	Open      *Version  `json:"open"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// Version is the content of a record at one time; it never changes after publication, except for its status.
type Version struct {
	ID         string       `json:"id"`
	RecordID   string       `json:"recordId"`
	Number     int          `json:"number"`
	Status     Status       `json:"status"`
	Question   string       `json:"question"`
	Answer     string       `json:"answer"`
	Short      string       `json:"short"`
	Topic      string       `json:"topic"`
	Phrasings  []string     `json:"phrasings"`
	LegalBasis []LegalBasis `json:"legalBasis"`
	ValidFrom  Date         `json:"validFrom"`
	ValidTo    Date         `json:"validTo"`
	Intent     bool         `json:"intent"`
	Personal   bool         `json:"personal"`
	Source     string       `json:"source"`
	License    string       `json:"license"`
	Tags       []string     `json:"tags"`
	Links      []Link       `json:"links"`
	Files      []File       `json:"files"`
	// Revision counts the changes of the version, from 1; an edit must name the one that was read.
	Revision int `json:"revision"`
	// Authors are the accounts that wrote it, none of whom may review it; Reviewer is the one that approved it.
	Authors  []string `json:"authors"`
	Reviewer string   `json:"reviewer"`
	// BasedOn is the version that was published when this one was begun; empty for none, and for what an import wrote.
	BasedOn string `json:"basedOn"`
	// PublishOn is the day on which an approved version comes into force by itself; empty for none.
	PublishOn Date      `json:"publishOn"`
	CreatedAt time.Time `json:"createdAt"`
	// PublishedAt is zero for a version that was never published.
	PublishedAt time.Time `json:"publishedAt"`
}

// RecordFilter selects a page of records. Empty fields select everything.
type RecordFilter struct {
	Agency string
	Region string
	// Topic is a name, in whatever agency's list; Tag one of the record's.
	Topic string
	Tag   string
	// Status is that of the open version for StatusDraft, StatusReview and StatusApproved, else of the current version.
	Status Status
	// Act and Article select records whose current version rests on that act, word for word, and, when it is not empty, that
	// article of it.
	Act, Article string
	// Text selects records whose current question contains it, whatever the case.
	Text string
	// After is RecordPage.Next of the page before; empty for the first page.
	After string
	// First is the size of the page, at most MaxRecordsOnPage. Zero: 50.
	First int
}

// RecordPage is one page of records.
type RecordPage struct {
	Records []Record `json:"records"`
	// Next continues the listing; empty on the last page.
	Next string `json:"next"`
	// Total is the number of records that the filter selects.
	Total int `json:"total"`
}

// ImportOptions steer one import.
type ImportOptions struct {
	// Format is "jsonl" or "csv"; empty: told by Name's ending (.jsonl, .ndjson, .csv, each also with .gz).
	Format string
	// Name of the file, for the summary and the job kept for resuming.
	Name string
	// Progress, when set, is called after each committed batch, from the importing goroutine.
	Progress func(ImportProgress)
	// MaxProblems bounds the problems kept in the summary; all are counted. Zero: 1000.
	MaxProblems int
}

// ImportProgress tells how far an import is.
type ImportProgress struct {
	Line    int
	Records int
	Elapsed time.Duration
}

// ImportSummary tells what an import did.
type ImportSummary struct {
	// Lines read, without the CSV header and blank lines.
	Lines int `json:"lines"`
	// Created, Updated and Unchanged count records; Bad counts the rows that were refused.
	Created   int `json:"created"`
	Updated   int `json:"updated"`
	Unchanged int `json:"unchanged"`
	Bad       int `json:"bad"`
	// ResumedAfter is the line up to which an interrupted import of the same file had come; 0 for a fresh one.
	ResumedAfter int             `json:"resumedAfter"`
	Problems     []ImportProblem `json:"problems"`
	Elapsed      time.Duration   `json:"elapsed"`
}

// ImportProblem is one refused row.
type ImportProblem struct {
	// Line is counted from 1 as an editor shows it; the CSV header is line 1.
	Line    int    `json:"line"`
	Field   string `json:"field"`
	Message string `json:"message"`
}
