"""What commits build on."""

from devopssim.history import new_ancestors


def test_a_commit_builds_on_all_its_ancestors_over_every_branch() -> None:
    graph = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c"), "e": ()}
    assert set(new_ancestors(graph, "d", ())) == {"a", "b", "c", "d"}
    assert set(new_ancestors(graph, "d", {"a", "b"})) == {"c", "d"}
    assert new_ancestors(graph, "unknown", ()) == []
