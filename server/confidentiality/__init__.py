"""What keeps nothing kept: a hardened process, logs without anybody in them."""
