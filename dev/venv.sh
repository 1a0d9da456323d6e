#!/usr/bin/env bash
# Makes or repairs .venv with the locked packages. Runs before any Python of ours can, hence bash.
set -euo pipefail
cd "$(dirname "$0")/.."

find_python() {
    for candidate in ${PYTHON:-python3.11 python3 /usr/bin/python3.11}; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

missing=""
command -v git >/dev/null || missing="$missing git"
command -v make >/dev/null || missing="$missing make"
python=$(find_python) || missing="$missing python3.11-venv"
if [ -n "$missing" ]; then
    echo "Something is missing (a Python 3.11 elsewhere can be named with PYTHON=/path). On Debian 12: apt-get install -y$missing" >&2
    exit 1
fi

# The stamp names the folder too: scripts of a copied or moved .venv still point at the old one.
stamp=.venv/.complete
wanted="$(sha256sum requirements.lock | cut -d' ' -f1) $PWD"
is_complete() { [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && .venv/bin/python -c 'import django' 2>/dev/null; }
is_complete && exit 0

# Two commands started together must not install into one folder at once.
mkdir -p var
exec 9>var/venv.lock
flock 9
is_complete && exit 0

if ! .venv/bin/python -c 'import pip' 2>/dev/null || { [ -e "$stamp" ] && ! grep -q " $PWD$" "$stamp"; }; then
    [ -e .venv ] && echo "The folder .venv is half made or was moved here: making it anew."
    rm -rf .venv
    "$python" -m venv .venv
fi
rm -f "$stamp"
echo "Installing the locked packages into .venv (2 GB; half a minute to several, depending on the network) ..."
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install -qq uv

# uv does not read pip's settings; what the machine says to pip is passed on to it.
from_pip() { .venv/bin/python -m pip config list 2>/dev/null | sed -n "s/^[^=]*\.$1='\(.*\)'$/\1/p" | tail -1 | sed 's/\\n/ /g'; }
options=()
for folder in ${PIP_FIND_LINKS:-$(from_pip find-links)}; do options+=(--find-links "$folder"); done
index=${PIP_INDEX_URL:-$(from_pip index-url)}
[ -n "$index" ] && options+=(--default-index "$index")
extras=${PIP_EXTRA_INDEX_URL:-$(from_pip extra-index-url)}
for extra in $extras; do options+=(--index "$extra"); done
[ -n "$extras" ] && options+=(--index-strategy unsafe-best-match)
certificates=$(from_pip cert)
[ -n "$certificates" ] && export SSL_CERT_FILE="${SSL_CERT_FILE:-$certificates}"
.venv/bin/uv pip install --quiet --python .venv/bin/python "${options[@]}" -r requirements.lock

# The clone's own packages (dev, config, core ...) are importable wherever its Python is started.
pwd > "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/clone.pth"
echo "$wanted" > "$stamp"
