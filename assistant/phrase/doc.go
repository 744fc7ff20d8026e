// Package phrase tells what a citizen's message is, apart from its subject: a question, small talk, the wish for a person, a
// person in distress or anger, a question about one's own case. The rules are tables of word patterns, so that each
// decision can be explained by the pattern that it rests on; testdata/phrases.tsv measures them.
//
// The package is pure. It imports knowledge/text for words and nothing else of the project.
package phrase
