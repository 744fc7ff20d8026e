// Package lesson holds what a version of a course is made of and what a trainee did with it. It imports nothing of the project, so
// that the data model may use it.
package lesson

// Content is what a trainee reads, replays and is asked.
type Content struct {
	Readings  []Reading  `json:"readings,omitempty"`
	Exercises []Exercise `json:"exercises,omitempty"`
	Questions []Question `json:"questions,omitempty"`
}

// Reading is a record of the base as it was when it became part of the course.
type Reading struct {
	ID              string `json:"id"`
	RecordID        string `json:"recordId"`
	RecordVersionID string `json:"recordVersionId"`
	Question        string `json:"question"`
	Answer          string `json:"answer"`
}

// Exercise is a past dialogue without anything personal, replayed turn by turn.
type Exercise struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Turns []Turn `json:"turns"`
}

// Turn is what the citizen said, and what was answered.
type Turn struct {
	Citizen string `json:"citizen"`
	// Reply is what was said then.
	Reply string `json:"reply"`
	// RecordIDs are the records that answer; a trainee who picks one of them, or of those without any writes something, has it right.
	RecordIDs []string `json:"recordIds,omitempty"`
}

// Kind is how a question is answered.
type Kind string

// The kinds of questions.
const (
	// Single: one option is right.
	Single Kind = "SINGLE"
	// Multiple: each of several options is right or wrong.
	Multiple Kind = "MULTIPLE"
	// Order: all options are put in their right order.
	Order Kind = "ORDER"
)

// Question of a test.
type Question struct {
	ID      string   `json:"id"`
	Kind    Kind     `json:"kind"`
	Text    string   `json:"text"`
	Options []Option `json:"options"`
	// Right are the ids of the right options; of Order, all of them as they must stand.
	Right []string `json:"right"`
	// Points is what a right answer is worth.
	Points int `json:"points"`
}

// Option of a question.
type Option struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// Sheet is what a trainee is shown and did in one attempt.
type Sheet struct {
	// Questions are the ids in the order in which they are asked, with their options in the order in which they are shown.
	Questions []Asked `json:"questions,omitempty"`
	// Steps are what the trainee did in the exercises.
	Steps []Step `json:"steps,omitempty"`
}

// Asked is a question as it is put to one trainee.
type Asked struct {
	ID      string   `json:"id"`
	Options []string `json:"options"`
	// Answer is nil until it is given.
	Answer []string `json:"answer,omitempty"`
}

// Step is a trainee's reply to one turn of an exercise.
type Step struct {
	ExerciseID string `json:"exerciseId"`
	// Turn counts from 0.
	Turn     int    `json:"turn"`
	Text     string `json:"text,omitempty"`
	RecordID string `json:"recordId,omitempty"`
	Right    bool   `json:"right"`
}
