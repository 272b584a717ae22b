"""Measured figures: `make bench` runs every file here; nothing in `make test` asserts a time."""
