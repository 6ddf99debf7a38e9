#!/bin/sh
# Makes .venv and installs the locked packages into it. Idempotent: a repeat costs nothing.
#   scripts/setup.sh server    what `make serve` needs
#   scripts/setup.sh test      everything that the tests need, too
#   scripts/setup.sh plan      say which Python and which way would be taken; change nothing
set -eu
cd "$(dirname "$0")/.."
goal="${1:-server}"
venv=".venv"
minimum="import sys; sys.exit(sys.version_info < (3, 11))"

say() { printf '%s\n' "$*" >&2; }

# A version manager's shim may exist and fail: only running a candidate tells.
find_python() {
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14 \
        /usr/bin/python3 /usr/local/bin/python3 /usr/bin/python3.11; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c "$minimum" >/dev/null 2>&1; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

# Which of the ways to a virtual environment works here, each tried for real in a scratch place.
find_way() {
    scratch="$(mktemp -d)"
    way=none
    if "$1" -c "import ensurepip, venv" >/dev/null 2>&1; then
        way=venv
    elif "$1" -m venv --without-pip "$scratch/v" >/dev/null 2>&1 &&
        "$1" -m pip --python "$scratch/v/bin/python" --version >/dev/null 2>&1; then
        way=outer-pip
    elif command -v uv >/dev/null 2>&1; then
        way=uv
    elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        way=apt
    fi
    rm -rf "$scratch"
    echo "$way"
}

make_venv() {
    rm -rf "$venv"
    case "$way" in
    venv) "$python" -m venv "$venv" ;;
    outer-pip) "$python" -m venv --without-pip "$venv" ;;
    uv) uv venv --quiet --python "$python" "$venv" ;;
    apt)
        say "Installing Debian's python3-venv ..."
        apt-get -qq update >&2
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y python3-venv >&2
        "$python" -m venv "$venv"
        ;;
    esac
}

install() {
    case "$way" in
    outer-pip) "$python" -m pip --python "$venv/bin/python" install --disable-pip-version-check "$@" ;;
    uv) uv pip install --python "$venv/bin/python" "$@" ;;
    *) "$venv/bin/python" -m pip install --disable-pip-version-check "$@" ;;
    esac
}

if ! python="$(find_python)"; then
    say "License-API needs Python 3.11 or newer. Type: apt-get install python3 python3-venv"
    exit 1
fi
if [ "$goal" = plan ]; then
    echo "$python $(find_way "$python")"
    exit 0
fi

# Two makes at once must not fill the same directory.
if command -v flock >/dev/null 2>&1 && [ -z "${LICENSEAPI_SETUP_LOCKED:-}" ]; then
    LICENSEAPI_SETUP_LOCKED=1 exec flock .setup.lock sh "scripts/setup.sh" "$goal"
fi

lock="requirements/$goal.lock"
stamp="$venv/installed-$goal"
wanted="$({ "$python" -V; cat "$lock" pyproject.toml scripts/setup.sh; cat sdk/python/pyproject.toml 2>/dev/null || true; } | cksum)"
[ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ] && "$venv/bin/python" -c "$minimum" 2>/dev/null && exit 0

way="$(find_way "$python")"
if [ "$way" = none ]; then
    say "This Python cannot make virtual environments. Type: sudo apt-get install python3-venv"
    exit 1
fi
if ! "$venv/bin/python" -c "$minimum" >/dev/null 2>&1 || ! [ -f "$venv/made" ] ||
    { [ "$way" != uv ] && [ "$way" != outer-pip ] && ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; }; then
    say "Making a virtual environment with $python ($way) ..."
    make_venv
    touch "$venv/made"
fi
say "Installing the locked packages for '$goal' (once; a minute or so) ..."
if [ "$way" = uv ]; then
    install --require-hashes -r "$lock" >&2
else
    install --quiet --progress-bar off --require-hashes -r "$lock" >&2
fi
install --quiet --no-deps --no-build-isolation -e . >&2
if [ "$goal" = test ] && [ -f sdk/python/pyproject.toml ]; then
    install --quiet --no-deps --no-build-isolation -e sdk/python >&2
fi
printf '%s' "$wanted" >"$stamp"
say "Installed."
