"""Kith: a confidential real-time meeting server for peer-support groups."""
