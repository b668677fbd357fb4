"""RedactingFilter, apart from ``redact``: ``logging`` is a big import."""

from __future__ import annotations

import logging

from .redaction import redact

__all__ = ["RedactingFilter"]


class RedactingFilter(logging.Filter):
    """A ``logging.Filter`` that redacts message, traceback and stack of each record.

    Put it on a handler: a logger's own filters do not see what its children log.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact ``record`` and let it pass."""
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001  # arguments that do not fit must not stop the program
            message = str(record.msg)
        record.msg, record.args = redact(message), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True
