"""What can be seen of a secret: in an error and all that hangs on it, and in the logs."""

import logging
import traceback


def everything_of(error):
    """All that tools show of an exception and of all that hangs on it."""
    seen, waiting, texts = set(), [error], []
    while waiting:
        error = waiting.pop()
        if error is None or id(error) in seen:
            continue
        seen.add(id(error))
        waiting += [error.__cause__, error.__context__]
        texts += [str(error), repr(error), repr(error.args), repr(vars(error))]
        texts += traceback.format_exception(error)
        for frame in traceback.TracebackException.from_exception(error, capture_locals=True).stack:
            if "/tests/" not in frame.filename:
                texts.append(repr(frame.locals))
    return "\n".join(texts)


def all_logs(caplog, *loggers):
    """Listen to all that these loggers, ours, httpx's and httpcore's say; a call gives it as one text."""
    for name in (None, "httpx", "httpcore", "asyncio", "splitreader", *loggers):
        caplog.set_level(logging.DEBUG, logger=name)
    return lambda: "\n".join(f"{record.getMessage()} {record.args!r} {record.__dict__!r}" for record in caplog.records)
