from server.rtp.history import MAX_RESENDS, REMEMBERED_RESENDS, RESEND_PAUSE_MS, History, Packet, Resends


def packet(number: int, payload: bytes, now_ms: int = 0) -> Packet:
    return Packet(number, now_ms, 0, 0, payload)


def test_the_oldest_leave_when_there_are_too_many():
    history = History(max_packets=3, max_bytes=100, max_age_ms=1_000)
    for index in range(5):
        history.keep(packet(index, b"x"))
    assert [history.find(index, 0) for index in range(5)] == [
        None,
        None,
        *(packet(index, b"x") for index in (2, 3, 4)),
    ]
    assert len(history) == 3


def test_the_oldest_leave_when_they_are_too_large():
    history = History(max_packets=10, max_bytes=100, max_age_ms=1_000)
    history.keep(packet(1, bytes(60), 0))
    history.keep(packet(2, bytes(50), 0))
    assert history.find(1, 0) is None
    assert history.held_bytes == 50
    history.keep(packet(3, bytes(101), 0))
    assert len(history) == 0


def test_nothing_is_kept_longer_than_its_time():
    history = History(max_packets=10, max_bytes=100, max_age_ms=1_000)
    history.keep(packet(1, b"a", 0))
    assert history.find(1, 1_000) == packet(1, b"a")
    assert history.find(1, 1_001) is None
    history.keep(packet(2, b"b", 1_001))
    assert len(history) == 1


def test_an_index_is_kept_once():
    history = History(max_packets=10, max_bytes=100, max_age_ms=1_000)
    history.keep(packet(1, b"first", 0))
    history.keep(packet(1, b"second", 0))
    assert history.find(1, 0) == packet(1, b"first")
    history.clear()
    assert history.find(1, 0) is None
    assert history.held_bytes == 0


def test_a_repeated_request_within_the_pause_is_about_the_same_loss():
    resends = Resends()
    assert resends.allow(7, 0)
    assert not resends.allow(7, RESEND_PAUSE_MS - 1)
    assert resends.allow(8, RESEND_PAUSE_MS - 1)
    assert resends.allow(7, RESEND_PAUSE_MS)


def test_a_packet_is_sent_again_only_so_often():
    resends = Resends()
    assert [resends.allow(7, n * RESEND_PAUSE_MS) for n in range(MAX_RESENDS + 2)] == [True] * MAX_RESENDS + [
        False,
        False,
    ]


def test_the_memory_of_resends_is_bounded():
    resends = Resends()
    for index in range(REMEMBERED_RESENDS + 1):
        assert resends.allow(index, 0)
    assert not resends.allow(1, 0)
    assert resends.allow(0, 0), "the oldest was forgotten"
