"""The version that users see; change it with what you release."""

VERSION = "1.0.0"
