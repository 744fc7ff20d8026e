#!/usr/bin/env bash
# Puts ONNX Runtime's shared library, which a local embedding model needs (EKC_EMBEDDING_DIR), where it is told to. It comes out of
# the npm package onnxruntime-node, by npm and from wherever npm is set up to fetch, and nothing of the package is run. Says nothing
# when the library is there already.
#
#   scripts/onnxruntime.sh bin/libonnxruntime.so
set -euo pipefail

# The version is that of the headers of github.com/yalue/onnxruntime_go in go.mod. A new one needs new sums.
readonly VERSION=1.24.3

say() { printf 'onnxruntime: %s\n' "$*" >&2; }
die() {
	say "$*"
	exit 1
}

target=${1:?usage: scripts/onnxruntime.sh FILE}
case $(uname -sm) in
'Linux x86_64') part=linux/x64 sum=92ba8e44d31b80a34f5e805076a044122c3be1fffe0d88ed790de7267b0b2682 ;;
'Linux aarch64') part=linux/arm64 sum=33032cb5b91c12edbf028d7c69fa40a31848d66c0095448758af237d5e0b07db ;;
*) die "there is no library for $(uname -sm): a local embedding model cannot be used here" ;;
esac

right() { [ -e "$1" ] && printf '%s  %s\n' "$sum" "$1" | sha256sum --check --status; }

right "$target" && exit
command -v npm >/dev/null || die "npm is needed: scripts/setup.sh installs it"
mkdir -p "$(dirname "$target")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say "fetching version $VERSION"
npm pack --silent --ignore-scripts --pack-destination "$work" "onnxruntime-node@$VERSION" >/dev/null || die "the package could not be fetched"
library="package/bin/napi-v6/$part/libonnxruntime.so.1"
tar -xzf "$work/onnxruntime-node-$VERSION.tgz" -C "$work" "$library" || die "the package has no $library"
right "$work/$library" || die "the library is not the one expected: nothing was installed"
# Into its place at once: a running program may have the old one open.
mv "$work/$library" "$target.new"
mv "$target.new" "$target"
