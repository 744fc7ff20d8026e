// Package guard decides who may speak: a token bucket per address, one for all unknown addresses together, silence for
// known scanners, and bans that grow with each relapse. All tables are bounded. It knows addresses only and imports
// nothing of EKC.
package guard
