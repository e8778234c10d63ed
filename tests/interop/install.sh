#!/bin/sh
# Installs what tests/interop calls and this machine lacks: Debian's packages, and into the folder $1 suds and npm's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=$1

missing=""
has() { command -v "$1" >/dev/null; }
has curl || missing="$missing curl"
php -m 2>/dev/null | grep -qx soap || missing="$missing php-cli php-soap"
has node || missing="$missing nodejs"
has npm || missing="$missing npm"
has javac || missing="$missing default-jdk-headless"
has wsimport || missing="$missing jaxws"
{ has wsdl2h && has c++ && test -d /usr/share/gsoap/import; } || missing="$missing g++ gsoap libgsoap-dev"
perl -MSOAP::Lite -e 1 2>/dev/null || missing="$missing libsoap-lite-perl"
ruby -e 'require "soap/wsdlDriver"; require "httpclient"' 2>/dev/null || missing="$missing ruby ruby-soap4r ruby-httpclient"
if [ -n "$missing" ]; then
    if has apt-get && [ "$(id -u)" = 0 ]; then
        apt-get update -qq || true
        # shellcheck disable=SC2086 - a list of packages
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null || true
    else
        echo "not installed, for want of apt-get or root:$missing" >&2
    fi
fi

mkdir -p "$into"
[ -x "$into/suds/bin/python" ] || python3 -m venv "$into/suds"
"$into/suds/bin/python" -c 'import suds' 2>/dev/null ||
    "$into/suds/bin/python" -m pip install --quiet --disable-pip-version-check suds-community==1.2.0
if has npm && ! cmp -s "$here/package.json" "$into/package.json"; then
    cp "$here/package.json" "$into/package.json"
    (cd "$into" && npm install --silent --no-audit --no-fund --no-package-lock) || rm -f "$into/package.json"
fi
