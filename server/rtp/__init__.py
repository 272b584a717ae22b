"""Packet arithmetic on bytes: RTP, RTCP, VP8 payloads, loss, levels. No sockets, clocks or keys.

Called by `server.media`; imports the standard library only.
"""
