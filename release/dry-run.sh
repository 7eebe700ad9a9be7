#!/usr/bin/env bash
# dry-run.sh FOLDER: a release as far as one machine without a network can make it. What it lacks, it says: SKIPPED.
#
# Two builds of the program for Windows from one commit are equal bit by bit; the archive holds what README.md says; the
# manifests validate; the readers' crates can be packed.
set -euo pipefail
out=$1
tools=../shared/tools/windows
target=x86_64-pc-windows-gnu
mkdir -p "$out"

# The second checkout lies elsewhere, and its crates are built again; those of the registry are built once.
twice() {
    local other=$out/checkout
    rm -rf "$other"
    mkdir "$other"
    git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$other"
    RUSTFLAGS=$(release/flags.sh "$target" "$other")
    export RUSTFLAGS CARGO_TARGET_DIR=$out/target
    # Without optimisation, which would take several times as long.
    export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
    local folder number=0
    for folder in . "$other"; do
        number=$((number + 1))
        # Files newer than what the first build made of them: the crates of this workspace are built again.
        [ "$number" -eq 1 ] || find "$other" -name '*.rs' -exec touch {} +
        "$tools/build-windows.sh" "$folder" build --release --locked --bin bootrace
        cp "$CARGO_TARGET_DIR/$target/release/bootrace.exe" "$out/$number.exe"
    done
    rm -r "$other"
    unset RUSTFLAGS CARGO_TARGET_DIR ${!CARGO_PROFILE_RELEASE_@}
    sha256sum "$out/1.exe" "$out/2.exe"
    cmp "$out/1.exe" "$out/2.exe"
    # The standard library may hold paths of the machine that built the toolchain: they are the same everywhere.
    if grep -a -o -F -e "$PWD/" -e "$other/" "$out/1.exe"; then
        echo "the program holds paths of this checkout"
        return 1
    fi
    python3 .ci/check-dlls.py "$out/1.exe"
}

packed() {
    local program=$1 first=$out/archives second=$out/archives-2 archive
    for kind in x86_64-pc-windows-msvc x86_64-unknown-linux-musl; do
        archive=$(python3 release/pack.py "$kind" "$program" "$first" "$out/licences.html" "$out/bootrace.cdx.json")
        python3 release/pack.py "$kind" "$program" "$second" "$out/licences.html" "$out/bootrace.cdx.json" >/dev/null
        cmp "$archive" "$second/${archive##*/}"
        python3 release/pack.py --check "$archive"
    done
    python3 release/manifests.py --dry-run --repository https://example.org/owner/bootrace --archives "$first" -o "$out/manifests"
    (cd "$first" && rm -f SHA256SUMS && sha256sum -- * >SHA256SUMS && sha256sum --check --quiet SHA256SUMS)
}

# Lists what only the workflow makes, where its tools are missing.
parts() {
    if command -v cargo-about >/dev/null; then
        cargo about generate --offline --fail -c release/about.toml release/licences.hbs -o "$out/licences.html"
    else
        echo "SKIPPED: cargo-about is not installed: the list of licences was not made"
        echo "a stand-in" >"$out/licences.html"
    fi
    if command -v cargo-cyclonedx >/dev/null; then
        release/parts-list.sh "$out/bootrace.cdx.json"
    else
        echo "SKIPPED: cargo-cyclonedx is not installed: the parts list was not made"
        echo "{}" >"$out/bootrace.cdx.json"
    fi
    command -v cargo-auditable >/dev/null || echo "SKIPPED: cargo-auditable is not installed: no build had its list of crates within"
}

crates() {
    local readers=(bootrace-status-codes pml-reader etl-reader bootrace-servicing-logs)
    local chosen=("${readers[@]/#/--package=}") last
    # Cargo keeps what it once unpacked of a package with the same version.
    for reader in "${readers[@]}"; do rm -rf "${CARGO_HOME:-$HOME/.cargo}"/registry/src/-*/"$reader"-[0-9]*; done
    cargo package --offline --allow-dirty --quiet "${chosen[@]}"
    for reader in "${readers[@]}"; do ls -l target/package/"$reader"-*.crate; done
    last=$(git describe --tags --abbrev=0 2>/dev/null || true)
    if ! command -v cargo-semver-checks >/dev/null; then
        echo "SKIPPED: cargo-semver-checks is not installed: the crates were not compared with the last tag"
    elif [ -z "$last" ]; then
        echo "SKIPPED: there is no tag yet: the crates were compared with nothing"
    else
        cargo semver-checks --baseline-rev "$last" "${chosen[@]}"
    fi
}

parts
crates
if [ -x "$tools/build-windows.sh" ]; then
    "$tools/setup-windows-cross.sh"
    twice
    packed "$out/1.exe"
else
    echo "SKIPPED: no $tools beside the checkout: no program was built for Windows, and an empty file was packed"
    : >"$out/none.exe"
    packed "$out/none.exe"
fi
