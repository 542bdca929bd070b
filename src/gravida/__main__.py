"""``python -m gravida`` is the command ``gravida``."""

from gravida.cli import main

main()
