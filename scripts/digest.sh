#!/usr/bin/env bash
# digest.sh DIR...: a checksum for every file below the directories, to see whether something has changed them.
set -euo pipefail
for dir in "$@"; do
	[ ! -d "$dir" ] || find "$dir" -type f -print0
done | LC_ALL=C sort -z | xargs -0r sha256sum
