"""`python -m server` is `kith`, and where the console script begins: hardened before anything else is even imported."""

import sys

from server.confidentiality.hardening import harden


def main() -> int:
    """Run one command; the exit code."""
    harden()
    from server.cli import main as command_line  # noqa: PLC0415 - first the process, then what it runs

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
