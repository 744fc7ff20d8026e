// Package interaction owns the life of an enquiry: its states, its messages and files, its timeline, and what a citizen
// or an operator may do with it. Routing moves it through the methods of Life; Yana speaks in it through Reply.
//
// The package must not import routing, assistant, knowledge or graph; it declares the interfaces it needs of them.
package interaction
