from .calendar import Calendar, WorkingTime
from .clock import HOURS_PER_DAY, HOURS_PER_MONTH, HOURS_PER_WEEK, HOURS_PER_YEAR, SECONDS_PER_HOUR
from .coded import CodedLog
from .contract import validate, validate_columns
from .detail import DETAIL_KEYS, NUMBERS, decode_detail, details, encode_detail
from .files import read, write
from .kinds import (
    COLUMNS,
    IDS,
    KIND_NUMBERS,
    KINDS,
    ROLES,
    STAGES,
    Kind,
)
from .schema import (
    Recorder,
    Row,
    event,
    from_rows,
    with_attrs,
)
from .warm_up import check_warm_up, since
from .window import between, cut_to_window, window_start

__all__ = [
    "COLUMNS",
    "DETAIL_KEYS",
    "HOURS_PER_DAY",
    "HOURS_PER_MONTH",
    "HOURS_PER_WEEK",
    "HOURS_PER_YEAR",
    "IDS",
    "KINDS",
    "KIND_NUMBERS",
    "NUMBERS",
    "ROLES",
    "SECONDS_PER_HOUR",
    "STAGES",
    "Calendar",
    "CodedLog",
    "Kind",
    "Recorder",
    "Row",
    "WorkingTime",
    "between",
    "check_warm_up",
    "cut_to_window",
    "decode_detail",
    "details",
    "encode_detail",
    "event",
    "from_rows",
    "read",
    "since",
    "validate",
    "validate_columns",
    "window_start",
    "with_attrs",
    "write",
]
