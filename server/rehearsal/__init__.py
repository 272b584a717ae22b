"""Synthetic members that join a meeting as browsers do; see `docs/rehearsal.md`."""
