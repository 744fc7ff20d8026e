// Package dialogue holds the values that a dialogue with Yana leaves in the database: citations, choices, suggestions
// and her own state. It imports nothing of the project, so that the data model may use it.
package dialogue

import "time"

// Citation names the exact version of the record that an answer was taken from.
type Citation struct {
	RecordID   string   `json:"recordId"`
	VersionID  string   `json:"versionId"`
	Version    int      `json:"version"`
	Question   string   `json:"question"`
	LegalBasis []string `json:"legalBasis,omitempty"`
	// Links and Files are what the answer gives along.
	Links []Link `json:"links,omitempty"`
	Files []File `json:"files,omitempty"`
	// PublishedAt is when that version was published; zero when the base could not say.
	PublishedAt time.Time `json:"publishedAt,omitzero"`
}

// Link is a page that an answer points to.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// File is a file that an answer gives along.
type File struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	FileName  string `json:"fileName"`
	MediaType string `json:"mediaType"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"`
}

// Choice is one of the answers offered to the citizen by a clarifying question.
type Choice struct {
	// ID is what the client sends back.
	ID   string `json:"id"`
	Text string `json:"text"`
}

// Suggestion is a record that may answer what the citizen asked, as it was seen when it was considered.
type Suggestion struct {
	RecordID    string  `json:"recordId"`
	VersionID   string  `json:"versionId"`
	Version     int     `json:"version"`
	Question    string  `json:"question"`
	Probability float64 `json:"probability"`
}

// State is what Yana remembers between two turns of one dialogue.
type State struct {
	// Pending are the records offered by her last clarifying question, by choice id.
	Pending map[string]string `json:"pending,omitempty"`
	// PendingQuestion is the citizen's question that the clarifying question was about.
	PendingQuestion string `json:"pendingQuestion,omitempty"`
	// Answered counts the answers she gave.
	Answered int `json:"answered,omitempty"`
	// LastQuestion is the last question she answered, for short follow-ups; LastRecord and LastRecordQuestion are what she
	// answered it with.
	LastQuestion       string `json:"lastQuestion,omitempty"`
	LastRecord         string `json:"lastRecord,omitempty"`
	LastRecordQuestion string `json:"lastRecordQuestion,omitempty"`
	// Category is what the citizen said of themselves, a word of Yana's list (pensioner, parent…). The region is the interaction's.
	Category string `json:"category,omitempty"`
	// Asked is the slot that her last question was about: region or category; empty: it was about records.
	Asked string `json:"asked,omitempty"`
	// RegionAsked and CategoryAsked say that she asked once; she does not ask again.
	RegionAsked   bool `json:"regionAsked,omitempty"`
	CategoryAsked bool `json:"categoryAsked,omitempty"`
	// RatingAsked says that she asked for a rating.
	RatingAsked bool `json:"ratingAsked,omitempty"`
	// RatingAskedAtEnd says that the citizen was asked, perhaps again, when the interaction ended.
	RatingAskedAtEnd bool `json:"ratingAskedAtEnd,omitempty"`
}

// Utterance is one message that Yana wants to say.
type Utterance struct {
	// Kind is a kind of message of the data model: TEXT, ANSWER, CLARIFICATION, NOTICE or RATING_REQUEST.
	Kind string
	Text string
	// Spoken is the short form of it, for the phone; empty: there is none.
	Spoken    string
	Citations []Citation
	Choices   []Choice
}

// HandOver says to whom Yana hands an interaction.
type HandOver struct {
	// Line is 1 or 2.
	Line int
	// AgencyCode narrows the queue; empty keeps the interaction's agency.
	AgencyCode string
	// Priority, 0 to 100, is what the interaction has at least from now on.
	Priority int
}

// Reply is the outcome of one turn of Yana, to be stored and said in one transaction.
type Reply struct {
	InteractionID string
	// QuestionID and Sequence name the citizen's message that it answers. A reply to a message that is no longer the
	// newest of the dialogue is not said.
	QuestionID string
	Sequence   int
	Utterances []Utterance
	// Decision is one of the data model's: ANSWER, CLARIFY, HAND_OVER, SMALL_TALK; Reason a stable word.
	Decision  string
	Reason    string
	RecordID  string
	VersionID string
	// Considered are the records looked at, best first.
	Considered []Suggestion
	State      State
	// Topic, when not empty, becomes the interaction's topic; RegionCode, when it names a region, the citizen's region.
	Topic      string
	RegionCode string
	// Trace is what the decision rests on.
	Trace Trace
	// AskRating asks for a rating after the utterances, unless that was done before.
	AskRating bool
	// HandOver is nil when Yana goes on.
	HandOver *HandOver
}
