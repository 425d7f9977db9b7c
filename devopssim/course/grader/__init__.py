"""Grading: submissions, questions asked in a sandbox, judgements in the grader's process, reports."""
