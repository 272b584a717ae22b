"""`python -m server` is `kith`."""

import sys

from server.cli import main

sys.exit(main())
