"""The package's public names."""

import devopssim


def test_each_public_name_is_listed_once_and_is_there() -> None:
    names = vars(devopssim)["__all__"]
    assert len(names) > 1
    assert sorted(set(names)) == sorted(names) == dir(devopssim)
    assert [name for name in names if not hasattr(devopssim, name)] == []
