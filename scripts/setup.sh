#!/usr/bin/env bash
# Installs what EKC needs and this Debian or Ubuntu machine lacks: PostgreSQL 15 or newer, pgvector, espeak-ng, Node.js 18 or
# newer; with --with-tests also a C compiler (go test -race), Chromium, the other ends of test calls, SIPp and baresip, and RHVoice
# where the distribution offers it.
# Says nothing when all is there. Safe to run twice, or two at a time; never creates or starts a PostgreSQL cluster of the
# distribution's.
#
#   scripts/setup.sh [--with-tests]
#
# Not for typing: --install LIST is how it calls itself through sudo.
set -euo pipefail

readonly PG_MIN=15 NODE_MIN=18
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
# shellcheck source=scripts/apt.sh
. "$here/apt.sh"

# say and die are also used by apt.sh.
say() { printf 'setup: %s\n' "$*" >&2; }
die() {
	say "$*"
	exit 1
}

# --- what is there ---------------------------------------------------------------------------------------------------

# pg_servers lists the bin directories of the installed servers that are new enough, newest first.
pg_servers() {
	local dir version
	for dir in /usr/lib/postgresql/*/bin "$(pg_config --bindir 2>/dev/null || true)"; do
		if ! [ -x "$dir/postgres" ] || ! [ -x "$dir/initdb" ]; then
			continue # the client programs only
		fi
		version=$("$dir/postgres" --version | sed -nE 's/.*\(PostgreSQL\) ([0-9]+).*/\1/p')
		if [ "${version:-0}" -ge "$PG_MIN" ]; then
			printf '%s %s\n' "$version" "$dir"
		fi
	done | sort -k1,1nr -u
}

# pg_share prints where a server's extensions are described.
pg_share() {
	"$1/pg_config" --sharedir 2>/dev/null || printf '%s\n' "/usr/share/postgresql/$2"
}

have_postgres() { [ -n "$(pg_servers)" ]; }

# have_pgvector: EKC takes the newest server that has it, so one is enough.
have_pgvector() {
	local version dir
	while read -r version dir; do
		if [ -e "$(pg_share "$dir" "$version")/extension/vector.control" ]; then
			return 0
		fi
	done < <(pg_servers)
	return 1
}

have_espeak() { command -v espeak-ng >/dev/null; }

have_node() {
	local version
	command -v npm >/dev/null || return 1
	version=$(node --version 2>/dev/null) || return 1
	version=${version#v}
	[ "${version%%.*}" -ge "$NODE_MIN" ]
}

# have_compiler: the race detector needs cgo, hence a C compiler and the C library's headers.
have_compiler() { command -v gcc >/dev/null && [ -e /usr/include/stdlib.h ]; }

have_chromium() {
	local name
	for name in chromium google-chrome google-chrome-stable chrome headless-shell chrome-headless-shell chromium-browser; do
		command -v "$name" >/dev/null && return 0
	done
	return 1
}

have_sipp() { command -v sipp >/dev/null; }

have_baresip() { command -v baresip >/dev/null; }

# have_rhvoice: the program, and the voice that EKC takes. Where it is not packaged it counts as there: nothing could be done.
have_rhvoice() {
	command -v apt-get >/dev/null && offered rhvoice && offered rhvoice-russian || return 0
	command -v RHVoice-test >/dev/null && dpkg-query -W -f='${Status}' rhvoice-russian 2>/dev/null | grep -q 'ok installed'
}

# check_go complains about the Go toolchain; installing it is the user's business, as there are several good ways.
check_go() {
	local wanted found
	wanted=$(sed -nE 's/^go ([0-9.]+)$/\1/p' "$here/../go.mod")
	if ! command -v go >/dev/null; then
		say "Go $wanted or newer is needed and no go command is in the PATH: see https://go.dev/doc/install"
		return 1
	fi
	found=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed 's/^go//')
	older "${found:-0}" "$wanted" || return 0
	if older "${found:-0}" 1.21 || [ "$(go env GOTOOLCHAIN 2>/dev/null)" = local ]; then
		say "Go $wanted or newer is needed and this is Go ${found:-(unknown)}: see https://go.dev/doc/install"
		return 1
	fi
	say "this is Go $found; it will fetch Go $wanted by itself"
}

# older A B: is version A below version B?
older() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1)" = "$1" ]; }

missing() {
	local part
	for part in "$@"; do
		"have_$part" || printf '%s ' "$part"
	done
}

# --- getting it ------------------------------------------------------------------------------------------------------

install_postgres() {
	local version
	version=$(pg_newest_packaged)
	[ -n "$version" ] || die "no configured package source offers PostgreSQL $PG_MIN or newer; add one that does, or set EKC_DATABASE_URL to a server elsewhere"
	say "installing PostgreSQL $version (programs only: no cluster is made, no service started)"
	apt_install postgresql-common || die "postgresql-common could not be installed"
	without_main_cluster apt_install "postgresql-$version" || die "PostgreSQL $version could not be installed"
}

# pg_newest_packaged prints the newest offered major version, one with a package of pgvector before one without.
pg_newest_packaged() {
	local version first=
	while read -r version; do
		if [ "$version" -lt "$PG_MIN" ] || ! offered "postgresql-$version"; then
			continue
		fi
		first=${first:-$version}
		if offered "postgresql-$version-pgvector"; then
			printf '%s\n' "$version"
			return
		fi
	done < <(apt-cache search --names-only '^postgresql-[0-9]+$' | sed -nE 's/^postgresql-([0-9]+) .*/\1/p' | sort -nr)
	printf '%s\n' "$first"
}

# without_main_cluster runs a command while the distribution's tools are told not to make a cluster for a new server.
without_main_cluster() {
	local conf=/etc/postgresql-common/createcluster.conf status=0 kept=
	if [ -e "$conf" ]; then
		kept=$(mktemp)
		cp -p "$conf" "$kept"
	fi
	printf '\n# Set by EKC while it installs a server; put back afterwards.\ncreate_main_cluster = false\n' >>"$conf"
	"$@" || status=$?
	if [ -n "$kept" ]; then
		cp -p "$kept" "$conf"
		rm -f "$kept"
	else
		rm -f "$conf"
	fi
	return "$status"
}

install_pgvector() {
	local version dir
	read -r version dir < <(pg_servers) || die "no PostgreSQL server to install pgvector for"
	if offered "postgresql-$version-pgvector"; then
		say "installing pgvector for PostgreSQL $version"
		if apt_install "postgresql-$version-pgvector" && have_pgvector; then
			return
		fi
		say "the package did not help; building pgvector instead"
	fi
	have_compiler || install_compiler
	command -v make >/dev/null || apt_install make || die "make could not be installed"
	# shellcheck source=scripts/pgvector.sh
	. "$here/pgvector.sh"
	build_pgvector "$version" "$dir"
}

install_espeak() {
	say "installing espeak-ng"
	apt_install espeak-ng || die "espeak-ng could not be installed"
}

install_node() {
	say "installing Node.js"
	apt_install nodejs || die "nodejs could not be installed"
	hash -r
	# A nodejs from elsewhere may bring npm along; Debian's does not.
	command -v npm >/dev/null || apt_install npm || die "npm could not be installed"
	hash -r
	have_node || die "Node.js $NODE_MIN or newer is needed, and the package source offers $(node --version): install it from elsewhere"
}

install_compiler() {
	say "installing a C compiler"
	apt_install gcc libc6-dev || die "gcc could not be installed"
}

# chromium_packaged: Ubuntu's package is an empty one that asks for a snap.
chromium_packaged() { ! grep -qx 'ID=ubuntu' /etc/os-release; }

# install_chromium: without it the browser tests say that they were skipped, so this is no reason to stop.
install_chromium() {
	say "installing Chromium"
	apt_install chromium || say "Chromium could not be installed; the browser tests will be skipped"
}

install_sipp() {
	say "installing SIPp"
	apt_install sip-tester || die "sip-tester could not be installed"
}

install_baresip() {
	say "installing baresip"
	apt_install baresip-core || die "baresip-core could not be installed"
}

# install_rhvoice: its tests say that they were skipped without it, and espeak-ng speaks.
install_rhvoice() {
	say "installing RHVoice"
	apt_install rhvoice rhvoice-russian || say "RHVoice could not be installed; its tests will be skipped"
}

# install_all runs as root, one at a time.
install_all() {
	local part
	command -v apt-get >/dev/null || die "no apt-get: this script knows Debian and Ubuntu only. Missing: $*"
	exec 9>/run/ekc-setup.lock
	flock -n 9 || {
		say "waiting for another set-up on this machine"
		flock 9
	}
	for part in "$@"; do
		# What a process that was waited for has installed meanwhile is not installed again. Node.js is different: root's PATH
		# may miss a user's own.
		"have_$part" || {
			apt_refresh
			"install_$part"
		}
	done
}

# elevate runs install_all as root.
elevate() {
	if [ "$(id -u)" = 0 ]; then
		(install_all "$@")
		return
	fi
	command -v sudo >/dev/null || die "missing: $*. Installing needs root and there is no sudo: run 'scripts/setup.sh${tests:+ --with-tests}' as root once, then this again"
	local ask=()
	[ -t 0 ] || ask=(-n) # nobody could type a password
	say "installing needs root: using sudo for: $*"
	sudo "${ask[@]}" env "http_proxy=${http_proxy:-}" "https_proxy=${https_proxy:-}" "no_proxy=${no_proxy:-}" \
		bash "$here/setup.sh" --install "$*" || die "not installed. If sudo refused, run 'scripts/setup.sh${tests:+ --with-tests}' as root once"
}

main() {
	local parts=(postgres pgvector espeak node) todo tests=
	case "${1:-}" in
	'') ;;
	--with-tests)
		tests=yes
		parts+=(compiler sipp baresip rhvoice)
		if chromium_packaged; then
			parts+=(chromium)
		elif ! have_chromium; then
			say "Ubuntu packages Chromium as a snap only: put chromium or google-chrome into the PATH, or the browser tests are skipped"
		fi
		;;
	--install)
		read -ra todo <<<"${2:-}"
		install_all "${todo[@]}"
		return
		;;
	*) die "usage: scripts/setup.sh [--with-tests]" ;;
	esac
	check_go || exit 1
	# A local embedding model is run by a C library, which Go calls by way of cgo.
	[ -z "${EKC_EMBEDDING_DIR:-}" ] || parts+=(compiler)
	read -ra todo <<<"$(missing "${parts[@]}")"
	[ "${#todo[@]}" = 0 ] && return
	say "missing: ${todo[*]}"
	elevate "${todo[@]}"
	hash -r
	# Chromium and RHVoice are not asked for again: their tests can be skipped.
	parts=("${parts[@]/chromium/compiler}")
	read -ra todo <<<"$(missing "${parts[@]/rhvoice/compiler}")"
	[ "${#todo[@]}" = 0 ] || die "still missing: ${todo[*]}"
	say "everything is in place"
}

main "$@"
