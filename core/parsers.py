"""JSON from strangers: whatever cannot be read is the sender's mistake, also what is nested without end."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrangersJSONParser(JSONParser):
    """DRF's parser; nesting beyond Python's recursion is malformed, not our fault."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError from None
