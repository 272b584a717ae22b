"""WebSocket and msgpack: bytes to commands, events to bytes."""
