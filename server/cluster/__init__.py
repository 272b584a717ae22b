"""Where meetings live: in the memory of one process, or (later) on many nodes behind the same ports."""
