package ivr

import _ "embed"

//go:embed default.json
var defaultFlow []byte

// Default is the flow of 8-800-6000-000 as it is shipped: greeting, notice of recording, working hours and holidays, agency,
// region, topic and Yana, queue with honest news, callback, rating. The JSON is for storing as a first version.
func Default() (*Flow, []byte, error) {
	f, err := Parse(defaultFlow)
	return f, append([]byte(nil), defaultFlow...), err
}
