"""Units of an event log's clock, in hours or seconds."""

from typing import Final

SECONDS_PER_HOUR: Final = 3600.0
"""Seconds of an hour."""
HOURS_PER_DAY: Final = 24.0
"""Hours of a day on the clock."""
HOURS_PER_WEEK: Final = 168.0
"""Hours of a week on the clock."""
HOURS_PER_MONTH: Final = 730.0
"""A twelfth of a year."""
HOURS_PER_YEAR: Final = 8760.0
"""Hours of a year of 365 days."""
