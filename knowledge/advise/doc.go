// Package advise asks a chat model two things about a citizen's question: to say a long message in one short question, and which
// of a few records answer it. Its answers are suggestions from a closed list or words to search by; no text of a model's reaches a
// citizen. It is off the way of everything else: each task has its own deadline, circuit breaker and bounded memory, and whatever
// goes wrong there is simply no advice. It imports packages outbound and personal only.
package advise
