"""``python -m splitreader``."""

from splitreader.cli import main

main()
