// Package spoken holds the words of a recording as the database keeps them. It imports nothing of the project, so that the data
// model may use it.
package spoken

// Line is one utterance. Channel is "said", the citizen's, or "heard", what the citizen heard; At is milliseconds from the
// beginning of the recording.
type Line struct {
	Channel string `json:"channel"`
	At      int64  `json:"at"`
	Text    string `json:"text"`
}
