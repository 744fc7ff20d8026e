package knowledge

import (
	"context"
	"time"
)

// MaxTopics is how many topics and tags one list may tell.
const MaxTopics = 2000

// Classifier is the lists by which the records of each agency are sorted: topics, which editors choose from, and the tags that they have
// given. What becomes of a topic or a tag becomes of the records that bear it, in one transaction, and stands in their history. Like
// Editor it believes its caller who acts. Failures: NOT_FOUND, INVALID, CONFLICT for a name that is taken.
type Classifier interface {
	// Topics lists topics by agency and name, at most MaxTopics.
	Topics(ctx context.Context, q TopicQuery) ([]Topic, error)
	// CreateTopic puts a topic into the list of an agency.
	CreateTopic(ctx context.Context, n NewTopic) (Topic, error)
	// ChangeTopic renames, retires, restores or merges a topic; after a merge it gives the topic that remains.
	ChangeTopic(ctx context.Context, c TopicChange) (Topic, error)
	// Tags lists the tags that published records of an agency bear, by name, at most MaxTopics.
	Tags(ctx context.Context, q TagQuery) ([]Tag, error)
	// ChangeTag gives all records of an agency that bear a tag another one in its place, and returns how many versions that changed.
	ChangeTag(ctx context.Context, c TagChange) (int, error)
}

// Topic groups records of one agency.
type Topic struct {
	ID string `json:"id"`
	// Agency is whose list it is in; empty: that of records for all agencies, which every agency may choose from.
	Agency string `json:"agency"`
	Name   string `json:"name"`
	// Records counts the published records that bear it.
	Records int `json:"records"`
	// RetiredAt is since when no editor may choose it; zero: they may. MergedInto is the topic that took its records; its old name leads there.
	RetiredAt  time.Time `json:"retiredAt,omitzero"`
	MergedInto string    `json:"mergedInto"`
}

// TopicQuery selects topics. Without anything: those of all agencies that are neither retired nor merged.
type TopicQuery struct {
	// ID selects one, whatever its state.
	ID string `json:"id"`
	// Bounded says that only the lists of Agencies are looked at.
	Bounded  bool     `json:"bounded"`
	Agencies []string `json:"agencies"`
	// All adds retired and merged ones.
	All bool `json:"all"`
}

// NewTopic is a topic to make.
type NewTopic struct {
	Actor  string `json:"actor"`
	Agency string `json:"agency"`
	// Name is at most 500 characters.
	Name string `json:"name"`
}

// TopicAction is what is to become of a topic.
type TopicAction string

// The actions. A retired topic stays with the records that bear it.
const (
	TopicRename  TopicAction = "rename"
	TopicRetire  TopicAction = "retire"
	TopicRestore TopicAction = "restore"
	TopicMerge   TopicAction = "merge"
)

// TopicChange is a change of a topic.
type TopicChange struct {
	Actor   string      `json:"actor"`
	TopicID string      `json:"topicId"`
	Action  TopicAction `json:"action"`
	// Name is the new one, for a rename.
	Name string `json:"name"`
	// IntoID is the topic of the same list that takes the records, for a merge.
	IntoID string `json:"intoId"`
}

// Tag is a tag with the number of published records that bear it.
type Tag struct {
	Name    string `json:"name"`
	Records int    `json:"records"`
}

// TagQuery names an agency; empty: records for all agencies.
type TagQuery struct {
	Agency string `json:"agency"`
}

// TagChange puts one tag in the place of another; a record that bears both keeps one. An empty To takes the tag away.
type TagChange struct {
	Actor  string `json:"actor"`
	Agency string `json:"agency"`
	From   string `json:"from"`
	To     string `json:"to"`
}
