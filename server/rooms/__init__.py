"""The meeting as a value: pure rules, nothing but the standard library.

Read `machine.py` first. Nothing here knows a clock, a socket, randomness or a log.
"""
