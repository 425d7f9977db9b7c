#!/bin/sh
# The programs that are no Python packages: install those that are missing where we may (root, with apt-get), else name them.
# A missing program stops nothing here: its tests say so themselves, as a skip, or as a failure where CI=true.
set -eu

missing=
need() { # need PACKAGE PROGRAM...: any one of the programs will do
    package=$1
    shift
    for program in "$@"; do
        if command -v "$program" >/dev/null 2>&1; then
            return
        fi
    done
    missing="$missing $package"
}

engine_answers() { docker version >/dev/null 2>&1; }

PATH=$PATH:/usr/sbin:/sbin
need git git
engine_answers || need docker.io dockerd # a client alone is no engine, whatever brought it
need iptables iptables
need mmdebstrap mmdebstrap
need bubblewrap bwrap
need rsync rsync # GitLab's pipeline copies by it
need chromium chromium chromium-browser google-chrome google-chrome-stable
need chromium-driver chromedriver

if [ -z "$missing" ]; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "devopssim: not found:$missing. Tests that need them are skipped; install them (Debian: as root, apt-get install$missing)." >&2
    exit 0
fi
echo "devopssim: installing with apt-get:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq </dev/null || echo "devopssim: apt-get update failed; trying with what it knew." >&2
for package in $missing; do # one by one: a package that this release does not have keeps no other one out
    apt-get install -qq --yes --no-install-recommends "$package" </dev/null >/dev/null ||
        echo "devopssim: apt-get could not install $package; the tests that need it say so." >&2
done
