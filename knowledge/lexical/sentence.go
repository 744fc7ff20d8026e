package lexical

import (
	"strings"

	"ekc/knowledge/text"
)

// maxSentences bounds the sentences of an answer that are compared.
const maxSentences = 60

// BestSentence is the sentence of the answer that shares most words of content with the query; the first one when none
// shares any.
func BestSentence(answer, query string) string {
	asked := make(map[string]bool)
	for _, w := range text.Words(query, maxQueryWords) {
		if !w.Function {
			asked[w.Stem] = true
		}
	}
	best, bestShared := "", -1
	for i, s := range sentences(answer) {
		if i == maxSentences {
			break
		}
		shared := 0
		seen := make(map[string]bool)
		for _, w := range text.Words(s, maxUnitWords) {
			if asked[w.Stem] && !seen[w.Stem] {
				seen[w.Stem] = true
				shared++
			}
		}
		if shared > bestShared {
			best, bestShared = s, shared
		}
	}
	return best
}

// sentences cuts at line ends and at a full stop, question or exclamation mark before a space and a capital letter or digit.
func sentences(s string) []string {
	var out []string
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		start := 0
		for i := 0; i+2 < len(line); i++ {
			if strings.IndexByte(".?!", line[i]) >= 0 && line[i+1] == ' ' && startsSentence(line[i+2:]) {
				out = append(out, strings.TrimSpace(line[start:i+1]))
				start = i + 2
			}
		}
		if start < len(line) {
			out = append(out, strings.TrimSpace(line[start:]))
		}
	}
	return out
}

func startsSentence(s string) bool {
	for _, r := range s {
		return r == '«' || strings.ToUpper(string(r)) == string(r)
	}
	return false
}
