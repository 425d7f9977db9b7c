"""`python -m devopssim` is the command line."""

from devopssim.cli import main

raise SystemExit(main())
