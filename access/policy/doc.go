// Package policy holds the rights that the data model itself enforces, behind the domains' own decisions: default deny.
// Only the system (viewer.AsSystem) changes anything. A query of anybody else is narrowed, by a condition in its SQL, to
// what the viewer may see; so what they may not see is simply not found, and no row is looked at one by one. What is of
// nobody's concern outside (events, secrets) is refused.
//
// The policies work only in a program that imports ekc/ent/runtime, which ties the schemas to the generated code. Whoever
// opens a client must therefore write
//
//	import _ "ekc/ent/runtime"
//
// and a client opened without it panics at its first query. The package imports the data model and access/viewer only;
// ent/schema imports it, so generated code must compile before it can be generated anew.
package policy
