// Package transaction owns the four state machines of RFC 3261 §17 with the corrections of RFC 6026, and the table that
// matches messages to them. It sends through flows that its user gives, and hands requests and responses up in the order
// in which it is given them. It imports nothing of EKC.
package transaction
