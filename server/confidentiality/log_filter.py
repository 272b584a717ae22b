"""Nothing confidential reaches a log: every record of the process is rebuilt from what cannot hold it.

Called once by `cli` before anything else logs. Of our own records the constant text passes, filled in with
numbers, enums, pseudonyms and the names of our own classes only; of libraries the logger's name, the level and the exception's class.
Imports nothing of ours but `pseudonyms`.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .pseudonyms import Pseudonym

if TYPE_CHECKING:
    from types import TracebackType
    from typing import TextIO

    ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]

OURS: Final = "server"
WITHHELD: Final = "(values withheld)"
FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_PACKAGE: Final = Path(__file__).parents[1]


class QuietLibraries(logging.Filter):
    """Lets our own records through, and warnings and worse of everybody else: without their text less is noise."""

    def filter(self, record: logging.LogRecord) -> bool:
        return _is_ours(record.name) or record.levelno >= logging.WARNING


def configure_logging(stream: TextIO) -> None:
    """From now on every record of every logger is a private one and goes to `stream`, and nowhere else.

    Also what would be printed past the loggers: warnings, uncaught exceptions of threads and finalizers.
    """
    logging.setLogRecordFactory(private_record)
    logging.raiseExceptions = False  # a failing handler would print the record with its values
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter(FORMAT))
    handler.addFilter(QuietLibraries())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def is_in_force() -> bool:
    """No record can be made but by the filter, and nobody has taken its handler away."""
    handlers = logging.root.handlers
    filtered = any(isinstance(each, QuietLibraries) for handler in handlers for each in handler.filters)
    return logging.getLogRecordFactory() is private_record and filtered


def private_record(
    name: str,
    level: int,
    _pathname: str,
    _lineno: int,
    msg: object,
    args: object,
    exc_info: ExceptionInfo | tuple[None, None, None] | None,
    _func: str | None = None,
    _sinfo: str | None = None,
    **_more: object,
) -> logging.LogRecord:
    """A record whose text is all there is: no arguments, no exception, no place that a formatter could unfold."""
    words = [_our_text(msg, args)] if _is_ours(name) else []
    if exc_info and exc_info[0] is not None:
        words.append(_exception_text(exc_info[0], exc_info[2]))
    return logging.LogRecord(name, level, "", 0, " ".join(words) or WITHHELD, None, None)


def _is_ours(logger_name: str) -> bool:
    return logger_name == OURS or logger_name.startswith(OURS + ".")


def _our_text(msg: object, args: object) -> str:
    """The message with its values, if all of them are of a harmless kind; otherwise without any."""
    if not isinstance(msg, str):
        return WITHHELD
    if not isinstance(args, tuple) or not args:
        return msg
    # logging's own rule: one mapping alone is what `%(name)s` refers to
    named = args[0] if len(args) == 1 and isinstance(args[0], Mapping) else None
    if not all(map(_is_harmless, args if named is None else named.values())):
        return f"{msg} {WITHHELD}"
    try:
        if named is not None:
            return msg % {name: _shown(value) for name, value in named.items()}
        return msg % tuple(map(_shown, args))
    except (TypeError, ValueError, KeyError):
        return f"{msg} {WITHHELD}"


def _is_harmless(value: object) -> bool:
    return type(value) in {int, bool, Pseudonym} or isinstance(value, Enum) or _is_our_class(value)


def _is_our_class(value: object) -> bool:
    """A name in our source, such as that of a command; no metaclass, which could say anything."""
    return type(value) is type and _is_ours(value.__module__)


def _shown(value: object) -> object:
    return value.__name__ if type(value) is type else value


def _exception_text(kind: type[BaseException], traceback: TracebackType | None) -> str:
    """The class, and the innermost line of our own code that it passed: never the exception's text."""
    place = ""
    while traceback is not None:
        path = Path(traceback.tb_frame.f_code.co_filename)
        if path.is_relative_to(_PACKAGE):
            place = f" at {path.relative_to(_PACKAGE.parent)}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return f"[{kind.__name__}{place}]"


def _log_uncaught(
    kind: type[BaseException], exception: BaseException | None, traceback: TracebackType | None
) -> None:
    if exception is not None:
        logging.getLogger(OURS).critical("uncaught exception", exc_info=(kind, exception, traceback))
