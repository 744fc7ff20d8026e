package postgres

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// settingsFile is written at every start and included by postgresql.conf, where a person may override it below the include.
const settingsFile = "ekc.conf"

// defaults are the cluster's settings. Durability is promised, so commits wait for the disk. The log keeps a week, one file
// a day, and neither statements nor the values in them: they are personal data.
var defaults = map[string]string{
	"max_connections":                 "200",
	"shared_buffers":                  "256MB",
	"synchronous_commit":              "on",
	"fsync":                           "on",
	"full_page_writes":                "on",
	"max_wal_size":                    "2GB",
	"random_page_cost":                "1.1",
	"jit":                             "off", // plans of short queries; compiling them costs more than it gives
	"timezone":                        "UTC",
	"log_timezone":                    "UTC",
	"password_encryption":             "scram-sha-256",
	"logging_collector":               "on",
	"log_directory":                   "log",
	"log_filename":                    "postgresql-%a.log",
	"log_truncate_on_rotation":        "on",
	"log_rotation_age":                "1d",
	"log_rotation_size":               "0",
	"log_line_prefix":                 "%m [%p] %d ",
	"log_min_messages":                "warning",
	"log_min_error_statement":         "panic",
	"log_error_verbosity":             "terse",
	"log_parameter_max_length":        "0",
	"log_checkpoints":                 "off",
	"log_autovacuum_min_duration":     "-1",
	"log_startup_progress_interval":   "10s",
	"client_min_messages":             "warning",
	"unix_socket_permissions":         "0700",
	"max_locks_per_transaction":       "128",
	"autovacuum_vacuum_scale_factor":  "0.05",
	"autovacuum_analyze_scale_factor": "0.25", // updates count too: less, and busy tables are analysed all the time, for the same figures
	"autovacuum_naptime":              "30s",  // prepared plans must not long outlive the figures of an empty table
}

// hostAccess is pg_hba.conf: only the unix socket, whose directory only the server's account (and root) may enter.
const hostAccess = "# Written by EKC at every start.\nlocal all all trust\nlocal replication all trust\n"

// writeSettings writes the cluster's settings; overrides win over the defaults.
func writeSettings(p place, overrides map[string]string) error {
	all := maps.Clone(defaults)
	maps.Copy(all, overrides)
	var text strings.Builder
	text.WriteString("# Written by EKC at every start. Put your own settings into postgresql.conf, below the include.\n")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&text, "%s = '%s'\n", name, strings.ReplaceAll(all[name], "'", "''"))
	}
	if err := p.write(settingsFile, text.String()); err != nil {
		return err
	}
	return p.write("pg_hba.conf", hostAccess)
}

// write replaces a file of the data directory in one step.
func (p place) write(name, text string) error {
	path := filepath.Join(p.data(), name)
	temp, err := os.CreateTemp(p.data(), name+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // after the rename there is nothing to remove
	if _, err = temp.WriteString(text); err == nil {
		err = temp.Close()
	}
	if err != nil {
		return err
	}
	if err := p.account.own(temp.Name()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
