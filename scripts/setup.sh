# Sourced by the other scripts: installs the Debian packages that are missing, and says nothing about those that are there.

BUILD_PACKAGES="g++ make cmake ninja-build libcli11-dev libeigen3-dev libfmt-dev nlohmann-json3-dev zlib1g-dev tzdata libjs-dygraphs lowdown"
TEST_PACKAGES="catch2 clang-format-14 python3 tzdata locales chromium"

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
[ -t 2 ] && [ -z "${NO_COLOR:-}" ] || say() { printf '== %s\n' "$*" >&2; }

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# need PACKAGE...: installs what is missing, as root or by sudo.
need() {
    if ! command -v apt-get >/dev/null 2>&1; then
        say "no apt-get here: taking for granted that your system has what Debian calls $*"
        return 0
    fi
    local missing="" package as_root=""
    for package in "$@"; do is_installed "$package" || missing="$missing $package"; done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || { echo "missing packages:$missing; install them as root, there is no sudo here" >&2; return 1; }
        as_root="sudo"
    fi
    say "installing$missing"
    local log; log=$(mktemp)
    # shellcheck disable=SC2086  # the lists are meant to split
    if ! { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "apt-get could not install:$missing" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# build FOLDER TARGET... -- CMAKE_OPTION...: configures and builds; the log is shown only where it fails.
build() {
    local folder=$1; shift
    local targets="" log
    while [ $# -gt 0 ] && [ "$1" != -- ]; do targets="$targets $1"; shift; done
    [ $# -gt 0 ] && shift
    log=$(mktemp)
    if ! cmake -S . -B "$folder" -G Ninja "$@" >"$log" 2>&1; then
        cat "$log" >&2; rm -f "$log"; return 1
    fi
    rm -f "$log"
    # shellcheck disable=SC2086
    if [ -t 1 ]; then cmake --build "$folder" --target $targets
    else cmake --build "$folder" --target $targets | awk '/^\[[0-9]+\/[0-9]+\]/ { if (++n % 25 == 0) { print $1; fflush() } next } { print; fflush() }'
    fi
}
