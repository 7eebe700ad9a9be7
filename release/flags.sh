#!/usr/bin/env bash
# flags.sh TARGET [FOLDER…]: the compiler's flags of a release for this target. The same commit then gives the same bytes.
#
# The program holds no path of the machine that built it: neither of this checkout, nor of further folders, nor of cargo's.
# A linker of GNU writes no time into it; Microsoft's writes a hash of the content in its place.
set -euo pipefail
# In Git Bash on Windows a path as the compiler knows it.
native() { if command -v cygpath >/dev/null; then cygpath -m "$1"; else printf '%s' "$1"; fi; }

target=$1
shift
flags="--remap-path-prefix=$(native "${CARGO_HOME:-$HOME/.cargo}")=/cargo"
for folder in "$PWD" "$@"; do flags+=" --remap-path-prefix=$(native "$folder")=/bootrace"; done
# Flags in the environment replace those of .cargo/config.toml.
case "$target" in
    *-windows-msvc) flags+=" -C target-feature=+crt-static -C link-arg=/Brepro" ;;
    *-windows-gnu) flags+=" -C link-arg=-Wl,--no-insert-timestamp" ;;
esac
printf '%s\n' "$flags"
