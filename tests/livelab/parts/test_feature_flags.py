"""A flag's file as the lab writes it, and what the shop's provider for OpenFeature reads from it."""

import importlib.util
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.flag_evaluation import Reason

from devopssim.errors import InvalidInputError
from devopssim.livelab import templates
from devopssim.livelab.history.journal import Journal
from devopssim.livelab.parts import FLAG, FeatureFlags

USERS = [f"user-{number}" for number in range(1000)]
Asked = Callable[[str], Any]


@pytest.fixture
def flags(tmp_path: Path) -> FeatureFlags:
    """The flags of a lab whose production was written and never started."""
    templates.copy("production", tmp_path / "production", {})
    journal = Journal(tmp_path / "journal.jsonl")
    workspace: Any = SimpleNamespace(production=tmp_path / "production", journal=journal, start=0.0)
    repository: Any = None
    return FeatureFlags(workspace, repository)


@pytest.fixture
def asked(flags: FeatureFlags, tmp_path: Path) -> Iterator[Asked]:
    """A function that evaluates the flag for a user, as the shop does."""
    templates.copy("flagged", tmp_path / "shop", {})
    spec = importlib.util.spec_from_file_location("shop_flags", tmp_path / "shop" / "shop" / "flags.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    api.set_provider(module.FlagFile(flags.file))
    client = api.get_client()
    yield lambda user: client.get_boolean_details(FLAG, False, EvaluationContext(user))
    api.shutdown()


def share(asked: Asked) -> float:
    return Counter(asked(user).value for user in USERS)[True] / len(USERS)


def test_a_deployed_feature_is_seen_by_nobody_until_its_flag_opens(flags: FeatureFlags, asked: Asked) -> None:
    assert share(asked) == 0
    flags.roll_out(FLAG, percent=10)
    assert share(asked) == pytest.approx(0.1, abs=0.03)
    flags.roll_out(FLAG, percent=100)
    assert share(asked) == 1
    assert flags.changes()["percent"].tolist() == [10, 100]


def test_a_user_sees_the_same_each_time_and_who_saw_it_first_still_sees_it_later(
    flags: FeatureFlags, asked: Asked
) -> None:
    flags.roll_out(FLAG, percent=10)
    first = {user for user in USERS if asked(user).value}
    assert first == {user for user in USERS if asked(user).value}
    flags.roll_out(FLAG, percent=50)
    assert first < {user for user in USERS if asked(user).value}


def test_the_kill_switch_holds_at_once_for_all_and_a_roll_out_ends_it(flags: FeatureFlags, asked: Asked) -> None:
    flags.roll_out(FLAG, percent=100)
    flags.kill(FLAG)
    assert (asked("ada").value, asked("ada").reason) == (False, Reason.DISABLED)
    flags.roll_out(FLAG, percent=100)
    assert asked("ada").value is True


@pytest.mark.parametrize("text", [None, "", '{"flags": {}}', '{"flags": {"special-offers": {}}}'])
def test_without_a_flag_that_can_be_read_users_see_what_they_know(
    flags: FeatureFlags, asked: Asked, text: str | None
) -> None:
    flags.roll_out(FLAG, percent=100)
    if text is None:
        flags.file.unlink()
    else:
        flags.file.write_text(text, encoding="utf-8")
    assert asked("ada").value is False
    assert asked("ada").error_code is not None


def test_a_share_or_a_flag_that_does_not_exist_is_named_and_changes_nothing(flags: FeatureFlags) -> None:
    before = flags.file.read_text(encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"percent=101 \(of the users who see special-offers\) must be from 0"):
        flags.roll_out(FLAG, percent=101)
    unknown = r"flag='offers' must be one of special-offers; .*flags.json defines"
    with pytest.raises(InvalidInputError, match=unknown):
        flags.roll_out("offers", percent=1)
    with pytest.raises(InvalidInputError, match=unknown):
        flags.kill("offers")
    assert flags.file.read_text(encoding="utf-8") == before
    assert flags.changes().empty


def test_the_file_has_flagd_s_form(flags: FeatureFlags) -> None:
    flags.roll_out(FLAG, percent=25)
    flag = json.loads(flags.file.read_text(encoding="utf-8"))["flags"][FLAG]
    assert flag["state"] in {"ENABLED", "DISABLED"}
    assert flag["defaultVariant"] in flag["variants"]
    shares = flag["targeting"]["fractional"]
    assert {name for name, _ in shares} <= flag["variants"].keys()
    assert sum(percent for _, percent in shares) == 100
