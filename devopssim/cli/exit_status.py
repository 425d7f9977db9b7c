"""How the program ends: 0 done; 1 ran, but the answer is no; 2 bad usage or input; 130 interrupted."""

DONE = 0
ANSWER_IS_NO = 1
BAD_INPUT = 2
INTERRUPTED = 130
