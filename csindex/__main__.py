"""``python -m csindex`` is the command line."""

import sys

from csindex.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
