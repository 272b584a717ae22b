"""Many phones in a process of their own, which load a media server; started by `gathering.py`.

Speaks JSON lines with its parent: {"parts", …} ← ; {"offers"} → ; {"answers"} ← ; {"ready"} → ; {"go"} ← ; {"begun"} → ;
{"ended"} → ; {"done"} →; and at any time after the answers {"unwanted": [phone, rids]} ←, which the page of a person would be told.
It looks at its sockets again and again and never sleeps: waking a sleeper would be charged to the server's sends.
In a flood the time of the senders runs as fast as the server forwards, a window of packets being on the way.
"""

from __future__ import annotations

import heapq
import itertools
import json
import os
import select
import sys
import time
from collections import deque
from typing import Any, Final

from benchmarks.load import pin
from benchmarks.phone import ESTIMATE_S, REPORT_S, Part, Phone
from server.rehearsal.transport import Stage

CONNECT_S: Final = 60.0
AT_ONCE: Final = 24
"""Handshakes under way at the same time."""
REMIND_S: Final = 0.2
SILENCE_S: Final = 0.4
"""Nothing has come for so long: what is still on the way is lost."""
WINDOW_PACKETS: Final = 3000
"""Forwarded packets on the way in a flood."""


class Orders:
    """What the parent says, line by line; the one descriptor of it that is polled with the sockets."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._rest = bytearray()
        self._lines: deque[dict[str, Any]] = deque()

    def read(self) -> None:
        """Take what has come, at least something. Raises: EOFError when the parent is gone."""
        piece = os.read(self.fd, 1 << 20)
        if not piece:
            raise EOFError
        self._rest += piece
        *lines, self._rest = self._rest.split(b"\n")
        self._lines.extend(json.loads(line) for line in lines)

    def next(self) -> dict[str, Any] | None:
        """The next line that is here."""
        return self._lines.popleft() if self._lines else None


class Crowd:
    """All phones, what each has to send next, and what they have to say."""

    def __init__(self, parts: list[Part], orders: Orders) -> None:
        self.phones = [Phone(number, part) for number, part in enumerate(parts)]
        self._orders = orders
        self._poll = select.epoll()
        self._by_fd: dict[int, Phone] = {}

    def connect(self, answers: list[str]) -> None:
        """Everybody checks and shakes hands. Raises: TimeoutError."""
        waiting = list(zip(self.phones, answers, strict=True))[::-1]
        calling: list[Phone] = []
        until = time.monotonic() + CONNECT_S
        while waiting or calling:
            while waiting and len(calling) < AT_ONCE:
                phone, answer = waiting.pop()
                phone.call(answer)
                self._by_fd[phone.socket.fileno()] = phone
                self._poll.register(phone.socket.fileno(), select.EPOLLIN)
                calling.append(phone)
            for fd, _ in self._poll.poll(REMIND_S):
                for datagram, _ in self._by_fd[fd].datagrams(16):
                    self._by_fd[fd].control(datagram)
            now = time.monotonic()
            for phone in calling:
                phone.remind(now)
                assert phone.stage is not Stage.CLOSED, "the server said farewell"
            calling = [phone for phone in calling if not phone.settled]
            if now > until:
                raise TimeoutError

    def wait_for(self, what: str) -> dict[str, Any]:
        """The order that says this; what phones are told in between is carried out."""
        while True:
            order = self._orders.next()
            if order is None:
                self._orders.read()
            elif what in order:
                return order
            else:
                self._carry_out(order)

    def _carry_out(self, order: dict[str, Any]) -> None:
        number, rids = order["unwanted"]
        self.phones[number].leave_out(rids)

    def begin(self) -> None:
        """The time of all senders begins, each at an instant of its own."""
        self._began = time.monotonic()
        self._poll.register(self._orders.fd, select.EPOLLIN)
        order = itertools.count()
        streams = [(phone, stream) for phone in self.phones for stream in phone.streams]
        self._media = [
            (stream.period_s * number / len(streams), next(order), phone, stream)
            for number, (phone, stream) in enumerate(streams)
        ]
        heapq.heapify(self._media)
        count = len(self.phones)
        self._words = [
            (period_s * number / count, next(order), phone, period_s)
            for period_s in (REPORT_S, ESTIMATE_S)
            for number, phone in enumerate(self.phones)
        ]
        heapq.heapify(self._words)

    def take(self) -> int:
        """Read everything that has come; the number of media packets."""
        count = 0
        for fd, _ in self._poll.poll(0):
            phone = self._by_fd.get(fd)
            if phone is not None:
                count += phone.take()
                continue
            self._orders.read()
            while (order := self._orders.next()) is not None:
                self._carry_out(order)
        return count

    def _speak(self, now_s: float) -> None:
        """Reports and estimates that are due."""
        while self._words[0][0] <= now_s:
            due_s, order, phone, period_s = self._words[0]
            heapq.heapreplace(self._words, (due_s + period_s, order, phone, period_s))
            phone.remind(time.monotonic())
            if period_s == REPORT_S:
                phone.report(self._media[0][0], int((self._began + self._media[0][0]) * 1000))
            else:
                phone.estimate(period_s)

    def _send_next(self) -> int:
        """The frame that is due first; packets."""
        due_s, order, phone, stream = self._media[0]
        heapq.heapreplace(self._media, (due_s + stream.period_s, order, phone, stream))
        return phone.send_frame(stream, due_s)

    def live(self, seconds: float) -> None:
        """Everybody sends at her rate."""
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            self._speak(now - self._began)
            while self._media[0][0] <= now - self._began:
                self._send_next()
            self.take()

    def flood(self, seconds: float, fan_out: int) -> None:
        """Everybody sends as fast as it is forwarded, to `fan_out` listeners each."""
        on_the_way = 0
        heard = time.monotonic()
        until = heard + seconds
        while (now := time.monotonic()) < until:
            self._speak(now - self._began)
            while on_the_way < WINDOW_PACKETS:
                on_the_way += self._send_next() * fan_out
            count = self.take()
            on_the_way -= count
            if count:
                heard = now
            elif now - heard > SILENCE_S:  # lost for good: open the window again
                on_the_way, heard = 0, now

    def fall_silent(self) -> None:
        """What is on the way comes or does not."""
        heard = time.monotonic()
        while (now := time.monotonic()) - heard < SILENCE_S:
            if self.take():
                heard = now

    def behind_s(self) -> float:
        """How late the frame is that is due first: above some milliseconds this process is what is too slow."""
        return time.monotonic() - self._began - self._media[0][0]

    def counts(self) -> tuple[int, int, int]:
        """Sent, came, keyframes."""
        phones = self.phones
        return (
            sum(each.sent for each in phones),
            sum(each.came for each in phones),
            sum(each.keyframes for each in phones),
        )


def tell(**message: object) -> None:
    print(json.dumps(message), flush=True)


def main() -> None:
    pin(-1)
    orders = Orders(sys.stdin.fileno())
    while (order := orders.next()) is None:
        orders.read()
    parts = [Part(**{**each, "layers": tuple(each["layers"])}) for each in order["parts"]]
    crowd = Crowd(parts, orders)
    tell(offers=[phone.offer for phone in crowd.phones])
    crowd.connect(crowd.wait_for("answers")["answers"])
    tell(ready=True)
    crowd.wait_for("go")
    crowd.begin()
    crowd.live(order["warm_up_s"])
    for phone in crowd.phones:
        phone.delays_us.clear()
    sent, came, keyframes = crowd.counts()
    tell(begun=True)
    if order["flood_to"]:
        crowd.flood(order["seconds"], order["flood_to"])
    else:
        crowd.live(order["seconds"])
    sent_then, came_then, keyframes_then = crowd.counts()
    behind_s = crowd.behind_s()
    tell(ended=True)
    crowd.fall_silent()
    tell(
        done=True,
        sent=sent_then - sent,
        came=came_then - came,
        came_in_all=crowd.counts()[1],
        keyframes=keyframes_then - keyframes,
        behind_s=behind_s,
        delays_us=[delay for phone in crowd.phones for delay in phone.delays_us],
    )


if __name__ == "__main__":
    main()
