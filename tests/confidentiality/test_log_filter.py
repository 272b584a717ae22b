"""A canary that any part of the process logs never reaches the log."""

import ast
import asyncio
import gc
import io
import logging
import subprocess
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from enum import Enum, IntEnum
from pathlib import Path

import pytest

from server.confidentiality.log_filter import WITHHELD, configure_logging
from server.confidentiality.pseudonyms import Pseudonym, Pseudonyms
from server.rooms.commands import TakeTurn

CANARY = "canary-4711"
ROOT = Path(__file__).parents[2]
LIBRARIES = [
    "uvicorn",
    "uvicorn.error",
    "uvicorn.access",
    "uvicorn.asgi",
    "websockets.server",
    "aiortc.rtcdtlstransport",
    "aioice.ice",
    "asyncio",
    "py.warnings",
    "servers",
    "root",
]


class Colour(Enum):
    RED = "red"


class Number(IntEnum):
    SEVEN = 7


class Loud(Exception):  # noqa: N818 - only shouts
    """Shows a canary wherever it can."""

    def __init__(self) -> None:
        super().__init__(CANARY)


class Speaking(type):
    """Of a class that says what it wants."""

    def __str__(cls) -> str:
        return CANARY

    __repr__ = __str__


class LoudInt(int):
    def __str__(self) -> str:
        return CANARY

    __repr__ = __str__

    def __format__(self, _spec: str) -> str:
        return CANARY


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """A configured process, and everything as it was afterwards."""
    before = (
        logging.getLogRecordFactory(),
        logging.raiseExceptions,
        logging.root.handlers[:],
        logging.root.level,
        sys.excepthook,
        threading.excepthook,
        sys.unraisablehook,
    )
    logging.root.handlers.clear()  # pytest's own stay open
    stream = io.StringIO()
    configure_logging(stream)
    yield stream
    logging.captureWarnings(capture=False)
    logging.setLogRecordFactory(before[0])
    logging.raiseExceptions = before[1]
    logging.root.handlers[:] = before[2]
    logging.root.setLevel(before[3])
    sys.excepthook, threading.excepthook, sys.unraisablehook = before[4:]


def fail() -> None:
    raise Loud


@pytest.mark.parametrize("name", LIBRARIES)
@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.CRITICAL])
def test_nothing_a_library_says_passes(log: io.StringIO, name: str, level: int):
    logger = logging.getLogger(None if name == "root" else name)
    try:
        fail()
    except Loud:
        logger.log(level, f"{CANARY} %s", CANARY, exc_info=True, stack_info=True, extra={"x": CANARY})  # noqa: G004
    assert CANARY not in log.getvalue()
    if level >= logging.WARNING:
        assert f"{logging.getLevelName(level)} {name}: [Loud]\n" in log.getvalue()
    else:
        assert log.getvalue() == ""


def test_a_handler_that_somebody_adds_later_sees_nothing_either(log: io.StringIO):
    extra = io.StringIO()
    handler = logging.StreamHandler(extra)
    handler.setFormatter(logging.Formatter("%(message)s %(args)s %(pathname)s %(exc_info)s %(exc_text)s"))
    logger = logging.getLogger("uvicorn.error")
    logger.addHandler(handler)
    try:
        logger.error("%s", CANARY)
    finally:
        logger.removeHandler(handler)
    assert CANARY not in extra.getvalue() + log.getvalue()
    assert extra.getvalue().startswith(WITHHELD)


def test_handlers_that_libraries_made_before_are_gone():
    script = (
        "import logging, sys, uvicorn\n"
        "uvicorn.Config('x:y')\n"
        "from server.confidentiality.log_filter import configure_logging\n"
        "configure_logging(sys.stderr)\n"
        "log = logging.getLogger('uvicorn.access')\n"
        "log.info('%s - \"%s %s HTTP/%s\" %d', 'canary', 'GET', '/canary', '1.1', 200)\n"
        "logging.getLogger('uvicorn.error').error('canary')\n"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert "canary" not in run.stdout + run.stderr
    assert "ERROR uvicorn.error" in run.stderr


@pytest.mark.parametrize(
    ("message", "values", "text"),
    [
        ("stands alone", (), "stands alone"),
        ("100 % sure", (), "100 % sure"),
        ("meetings: %d", (3,), "meetings: 3"),
        ("kept: %s", (True,), "kept: True"),
        ("why: %s", (Colour.RED,), "why: Colour.RED"),
        ("code %d", (Number.SEVEN,), "code 7"),
        ("meeting %s", (Pseudonym("0a1b2c3d"),), "meeting 0a1b2c3d"),
        ("%(n)d of them", ({"n": 4},), "4 of them"),
        ("fault in %s", (TakeTurn,), "fault in TakeTurn"),
        ("fault in %(what)s", ({"what": TakeTurn},), "fault in TakeTurn"),
        ("not ours: %s", (type(CANARY, (), {"__module__": "elsewhere"}),), f"not ours: %s {WITHHELD}"),
        ("made up: %s", (Speaking(CANARY, (), {"__module__": "server"}),), f"made up: %s {WITHHELD}"),
        ("name %s", (CANARY,), f"name %s {WITHHELD}"),
        ("bytes %r", (CANARY.encode(),), f"bytes %r {WITHHELD}"),
        ("%d %s", (1, CANARY), f"%d %s {WITHHELD}"),
        ("%(n)s", ({"n": CANARY},), f"%(n)s {WITHHELD}"),
        ("error %s", (Loud(),), f"error %s {WITHHELD}"),
        ("number %d", (LoudInt(1),), f"number %d {WITHHELD}"),
        ("list %s", ([CANARY],), f"list %s {WITHHELD}"),
        ("none %s", (None,), f"none %s {WITHHELD}"),
        ("too few %d %d", (1,), f"too few %d %d {WITHHELD}"),
    ],
)
def test_of_ours_numbers_enums_pseudonyms_and_names_of_classes_pass(
    log: io.StringIO, message: str, values: tuple[object, ...], text: str
):
    logging.getLogger("server.hosting").info(message, *values)
    assert log.getvalue().endswith(f" INFO server.hosting: {text}\n")
    assert CANARY not in log.getvalue()


def test_of_our_exceptions_the_class_and_our_own_line_pass(log: io.StringIO):
    try:
        fail()
    except Loud:
        logging.getLogger("server.app").exception("went wrong")
    assert "ERROR server.app: went wrong [Loud]\n" in log.getvalue()
    try:
        Pseudonyms().of(None)  # type: ignore[arg-type]
    except AttributeError:
        logging.getLogger("server.app").exception("went wrong")
    assert "[AttributeError at server/confidentiality/pseudonyms.py:" in log.getvalue()


def test_a_message_that_is_no_text_is_withheld(log: io.StringIO):
    logging.getLogger("server").error(Loud())
    assert CANARY not in log.getvalue()


def test_warnings_are_withheld(log: io.StringIO):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn(CANARY, stacklevel=1)
    assert CANARY not in log.getvalue()
    assert "py.warnings" in log.getvalue()


def test_what_dies_in_a_thread_does_not_speak(log: io.StringIO, capfd: pytest.CaptureFixture[str]):
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    out, err = capfd.readouterr()
    assert CANARY not in log.getvalue() + out + err
    assert "uncaught exception [Loud]" in log.getvalue()


def test_what_dies_in_a_finalizer_does_not_speak(log: io.StringIO, capfd: pytest.CaptureFixture[str]):
    class Finalized:
        def __del__(self) -> None:
            raise Loud

    Finalized()
    gc.collect()
    out, err = capfd.readouterr()
    assert CANARY not in log.getvalue() + out + err
    assert "uncaught exception [Loud]" in log.getvalue()


def test_what_ends_the_process_does_not_speak(log: io.StringIO, capfd: pytest.CaptureFixture[str]):
    try:
        fail()
    except Loud as loud:
        sys.excepthook(Loud, loud, loud.__traceback__)
    assert CANARY not in log.getvalue() + "".join(capfd.readouterr())
    assert "CRITICAL server: uncaught exception [Loud]" in log.getvalue()


def test_what_dies_in_a_task_does_not_speak(log: io.StringIO, capfd: pytest.CaptureFixture[str]):
    async def forgotten() -> None:
        raise Loud

    async def main() -> None:
        task = asyncio.create_task(forgotten(), name=CANARY)
        await asyncio.wait([task])
        del task
        gc.collect()

    asyncio.run(main())
    assert CANARY not in log.getvalue() + "".join(capfd.readouterr())
    assert "ERROR asyncio: [Loud]" in log.getvalue()


def test_a_broken_stream_does_not_speak(capfd: pytest.CaptureFixture[str], log: io.StringIO):
    log.close()
    logging.getLogger("server").error("name %s", CANARY)
    assert CANARY not in "".join(capfd.readouterr())


def test_pseudonyms_hold_for_one_process_only():
    here, elsewhere = Pseudonyms(), Pseudonyms()
    assert here.of("meeting") == here.of("meeting")
    assert here.of("meeting") != here.of("other")
    assert here.of("meeting") != elsewhere.of("meeting")
    assert len(str(here.of("meeting"))) == 8


def logged_texts() -> Iterator[tuple[Path, ast.Call]]:
    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    for path in sorted((ROOT / "server").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in levels
            ):
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id in {"log", "logger", "logging"}:
                    yield path, node


def test_every_text_we_log_is_a_constant():
    calls = list(logged_texts())
    assert calls, "the search finds nothing any more"
    for path, call in calls:
        first = call.args[0]
        assert isinstance(first, ast.Constant), f"{path}:{call.lineno} logs a text that is made up"
        assert isinstance(first.value, str)


def test_the_traceback_module_is_not_used_by_the_server():
    for path in (ROOT / "server").rglob("*.py"):
        assert "import traceback" not in path.read_text(), path
    assert traceback.format_exc  # what would print the texts of exceptions
