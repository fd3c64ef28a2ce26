"""Cursor pages: stable while rows arrive, the same cost at any depth."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """``?cursor=&limit=`` (50, at most 200) → ``{next, previous, results}``, newest first."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    ordering = ("-created_at", "-id")
