"""Exit statuses: 0 success; 1 the command ran and its check failed; 2 invalid usage or input; 130 interrupted."""

SUCCESS = 0
CHECK_FAILED = 1
INVALID_INPUT = 2
INTERRUPTED = 130
