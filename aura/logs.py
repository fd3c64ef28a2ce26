"""Structured logs: one JSON object a line, with the ids that bind a request to its jobs; no personal text."""

import logging
import logging.config
from typing import Any

import structlog

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


class WithoutSockets(logging.Filter):
    """Leaves out what uvicorn says of each WebSocket: its address may hold an access token."""

    def filter(self, record: logging.LogRecord) -> bool:
        return '"WebSocket ' not in str(record.msg) and record.msg not in {"connection open", "connection closed"}


def logging_config(*, json_lines: bool, level: str) -> dict[str, Any]:
    """Configure structlog and the standard library to write the same lines to standard error; returns the dict."""
    renderer: Any = structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer()
    config: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "aura": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            }
        },
        "filters": {"sockets": {"()": WithoutSockets}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "aura"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": level, "propagate": False},
            "rq": {"level": "WARNING"},
            "rq.worker": {"level": "WARNING"},
            "rq_scheduler": {"level": "WARNING"},
            "rq_scheduler.scheduler": {"level": "WARNING"},
            "uvicorn.access": {"level": "WARNING"},
            "uvicorn.error": {"level": "INFO" if level == "DEBUG" else level, "filters": ["sockets"]},
            "httpx": {"level": "WARNING"},
        },
    }
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(config)
    return config
