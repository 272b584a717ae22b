"""What this node asks of the owner of a meeting: letters with a number, and whoever waits for the answers.

Made by `shared_meeting`. An answer that does not come, or an owner that changes meanwhile, means: ask again.
"""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Final

from server.hosting.meeting_host import MeetingFault, MeetingOver, Overloaded
from server.rooms.errors import Refusal, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from . import letters as w
    from .letters import AnyLetter
    from .post import Post

ASK_AGAIN_S: Final = 1.5
"""An answer that has not come by then may have been lost."""

NOT_OWNER: Final = "not_owner"
BUSY: Final = "busy"
FAULT: Final = "fault"
OVER: Final = "over"

_numbers = itertools.count(1)


class AskAgain(Exception):  # noqa: N818 - what to do
    """Another owner, or none, or the answer got lost."""


class Questions:
    """Those of one meeting that are open."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._open: dict[int, asyncio.Future[w.Answer]] = {}

    def __len__(self) -> int:
        return len(self._open)

    async def ask(self, owner: str | None, make: Callable[[int], AnyLetter]) -> w.Answer:
        """make: given the number of the question. Raises: `AskAgain`."""
        if owner is None:
            raise AskAgain
        number = next(_numbers)
        answer: asyncio.Future[w.Answer] = asyncio.get_running_loop().create_future()
        self._open[number] = answer
        self._post.send(owner, make(number))
        try:
            async with asyncio.timeout(ASK_AGAIN_S):
                return await answer
        except TimeoutError:
            raise AskAgain from None
        finally:
            del self._open[number]

    def answered(self, letter: w.Answer) -> None:
        """Nobody waits for one that comes late or twice."""
        answer = self._open.get(letter.number)
        if answer is not None and not answer.done():
            answer.set_result(letter)

    def give_up(self) -> None:
        """Whoever was asked is not the owner any more."""
        for answer in self._open.values():
            if not answer.done():
                answer.set_exception(AskAgain())


def refusal(code: str) -> Exception:
    """What an answer's code means to whoever asked."""
    match code:
        case "busy":
            return Overloaded()
        case "fault":
            return MeetingFault()
        case "over":
            return MeetingOver()
        case "not_owner":
            return AskAgain()
        case _:
            return Rejected(Refusal(code))
