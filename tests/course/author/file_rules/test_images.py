"""Rules on Dockerfiles are kept by what has an effect on the image, and by nothing else."""

import pytest

from devopssim.course.author.dockerfiles import parse_dockerfile
from devopssim.course.author.file_rules import Rule
from devopssim.course.author.file_rules import images as rules

DOCKERFILE = """\
# a comment
FROM python:3.12-slim AS build
RUN apt-get update && \\
    # inside
    apt-get install -y curl
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY <<EOF /etc/motd
FROM nowhere
EOF
FROM build
COPY . .
USER 10001:10001
"""


def test_instructions_are_read_with_their_continuations_and_here_documents() -> None:
    names = [instruction.name for instruction in parse_dockerfile(DOCKERFILE)]
    assert names == ["FROM", "RUN", "COPY", "RUN", "COPY", "FROM", "COPY", "USER"]
    assert "curl" in parse_dockerfile(DOCKERFILE)[1].value


@pytest.mark.parametrize(
    ("rule", "instead_of", "broken"),
    [
        (rules.base_is_pinned(), "python:3.12-slim", "python:latest"),
        (rules.base_is_pinned(), "python:3.12-slim", "registry:5000/python"),
        (rules.runs_as_a_user(), "USER 10001:10001", "USER root"),
        (rules.runs_as_a_user(), "USER 10001:10001", ""),
        (rules.installs_before_it_copies_the_code(), "COPY requirements.txt .", "COPY . ."),
        (rules.starts_from("^build"), "FROM build", "FROM scratch"),
        (rules.has("COPY", "motd"), "/etc/motd", "/etc/issue"),
    ],
)
def test_a_rule_of_dockerfiles_is_kept_or_broken(rule: Rule, instead_of: str, broken: str) -> None:
    assert rule.holds(parse_dockerfile(DOCKERFILE)), rule.description
    assert not rule.holds(parse_dockerfile(DOCKERFILE.replace(instead_of, broken))), rule.description
