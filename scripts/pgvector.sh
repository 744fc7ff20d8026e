# shellcheck shell=bash
# Builds pgvector for a distribution that does not package it, from the source package of a later release of the same
# distribution. Sourced by setup.sh; uses say, die and apt.sh. Runs as root.

# pgvector_releases are those whose source package is tried, in this order.
pgvector_releases() {
	# shellcheck source=/dev/null
	case "$(. /etc/os-release && printf '%s' "$ID ${ID_LIKE:-}")" in
	*ubuntu*) printf 'noble\n' ;;
	*) printf 'trixie\nsid\n' ;;
	esac
}

# build_pgvector VERSION BINDIR compiles it and installs it into that server's own directories.
build_pgvector() {
	local version=$1 bindir=$2 work config source
	say "pgvector is not packaged for PostgreSQL $version here: building it from the next release's source package"
	work=$(mktemp -d /var/tmp/ekc-pgvector.XXXXXX)
	source=$(fetch_pgvector "$work") || die "the source package of pgvector could not be fetched"
	config=$(server_headers "$work" "$version" "$bindir") || die "the headers of PostgreSQL $version could not be fetched"
	# OPTFLAGS: no -march=native, so that an image of this machine runs elsewhere. No bitcode: that would need clang.
	if ! make -s -C "$source" -j"$(nproc)" PG_CONFIG="$config" OPTFLAGS='' with_llvm=no all install >"$work/log" 2>&1 9>&-; then
		tail -n 20 "$work/log" | sed 's/^/  make: /' >&2
		die "pgvector could not be built; the files are in $work"
	fi
	rm -rf "$work"
	say "pgvector is installed for PostgreSQL $version"
}

# fetch_pgvector prints the directory of the unpacked source. apt checks its signatures.
fetch_pgvector() {
	local work=$1 release dirs
	while read -r release; do
		apt_private "$(apt_own_sources deb-src "$release")" || continue
		(cd "$work" && apt_with_private source --download-only pgvector) || continue
		tar -xf "$work"/pgvector_*.orig.tar.* -C "$work" || continue
		dirs=("$work"/pgvector-*/)
		printf '%s\n' "${dirs[0]}"
		return
	done < <(pgvector_releases)
	return 1
}

# server_headers prints the pg_config to build with. When the server's headers are not installed, the package with them is
# unpacked aside: installing it would upgrade, hence restart, a running PostgreSQL, and bring in clang.
server_headers() {
	local work=$1 version=$2 bindir=$3 include pgxs real="$3/pg_config"
	include=$("$real" --includedir-server)
	pgxs=$("$real" --pgxs)
	if [ -e "$include/postgres.h" ] && [ -e "$pgxs" ]; then
		printf '%s\n' "$real"
		return
	fi
	mkdir -p "$work/headers"
	(cd "$work" && apt_quiet download "postgresql-server-dev-$version") ||
		{ apt_private "$(apt_own_sources deb)" && (cd "$work" && apt_with_private download "postgresql-server-dev-$version"); } || return
	dpkg-deb -x "$work"/postgresql-server-dev-*.deb "$work/headers"
	[ -e "$pgxs" ] || pgxs=$work/headers$pgxs
	[ -e "$work/headers$include/postgres.h" ] && [ -e "$pgxs" ] || return
	cat >"$work/pg_config" <<SCRIPT
#!/bin/sh
case "\$1" in
--includedir-server) echo "$work/headers$include" ;;
--pkgincludedir) echo "$work/headers\$("$real" --pkgincludedir)" ;;
--pgxs) echo "$pgxs" ;;
*) exec "$real" "\$@" ;;
esac
SCRIPT
	chmod +x "$work/pg_config"
	printf '%s\n' "$work/pg_config"
}
