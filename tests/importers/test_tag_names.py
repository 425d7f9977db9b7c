"""Names of tags, as public repositories have them."""

import pytest

from devopssim.importers.tag_names import service_of, services_of, sort_of

NAMES = {
    "release": (
        *(
            "v1.2.3",
            "1.2",
            "v2024.05.1",
            "24.04",
            "2024-05-01",
            "release-7",
            "REL9_6_1",
            "rel_1_4_0",
            "go1.21.3",
            "jquery-3.2.1",
        ),
        *(
            "1.0.2a",
            "v1.2.3+build.5",
            "1.0.post1",
            "v1.0.0-final",
            "v4.0.0.GA",
            "v1.2.3-hotfix.1",
            "v1.2.3-1",
            "1.0.0-lts",
        ),
        *(
            "@acme/cart@2.0.1",
            "cart/v1.4.0",
            "v3.1.4-linux-amd64",
            "deploy-20240105",
            "preact-10.1.0",
            "devlake-v0.9.0",
            "build-17",
        ),
    ),
    "pre-release": (
        *(
            "v1.2.3-rc.1",
            "v1.2.3-rc1",
            "1.2rc1",
            "v2.0.0-alpha",
            "2.0.0-beta.2",
            "1.0a1",
            "2024.1.0b3",
            "3.12.0c1",
            "v5.0.0-M2",
        ),
        *(
            "v1.0.0-preview.3",
            "REL_17_BETA1",
            "v1.0-RC",
            "9.0.0.CR1",
            "v15.0.0-next.4",
            "1.0.0-alpha.beta",
            "v1.2.3-x.7",
            "go1.21rc2",
        ),
    ),
    "nightly": (
        "nightly-2024-01-05",
        "v1.2.3-nightly.4",
        "1.0.0-canary.7",
        "2.0-SNAPSHOT",
        "1.0.dev3",
        "dev-20240105",
        "v2.1.0-dev",
    ),
    "branch mark": (
        "latest",
        "stable",
        "release-1.2-branch",
        "branchpoint-2.0",
        "2.x",
        "v3.4.x",
        "before-2020-refactoring",
        "1.2-maint",
    ),
}


@pytest.mark.parametrize(("sort", "name"), [(sort, name) for sort, names in NAMES.items() for name in names])
def test_the_sort_of_a_name(sort: str, name: str) -> None:
    assert sort_of(name) == sort


def test_a_service_stands_before_its_version() -> None:
    names = (
        "cart/v1.2.0",
        "@acme/cart@2.0.1",
        "cart-v1",
        "services/cart/1.0",
        "v1.2",
        "release-7",
        "deploy/2024-05-01",
    )
    assert [service_of(name) for name in names] == ["cart", "@acme/cart", "cart", "services/cart", "", "", ""]


def test_one_odd_name_makes_no_second_service() -> None:
    assert services_of(["v1.0", "v1.1", "docs-v1"]) == {}
    assert services_of(["a-v1", "a-v2", "v1.0"]) == {}
