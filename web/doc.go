// Package web serves the files of the chat widget, its demo page and the GraphQL playground, built by npm into web/dist
// and embedded here. It owns their addresses, caching and security headers. It imports nothing of the project, and
// compiles without the web build: the pages then say how to build it.
package web
