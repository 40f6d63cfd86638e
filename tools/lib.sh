# What tools/test, tools/demo and tools/check share: from a bare Debian 12 to a finished build. To be sourced by bash.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n==> %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# The names in tools/packages: the needed ones, or with "optional" the others.
packages() {
    awk -v want="${1:-needed}" '{ sub(/\r$/, "") } NF && $1 !~ /^#/ { kind = $2 " " $3 == "# optional:" ? "optional" : "needed"; if (kind == want) print $1 }' tools/packages
}

# Of the packages named, those that are not installed.
missing() {
    local name
    for name in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s\n' "$name"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then env "$@"; else sudo -n env "$@"; fi
}

apt() {
    as_root DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# Installs what tools/packages lists and this machine lacks. Nothing is asked, and nothing happens the second time.
install_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "this is not Debian: taking for granted what tools/packages lists"
        return
    fi
    local needed optional name
    mapfile -t needed < <(missing $(packages needed))
    mapfile -t optional < <(missing $(packages optional))
    if [ ${#needed[@]} -gt 0 ]; then
        say "installing ${needed[*]}"
        as_root true 2>/dev/null || fail "cannot become root without a question; run this once: sudo apt-get install ${needed[*]}"
        apt update || fail "apt-get update failed: are the package sources and the network there?"
        apt install --no-install-recommends "${needed[@]}" || fail "apt-get could not install: ${needed[*]}"
    fi
    for name in "${optional[@]}"; do
        apt-cache show "$name" >/dev/null 2>&1 && as_root true 2>/dev/null || continue
        say "installing $name (optional)"
        apt install --no-install-recommends "$name" || say "going on without $name"
    done
}

# Configures a build folder with meson unless it is there, and builds it.
build() {
    local folder=$1
    shift
    if [ ! -e "$folder/build.ninja" ]; then
        say "configuring $folder"
        meson setup "$folder" "$@" </dev/null
    fi
    say "building $folder"
    ninja -C "$folder"
}

# Fails unless a configured folder has all the suites named: meson runs the others, or none at all, and is content.
known_suites() {
    local folder=$1 suite
    shift
    for suite in "$@"; do
        grep -q "\"gradpath:$suite\"" "$folder/meson-info/intro-tests.json" || fail "no such suite: $suite"
    done
}
