#!/bin/sh
# Installs what tests/browser needs and this machine lacks: Debian's chromium, and into the folder $1 Playwright, which
# drives it, and axe-core, which knows the rules of accessible pages. Playwright's own browsers are not downloaded.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=$1
python=${2:-python3}

if ! command -v chromium >/dev/null; then
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        apt-get update -qq || true
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null || true
    else
        echo "not installed, for want of apt-get or root: chromium" >&2
    fi
fi

mkdir -p "$into"
if ! cmp -s "$here/requirements.txt" "$into/requirements.txt"; then
    rm -rf "$into/python"
    # Beside what is tested, not in it; of what both have, Python takes what is tested.
    "$python" -m pip install --quiet --disable-pip-version-check --target "$into/python" -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$into/requirements.txt"
fi
if command -v npm >/dev/null && ! cmp -s "$here/package.json" "$into/package.json"; then
    cp "$here/package.json" "$into/package.json"
    (cd "$into" && npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts) || rm -f "$into/package.json"
fi
