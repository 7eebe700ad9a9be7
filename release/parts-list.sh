#!/usr/bin/env bash
# parts-list.sh FILE: writes the CycloneDX list of the crates in the program, by cargo-cyclonedx. It holds no path of this
# checkout, and the same commit gives the same bytes. One list goes into every archive: it has the crates of all systems.
set -euo pipefail
name=bootrace.cdx
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
cargo cyclonedx --format json --spec-version 1.5 --target all --manifest-path Cargo.toml --override-filename $name
sed "s|path+file://$PWD|path+file:///bootrace|g" $name.json >"$1"
# It writes one for each crate of the workspace.
rm -f -- $name.json */$name.json
if grep -F -e "$PWD" "$1"; then
    echo "the parts list holds paths of this checkout"
    exit 1
fi
# cargo's own word for what is built into the program, on every system of a release.
missing=$(cargo tree --locked --package bootrace --edges normal --target all --prefix none --format '{p}' |
    awk '{ sub(/^v/, "", $2); print "\"purl\": \"pkg:cargo/" $1 "@" $2 }' | sort -u |
    while read -r crate; do grep -q -F -e "$crate\"" -e "$crate?" "$1" || printf '%s\n' "$crate"; done)
if [ -n "$missing" ]; then
    printf 'the parts list lacks:\n%s\n' "$missing"
    exit 1
fi
