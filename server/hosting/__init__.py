"""The single writer of each meeting, and the ports through which the rest of the program reaches it."""
