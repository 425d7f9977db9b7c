"""Names of tags: which ones are releases, and of which service.

SemVer, PEP 440 and CalVer mark a pre-release in the version. Some names carry no version at all: they mark
a branch, or move along it.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal

Sort = Literal["release", "pre-release", "nightly", "branch mark"]
DOTTED: Final = re.compile(r"\d+(?:[._]\d+)+")
NUMBER: Final = re.compile(r"\d+")
SHORT: Final = re.compile(r"(?:^|[^a-z])(?:a|b|c|m)[.-]?\d|(?<=\d)(?:a|b|c)[.-]?\d", re.IGNORECASE)
"""Short marks of a pre-release, which need a number: `1.0a1`, `1.0.0-b.2`, `2.0-M1`. OpenSSL's `1.0.2a` is a release."""
WILDCARD: Final = re.compile(r"\.x$", re.IGNORECASE)
"""End of a name of a line of versions: `2.x`."""
WORDS: Final = re.compile(r"[A-Za-z]+")
PRE_RELEASE: Final = frozenset(
    [
        "rc",
        "cr",
        "alpha",
        "beta",
        "pre",
        "preview",
        "prerelease",
        "milestone",
        "ea",
        "next",
        "insider",
        "insiders",
        "pr",
        "test",
        "testing",
        "candidate",
    ]
)
"""Words behind a version that make it a pre-release."""
NIGHTLY: Final = frozenset(
    ["nightly", "canary", "snapshot", "daily", "weekly", "dev", "edge", "unstable", "experimental"]
)
"""Words that make a tag a nightly build, wherever they stand."""
BRANCH: Final = frozenset(
    [
        "branch",
        "branchpoint",
        "basepoint",
        "base",
        "start",
        "fork",
        "forked",
        "merge",
        "end",
        "eol",
        "archive",
        "archived",
        "backup",
        "attic",
        "freeze",
        "root",
        "before",
        "after",
        "maint",
        "maintenance",
        "import",
        "imported",
        "deleted",
    ]
)
"""Words that make a tag the mark of a branch, or of a moment in it."""
RELEASE: Final = frozenset(
    [
        "final",
        "ga",
        "release",
        "rel",
        "lts",
        "stable",
        "post",
        "hotfix",
        "patch",
        "sp",
        "p",
        "r",
        "rev",
        "build",
        "fix",
        "security",
        "linux",
        "windows",
        "win",
        "macos",
        "darwin",
        "android",
        "ios",
        "arm",
        "amd",
        "jre",
        "jdk",
        "java",
        "alpine",
        "debian",
        "ubuntu",
        "slim",
        "docker",
        "community",
        "enterprise",
        "oss",
        "cli",
        "server",
        "client",
        "lib",
        "gpu",
        "cuda",
        "cpu",
        "v",
    ]
)
"""Words behind a version that leave it a release: SemVer would call them pre-releases, teams do not."""
GENERIC: Final = frozenset(
    [
        "release",
        "releases",
        "rel",
        "version",
        "ver",
        "v",
        "tag",
        "tags",
        "deploy",
        "deployment",
        "build",
        "prod",
        "production",
    ]
)
"""Words before a version that name no service."""


def sort_of(name: str) -> Sort:
    """Return what a tag is, by its name.

    A version of three parts with an unknown suffix is a pre-release, as SemVer has it.

    Parameters
    ----------
    name : str
        Name of the tag.

    Returns
    -------
    {"release", "pre-release", "nightly", "branch mark"}
        A name without a number is a branch mark.

    Examples
    --------
    >>> [sort_of(name) for name in ("v1.2.0", "1.2.0-rc.1", "2024.1.0b3", "2.0.post1", "go1.21rc2", "REL_17_BETA1")]
    ['release', 'pre-release', 'pre-release', 'release', 'pre-release', 'pre-release']
    >>> [sort_of(name) for name in ("nightly-2024-01-05", "1.0.0-canary.7", "release-1.2-branch", "2.x", "latest")]
    ['nightly', 'nightly', 'branch mark', 'branch mark', 'branch mark']

    """
    plain = name.partition("+")[0]
    version = DOTTED.search(plain) or NUMBER.search(plain)
    if version is None:
        return "branch mark"
    words = {word.casefold() for word in WORDS.findall(plain)}
    rest = plain[version.end() :]
    behind = {word.casefold() for word in WORDS.findall(rest)}
    if words & NIGHTLY:
        return "nightly"
    if words & BRANCH or WILDCARD.search(rest):
        return "branch mark"
    if behind & PRE_RELEASE or SHORT.search(plain[version.end() - 1 :]):
        return "pre-release"
    is_semver = len(re.split("[._]", version[0])) == 3 and rest.startswith("-")
    return "pre-release" if is_semver and behind and not behind & RELEASE else "release"


def service_of(name: str) -> str:
    """Return the service that a tag's name begins with; empty where it begins with the version.

    Examples
    --------
    >>> service_of("cart/v1.2.0"), service_of("@acme/cart@2.0.1"), service_of("cart-v1"), service_of("v1.2"), service_of("release-7")
    ('cart', '@acme/cart', 'cart', '', '')

    """
    version = DOTTED.search(name) or NUMBER.search(name)
    before = re.sub(r"v$", "", name[: version.start()] if version else "", flags=re.IGNORECASE).rstrip("/@-_.")
    words = {word.casefold() for word in WORDS.findall(before)}
    return "" if words <= GENERIC else before


def version_key(name: str) -> tuple[int, ...]:
    """Return the numbers of a name, to sort `v0.9.0` before `v0.10.0`.

    Examples
    --------
    >>> version_key("v0.9.0") < version_key("v0.10.0")
    True

    """
    return tuple(int(number[:18]) for number in NUMBER.findall(name))


def services_of(names: Sequence[str]) -> dict[str, str]:
    """Return the service of each tag of a repository of several services; empty for one service.

    A service has at least two tags, and a repository of several services has at least two such.

    Examples
    --------
    >>> services_of(["a/v1", "a/v2", "b/v1", "b/v2", "v1"])
    {'a/v1': 'a', 'a/v2': 'a', 'b/v1': 'b', 'b/v2': 'b'}
    >>> services_of(["v1", "v2", "a/v1"])
    {}

    """
    named = {name: service for name in names if (service := service_of(name))}
    many = [service for service in set(named.values()) if list(named.values()).count(service) > 1]
    return {name: service for name, service in named.items() if service in many} if len(many) > 1 else {}
