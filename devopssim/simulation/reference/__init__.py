"""Textbook models and closed forms that the validation compares with."""
