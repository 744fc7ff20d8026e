# shellcheck shell=bash
# How setup.sh talks to apt: without questions, without noise, and without giving up because some configured source that has
# nothing to do with EKC cannot be reached. Sourced; uses say and die.

export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l APT_LISTCHANGES_FRONTEND=none

apt_work=
apt_refreshed=

# apt_quiet runs apt-get; what it prints is shown only when it fails.
apt_quiet() {
	local log status=0
	log=$(mktemp)
	apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 -o Acquire::Retries=2 -o Acquire::http::Timeout=20 \
		-o Acquire::https::Timeout=20 -o APT::Sandbox::User=root "$@" >"$log" 2>&1 </dev/null 9>&- || status=$?
	if [ "$status" != 0 ]; then
		sed 's/^/  apt: /' "$log" | tail -n 15 >&2
	fi
	rm -f "$log"
	return "$status"
}

# apt_refresh reads the package lists once. Sources that cannot be read are left aside: whether they matter shows later.
apt_refresh() {
	local try
	[ -z "$apt_refreshed" ] || return 0
	say "reading the package lists"
	for try in 1 2 3; do
		apt_quiet update && break
		# The lists have a lock of their own, for which apt does not wait.
		[ "$try" = 3 ] || sleep 2
	done || true
	[ "$try" = 3 ] && say "some package sources could not be read; going on with the others"
	apt_refreshed=yes
}

# offered: does a configured source have the package?
offered() {
	local policy
	policy=$(LC_ALL=C apt-cache policy "$1" 2>/dev/null) && [[ $policy =~ "Candidate: "[^\(] ]]
}

# apt_install installs packages, from all sources or, when that fails, from the distribution's own alone: a broken third
# source can offer a newer version that it then does not deliver. Packages that are there already are not upgraded: a
# running PostgreSQL would be restarted.
apt_install() {
	apt_quiet install --no-install-recommends --no-upgrade "$@" && return
	say "trying again with the distribution's own package sources alone"
	apt_private "$(apt_own_sources deb)" || return
	apt_with_private install --no-install-recommends --no-upgrade "$@"
}

# apt_own_sources prints lines for a sources.list, of the distribution's own archive as this machine is configured to reach it
# (a mirror, a proxy, a snapshot), of the type deb or deb-src, for the given release or those configured.
apt_own_sources() {
	local type=$1 wanted=${2:-} uri release component options='' codename ids
	# shellcheck source=/dev/null
	read -r codename ids <<<"$(. /etc/os-release && printf '%s %s %s' "${VERSION_CODENAME:-none}" "$ID" "${ID_LIKE:-}")"
	options=$(signed_by "$ids")
	# shellcheck disable=SC2016 # apt fills these in
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		grep -E '^(Debian|Ubuntu|Raspbian) ' | sort -u | while read -r _ uri release component; do
		case "$release" in
		"$codename") [ -z "$wanted" ] || release=$wanted ;;
		*) [ -z "$wanted" ] || continue ;;
		esac
		printf '%s %s%s %s %s\n' "$type" "$options" "$uri" "$release" "$component"
	done | sort -u
}

# signed_by prints the option that names the distribution's own keys, if they are where they usually are.
signed_by() {
	local id key
	for id in $1; do
		for key in "/usr/share/keyrings/$id-archive-keyring".{pgp,gpg}; do
			if [ -e "$key" ]; then
				printf '[signed-by=%s] ' "$key"
				return
			fi
		done
	done
}

# apt_private sets up a configuration of its own with the given sources, beside the machine's, and reads its lists.
apt_private() {
	[ -n "$1" ] || {
		say "no package source of the distribution itself is configured"
		return 1
	}
	if [ -z "$apt_work" ]; then
		apt_work=$(mktemp -d /var/tmp/ekc-apt.XXXXXX)
		trap 'rm -rf "$apt_work"' EXIT
		mkdir -p "$apt_work/lists/partial" "$apt_work/cache/archives/partial" "$apt_work/parts"
	fi
	printf '%s\n' "$1" >"$apt_work/sources.list"
	apt_with_private update
}

apt_with_private() {
	apt_quiet -o Dir::Etc::SourceList="$apt_work/sources.list" -o Dir::Etc::SourceParts="$apt_work/parts" \
		-o Dir::State::Lists="$apt_work/lists" -o Dir::Cache="$apt_work/cache" "$@"
}
