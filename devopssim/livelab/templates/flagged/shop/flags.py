"""A provider of feature flags for OpenFeature: a file in flagd's format, which production mounts."""

import hashlib
import json
from pathlib import Path

from openfeature.exception import FlagNotFoundError
from openfeature.flag_evaluation import FlagResolutionDetails, Reason
from openfeature.provider import AbstractProvider, Metadata


class FlagFile(AbstractProvider):
    """Reads the file for each question, so that a change holds at once and without a deployment."""

    def __init__(self, path):
        super().__init__()
        self.path = Path(path)

    def get_metadata(self):
        return Metadata(name="flag file")

    def resolve(self, flag_key, default_value, evaluation_context=None):
        """Return the value of a flag for a user: the same one each time, until the file changes."""
        try:
            flag = json.loads(self.path.read_text(encoding="utf-8"))["flags"][flag_key]
        except (OSError, KeyError) as error:
            raise FlagNotFoundError(f"{self.path} has no flag {flag_key}") from error
        if flag["state"] == "DISABLED":
            return FlagResolutionDetails(value=default_value, reason=Reason.DISABLED)
        variant = flag["defaultVariant"]
        user = evaluation_context and evaluation_context.targeting_key
        shares = flag.get("targeting", {}).get("fractional")
        if user and shares:
            variant = chosen(flag_key + user, shares)
        return FlagResolutionDetails(value=flag["variants"][variant], variant=variant, reason=Reason.SPLIT)

    resolve_boolean_details = resolve
    resolve_string_details = resolve
    resolve_integer_details = resolve
    resolve_float_details = resolve
    resolve_object_details = resolve


def chosen(key, shares):
    """Return the variant of a key, from pairs of variant and percent: its hash is a point on the line of 100 percent."""
    point = int(hashlib.sha256(key.encode()).hexdigest(), 16) % 100
    for variant, percent in shares:
        if point < percent:
            return variant
        point -= percent
    return shares[-1][0]
