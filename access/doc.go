// Package access owns who may do what: accounts, their roles within agency × region × line, sessions and their tokens,
// the one matrix of rights that all domains ask, and the audit log.
//
// A domain method calls Check (or CheckObject) with the viewer's context, then works as the system; the policies of
// access/policy stand behind it. The package imports the data model, access/viewer and internal/fail, and never another
// domain or the API.
package access
