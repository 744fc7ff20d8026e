// Package app puts the centre together: databases, event log, domains, API, HTTP server, and takes it apart again in the
// right order. The commands and the end-to-end tests start it; nothing else imports it. It is the one package below cmd that
// knows all others, and it holds no logic of its own but the adapters by which siblings meet.
package app
