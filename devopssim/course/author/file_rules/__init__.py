"""Rules on files of a delivery: Dockerfiles, compose files, GitHub Actions workflows, GitLab CI files.

A `Rule` has a phrase and a predicate on the parsed file. Files are parsed, never run. The functions of this module make
rules for `expect.file`; a rule of one's own is `Rule(description=…, holds=…)`.
"""

from devopssim.course.author.dockerfiles import Instruction, parse_dockerfile
from devopssim.course.author.file_rules.images import (
    base_is_pinned,
    has,
    installs_before_it_copies_the_code,
    runs_as_a_user,
    starts_from,
)
from devopssim.course.author.file_rules.pipelines import gate, needs, runs, step_runs, triggered_by
from devopssim.course.author.file_rules.rules import LONGEST, ParsedFile, Rule, at, parse, read
from devopssim.course.author.yaml_files import parse_yaml

__all__ = [
    "LONGEST",
    "Instruction",
    "ParsedFile",
    "Rule",
    "at",
    "base_is_pinned",
    "gate",
    "has",
    "installs_before_it_copies_the_code",
    "needs",
    "parse",
    "parse_dockerfile",
    "parse_yaml",
    "read",
    "runs",
    "runs_as_a_user",
    "starts_from",
    "step_runs",
    "triggered_by",
]
