# Sourced by start and test: goes to the repository, and makes and enters its environment in .venv.
# Needs Python 3.10 or later and a package index; PYTHON names another interpreter than the newest one found.

cd "$(dirname "$0")/.."

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python3.10 python}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "medsearch needs Python 3.10 or later; install it, or name it: PYTHON=/path/to/python3 $0" >&2
    return 1
}

# install EXTRAS: the package with its dependencies, again only where pyproject.toml has changed since.
install() {
    local stamp=".venv/installed$1"
    if [ ! -x .venv/bin/python ]; then
        local python
        python="$(find_python)"
        echo "making an environment in .venv"
        "$python" -m venv .venv || {
            rm -rf .venv
            echo "this Python can't make an environment; on Debian and Ubuntu: apt-get install python3-venv" >&2
            return 1
        }
    fi
    if [ ! -e "$stamp" ] || [ pyproject.toml -nt "$stamp" ]; then
        echo "installing medsearch and what it needs"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".$1"
        touch "$stamp"
    fi
    export PATH="$PWD/.venv/bin:$PATH"
}
