// Package carrier holds the values that describe a line to a carrier in the database. It imports nothing of the project, so that
// the data model may use it.
package carrier

// PrefixRule replaces the prefix of a number; of several that apply the longest prefix wins. Length, when not 0, is how many
// characters the whole number must have.
type PrefixRule struct {
	Prefix      string `json:"prefix"`
	Replacement string `json:"replacement"`
	Length      int    `json:"length,omitempty"`
}
