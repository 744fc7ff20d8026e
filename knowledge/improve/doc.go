// Package improve owns what makes the question base better: the words of citizens and operators on what they were told, the gaps
// that their unanswered questions show, operators' proposals, and the editors' test bench. Its tables lie in the base's database.
//
// Service is an interface of plain values, served in process by a Store and over Connect RPC by knowledge/remote. It believes its
// caller who acts and what they may do. It imports knowledge and its tables, no other domain.
package improve
