// Package postgres owns the private PostgreSQL cluster that EKC starts for itself when no outside server is named: it
// finds the server's programs, makes the cluster below the data directory, starts and stops it, and shares it between
// processes. It imports nothing of the project and knows nothing of tables: what is in the databases belongs to the domains.
//
// # The cluster
//
// It listens on a unix socket only, in a directory that nobody but its own account may enter, and trusts who gets there.
// PostgreSQL refuses to run as root, so a root process starts it under an unprivileged account (see account.go); when that
// account cannot reach the data directory, the cluster lives elsewhere and a note is left (see place.go).
//
// # Sharing
//
// Every process that uses a cluster holds a shared lock on its "users" file, and starting or stopping happens under an
// exclusive lock on its "transition" file. The first process starts the server, later ones attach to it, and whoever leaves
// last stops it. The kernel drops the locks of a killed process, so a count can never be wrong; a server that outlived a
// killed process is attached to by the next start. The server runs in a session of its own, so that a Ctrl-C in the terminal
// reaches EKC only, which then stops the server after its own work has ended.
//
// The package works on Linux (flock, /proc).
package postgres
