"""JSON from strangers: whatever cannot be read is the sender's mistake, also what is nested without end or is no text."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrangersJSONParser(JSONParser):
    """DRF's parser; nesting beyond Python's recursion and half a surrogate pair (`"\\ud800"`) are malformed, not our fault."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            found = super().parse(stream, media_type, parser_context)
            # No answer could repeat it and no database keep it, as a name of a field no less than as a value.
            json.dumps(found, ensure_ascii=False).encode()
            return found
        except (RecursionError, UnicodeEncodeError):
            raise ParseError from None
