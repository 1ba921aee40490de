"""What a shop or account name tells about its trade."""

import re
from functools import lru_cache

from thriftwatch.text.fold import fold_text

__all__ = ["shop_hint"]

_TELLING = re.compile(
    r"thri|trift|sec[o0]nd|sek[ae]?n(?!ario|tau)|sekend|prelo|2nd|bekas|loak|monza|awul|lelong"
    r"|babebo|balpres|\bbal\b|karungan|rombeng|vintage|used"
)


@lru_cache(maxsize=1 << 16)
def shop_hint(name: str) -> bool:
    """Return whether a shop's name tells of second-hand trade.

    A name is a hint, never evidence: see `Model`.

    Examples
    --------
    >>> shop_hint("bdg.secondbrand"), shop_hint("GottaThrift"), shop_hint("Toko Berkah Jaya")
    (True, True, False)
    """
    return bool(name) and _TELLING.search(fold_text(name).lower()) is not None
