"""`GET /proof` for members and `GET /proof.json` for machines: what the server's processes see of themselves; registered by `app`.

The same for everybody, and nothing in it is about meetings or people.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from .proof_page import proof_page
from .proof_words import UNTESTED, language_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

    from server.confidentiality.findings import Finding

LOOK_AGAIN_S: Final = 2
"""A finding is as old as this at most; however many ask, the server looks no more often."""


class Proof:
    """The newest findings, and when they were made."""

    def __init__(self, look: Callable[[], Sequence[Finding]], wall_s: Callable[[], float]) -> None:
        self._look = look
        self._wall_s = wall_s
        self._findings: Sequence[Finding] = ()
        self._looked_s = 0.0

    def findings(self) -> tuple[Sequence[Finding], int]:
        """What was found, and when, in seconds of the wall clock."""
        now_s = self._wall_s()
        if not 0 <= now_s - self._looked_s < LOOK_AGAIN_S:
            self._findings, self._looked_s = self._look(), now_s
        return self._findings, int(self._looked_s)


def proof_routes(look: Callable[[], Sequence[Finding]], wall_s: Callable[[], float]) -> list[Route]:
    """look: makes the findings, in a few milliseconds."""
    proof = Proof(look, wall_s)
    style = (Path(__file__).parent / "proof.css").read_bytes()

    async def page(request: Request) -> HTMLResponse:
        language = language_of(request.headers.get("accept-language", ""))
        headers = {"Vary": "Accept-Language", "Content-Language": language}
        return HTMLResponse(proof_page(*proof.findings(), language), headers=headers)

    async def machine(_request: Request) -> JSONResponse:
        findings, tested_at_s = proof.findings()
        return JSONResponse(
            {
                "tested_at": tested_at_s,
                "findings": [
                    {
                        "check": each.check,
                        "outcome": each.outcome.value,
                        "says": each.says,
                        "remedy": each.remedy,
                    }
                    for each in findings
                ],
                "untested": list(UNTESTED),
            }
        )

    async def stylesheet(_request: Request) -> Response:
        return Response(style, media_type="text/css")

    return [
        Route("/proof", page),
        Route("/proof.json", machine),
        Route("/proof.css", stylesheet),
    ]
