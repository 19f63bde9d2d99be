"""JSON bodies: what cannot be stored or told back is a bad request, not our failure."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser as Base


class JSONParser(Base):
    """400 also for what is nested without end, or spells half a character."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:  # Any: whatever JSON holds
        try:
            data = super().parse(stream, media_type, parser_context)
            # An escape may be a lone surrogate: no answer could repeat it.
            json.dumps(data, ensure_ascii=False).encode()
        except (RecursionError, UnicodeEncodeError):
            raise ParseError from None
        return data
