"""Names in scripts that are written from right to left, such as Arabic and Hebrew."""

from __future__ import annotations

import re

_LETTER = "[\u0590-\u065f\u066a-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
# Words of a script with a space or a hyphen between, and no comma: that stands between two names.
_NAME = re.compile(rf"{_LETTER}+(?:[ \u00a0'-]{_LETTER}+)*")
_MARK = "\u200e"  # left to right; no reader sees it


def in_order(text: str) -> str:
    """A text in which numbers and commas stay behind the name that they follow.

    Without the mark, what stands between a name and the next word is taken for a part of the name
    and is drawn before it: "killed in X, 6 June" would be shown as "killed in 6 ,X June".
    """
    if _MARK in text or text.startswith(("http://", "https://")) or not re.search(_LETTER, text):
        return text
    # A picture takes its direction from the first letter.
    return _MARK + _NAME.sub(rf"\g<0>{_MARK}", text)
