r"""Links to listings, each written in one way, and the platforms they lead to.

One listing has many addresses: with what tracks a click, on a mobile host, as it is shared, behind
a redirect. `canonical_link` writes those that name the same listing alike, as far as that can be
told without the network; the code of a short link (``https://s.shopee.co.id/4VQ..``) is all that
can be told of it.

The forms of addresses were read in public pages and crawlers in 2026. What is not known is kept:
a link that is not recognised only loses what is known to track.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

__all__ = ["PLATFORM_NAMES", "canonical_link", "names_listing", "platform_named", "platform_of"]

PLATFORM_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "shopee": "Shopee",
        "tokopedia": "Tokopedia",
        "tiktok": "TikTok Shop",
        "lazada": "Lazada",
        "bukalapak": "Bukalapak",
        "blibli": "Blibli",
        "facebook": "Facebook",
        "instagram": "Instagram",
        "carousell": "Carousell",
        "olx": "OLX",
    }
)
"""The platforms that are known, and what they call themselves."""

_NICKNAMES = {"fb": "facebook", "ig": "instagram", "tokped": "tokopedia", "lzd": "lazada"}
_LONGEST_NAME = 100
_LONGEST = 4096
"""Characters of the longest link that is looked at; browsers and platforms take about half."""

_DOMAINS = {
    "shopee.co.id": "shopee",
    "shope.ee": "shopee",
    "shp.ee": "shopee",
    "shop-id.tokopedia.com": "tiktok",
    "tokopedia.com": "tokopedia",
    "tokopedia.link": "tokopedia",
    "tiktok.com": "tiktok",
    "lazada.co.id": "lazada",
    "bukalapak.com": "bukalapak",
    "blibli.com": "blibli",
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "fb.me": "facebook",
    "fb.watch": "facebook",
    "instagram.com": "instagram",
    "instagr.am": "instagram",
    "carousell.com": "carousell",
    "carousell.co.id": "carousell",
    "carousell.app.link": "carousell",
    "olx.co.id": "olx",
}
# Hosts whose every address is a code for another one.
_SHORT_HOSTS = frozenset(
    {
        "shope.ee", "shp.ee", "id.shp.ee", "s.shopee.co.id", "tokopedia.link", "tk.tokopedia.com",
        "vt.tiktok.com", "vm.tiktok.com", "vt.tokopedia.com", "s.lazada.co.id", "s.blibli.com",
        "fb.me", "fb.watch", "carousell.app.link",
    }
)  # fmt: skip
_HOSTS = {
    "shopee": "shopee.co.id",
    "tokopedia": "www.tokopedia.com",
    "lazada": "www.lazada.co.id",
    "bukalapak": "www.bukalapak.com",
    "blibli": "www.blibli.com",
    "facebook": "www.facebook.com",
    "instagram": "www.instagram.com",
    "carousell": "id.carousell.com",
    "olx": "www.olx.co.id",
}
"""Where the pages of a platform are all on one host, whatever the visitor's device."""
_REDIRECTS = {
    "l.facebook.com": ("u",),
    "lm.facebook.com": ("u",),
    "l.instagram.com": ("u",),
    "www.google.com": ("q", "url"),
    "www.google.co.id": ("q", "url"),
    "ta.tokopedia.com": ("r",),
    "c.lazada.co.id": ("url",),
    "shopee.co.id": ("redir",),
}
"""Hosts that send a visitor on, and the parameters that say where to."""

_TRACKING = re.compile(
    r"utm_.*|af_.*|.*clid|gclsrc|gbraid|wbraid|_branch.*|igsh(?:id)?|mibextid|mc_[ce]id|srsltid",
    re.IGNORECASE,
)
# What these are called elsewhere may be what tells two pages apart.
_TRACKING_OF_PLATFORMS = re.compile(
    r"pid|c|ig_.*|rdid|share.*|is_shared|sp_atk|xptdk|smtt|uls_trackid|is_from_.*|d_id|gads_t_sig"
    r"|extparam|aff_.*|src|source|refs?|refid|ref_.*|referr.*|referral_.*|tracking|spm|scm|pvid"
    r"|clicktrackinfo|from|dtm_.*|t-[a-z_-]+|__tn__|__xts__.*|__cft__.*|hoisted.*|_r|_t|sender_.*"
    r"|sec_.*|encode_params|trackparams?|deep_and_.*|whid|chain_key|channel.*|pickuppointcode",
    re.IGNORECASE,
)

_BLANK = r"\s\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff"
_FIRST_LINE = re.compile(rf"[{_BLANK}]*([^\r\n\u2028\u2029]*)")
_SPACES = re.compile(rf"[{_BLANK}]")
_ENDS = re.compile(rf"^[{_BLANK}]+|[{_BLANK}]+\Z")
_IN_SENTENCE = re.compile(rf"https?://[^{_BLANK}]+", re.IGNORECASE)
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_BARE_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?=[/?#]|\Z)", re.IGNORECASE)

# Characters that stay as they are in an address; the others are written as %XX, which stay too.
_KEPT = "/%:@!$&'()*+,;=-._~[]|"


@dataclass(frozen=True, slots=True)
class _Address:
    """A web address, taken apart."""

    host: str
    path: str
    parameters: tuple[tuple[str, str], ...]

    def value(self, *names: str) -> str:
        """Return the first of these parameters that is there."""
        return next((value for key, value in self.parameters if key in names and value), "")


def canonical_link(url: str) -> str:
    """Write the link of a listing in the one way that all its forms share.

    Parameters
    ----------
    url
        A link as it was copied, shared or crawled; a sentence with one in it will do.

    Returns
    -------
    str
        An ``https`` address without tracking. What is no link is returned as it is, without
        blanks around it.

    Notes
    -----
    The result is its own canonical link. Links of more than 4,096 characters are no links.

    Examples
    --------
    >>> canonical_link("http://m.shopee.co.id/Hoodie-Bekas-i.123.456?sp_atk=1&utm_source=wa")
    'https://shopee.co.id/product/123/456'
    >>> canonical_link("shopee.co.id/universal-link/product/123/456")
    'https://shopee.co.id/product/123/456'
    >>> canonical_link("belum ada tautan")
    'belum ada tautan'
    """
    address = _address(url)
    if address is None:
        return _ENDS.sub("", url)
    return _listing_link(address) or _written(address)


def names_listing(url: str) -> bool:
    """Tell whether a link is known to lead to one listing, not to a shop or a search.

    Examples
    --------
    >>> names_listing("https://www.tokopedia.com/rumahkaos/kaos-polos?src=search")
    True
    >>> names_listing("https://www.tokopedia.com/rumahkaos")
    False
    """
    address = _address(url)
    return address is not None and _listing_link(address) is not None


def platform_of(url: str) -> str:
    """Return the platform that a link leads to, one of `PLATFORM_NAMES`; empty if none is known.

    Examples
    --------
    >>> platform_of("https://vt.tiktok.com/ZS8abc/"), platform_of("https://shopee.co.id.example.com")
    ('tiktok', '')
    """
    address = _address(url)
    return "" if address is None else _platform_of_host(address.host)


def platform_named(text: str) -> str:
    """Return the platform that a name means, one of `PLATFORM_NAMES`; empty if none is known.

    Examples
    --------
    >>> [platform_named(text) for text in ("TikTok Shop Indonesia", "FB Marketplace", "")]
    ['tiktok', 'facebook', '']
    """
    words = text.casefold()[:_LONGEST_NAME]
    if known := next((key for key in PLATFORM_NAMES if key in words), ""):
        return known
    return next((_NICKNAMES[word] for word in words.split() if word in _NICKNAMES), "")


def _platform_of_host(host: str) -> str:
    labels = host.split(".")
    domains = (".".join(labels[start:]) for start in range(max(0, len(labels) - 3), len(labels)))
    return next((_DOMAINS[domain] for domain in domains if domain in _DOMAINS), "")


def _address(url: str) -> _Address | None:
    """Find the address in a text and follow the redirects that say where they lead."""
    address = _taken_apart(url)
    while address is not None and (names := _REDIRECTS.get(address.host)):
        # Each is shorter than the one it stands in, so this comes to an end.
        inner = _taken_apart(address.value(*names))
        if inner is None:
            break
        address = inner
    return address


def _taken_apart(url: str) -> _Address | None:
    if len(url) > _LONGEST:
        return None
    first = _FIRST_LINE.match(url)
    line = _ENDS.sub("", first[1] if first else "")
    if not _SCHEME.match(line):
        if found := _IN_SENTENCE.search(line):
            line = found[0]
        elif (bare := _BARE_HOST.match(line)) and (
            _platform_of_host(bare[0].lower()) or line[:4].lower() == "www."
        ):
            line = f"https://{line}"
        else:
            return None
    line = _SPACES.sub("%20", line)
    try:
        parts = urlsplit(line)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
        pairs = parse_qsl(parts.query, keep_blank_values=True, errors="replace")
    except ValueError:
        return None
    if not host or "%" in host or ":" in host:
        return None
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    path = quote(parts.path, safe=_KEPT, errors="replace").rstrip("/")
    return _Address(host, path, tuple(pairs))


def _written(address: _Address) -> str:
    """Write an address of which no listing is known, without what tracks."""
    platform = _platform_of_host(address.host)
    host = _HOSTS.get(platform, address.host)
    kept = [(name, value) for name, value in address.parameters if not _tracks(name, platform)]
    query = urlencode(sorted(kept), errors="replace")
    return f"https://{host}{address.path}{'?' if query else ''}{query}"


def _tracks(parameter: str, platform: str) -> bool:
    known = (_TRACKING, _TRACKING_OF_PLATFORMS) if platform else (_TRACKING,)
    return any(names.fullmatch(parameter) for names in known)


def _listing_link(address: _Address) -> str | None:
    """Return the canonical link of the listing that an address names, if it names one."""
    if address.host in _SHORT_HOSTS:
        return f"https://{address.host}{address.path}" if address.path else None
    rules = _RULES.get(_platform_of_host(address.host), ())
    return next((link for rule in rules if (link := rule(address))), None)


_Rule = Callable[[_Address], str | None]


def _path(pattern: str, template: str) -> _Rule:
    """Make a rule: a path that fits the pattern is written by the template."""
    compiled = re.compile(pattern)

    def rule(address: _Address) -> str | None:
        found = compiled.search(address.path)
        return template.format(*found.groups()) if found else None

    return rule


def _facebook_post(address: _Address) -> str | None:
    """Write a post that parameters name."""
    post = address.value("story_fbid", "fbid", "v", "multi_permalinks")
    if not re.fullmatch(r"[\w.-]+", post):
        return None
    group = re.match(r"/groups/([\w.-]+)", address.path)
    if group:
        return f"https://www.facebook.com/groups/{group[1]}/posts/{post}"
    if address.path in ("/story.php", "/permalink.php") and re.fullmatch(
        r"[\w.-]+", page := address.value("id")
    ):
        return f"https://www.facebook.com/permalink.php?story_fbid={post}&id={page}"
    if address.path in ("/photo", "/photo.php"):
        return f"https://www.facebook.com/photo?fbid={post}"
    return f"https://www.facebook.com/watch?v={post}" if address.path == "/watch" else None


_FACEBOOK = "https://www.facebook.com"
# Tokopedia's own pages, where a shop's name stands in the address of a listing.
_NO_SHOPS = (
    "p|s|search|find|category|catalog|discovery|promo|help|blog|events|about|user|people|play|feed"
    "|cart|now|official-store|top|rekomendasi|review|seru|kategori|deals"
)
_END = r"(?=%20|\Z)"
"""A link that was shared may have a sentence behind it."""

_RULES: Mapping[str, Sequence[_Rule]] = {
    "shopee": (
        _path(rf"[-/.]i\.(\d+)\.(\d+){_END}", "https://shopee.co.id/product/{}/{}"),
        _path(
            rf"\A(?:/universal-link)?/[^/]+/(\d+)/(\d+){_END}", "https://shopee.co.id/product/{}/{}"
        ),
    ),
    "tokopedia": (
        _path(rf"\A/(?!(?:{_NO_SHOPS})/)([^/]+)/([^/]+)\Z", "https://www.tokopedia.com/{}/{}"),
    ),
    "tiktok": (
        _path(
            rf"/(?:view/product|pdp(?:/[^/]+)?)/(\d+){_END}",
            "https://shop.tiktok.com/view/product/{}",
        ),
        _path(rf"\A/(@[\w.-]+)/(video|photo)/(\d+){_END}", "https://www.tiktok.com/{}/{}/{}"),
        _path(rf"\A/t/(\w+){_END}", "https://www.tiktok.com/t/{}"),
    ),
    "lazada": (
        _path(r"\bi(\d+)(?:-s\d+)?\.html", "https://www.lazada.co.id/products/pdp-i{}.html"),
    ),
    "bukalapak": (
        _path(
            rf"\A/p/((?:[^/]+/)*)([0-9a-z]+)-jual-([^/]+?){_END}",
            "https://www.bukalapak.com/p/{}{}-jual-{}",
        ),
    ),
    "blibli": (
        _path(rf"\A/p/([^/]+)/(p[sc]|is)--([\w.-]+){_END}", "https://www.blibli.com/p/{}/{}--{}"),
    ),
    "facebook": (
        _path(
            rf"\A/(?:marketplace/item|commerce/listing)/(\d+){_END}",
            _FACEBOOK + "/marketplace/item/{}",
        ),
        _path(
            rf"\A/groups/([\w.-]+)/(?:permalink|posts)/(\d+){_END}",
            _FACEBOOK + "/groups/{}/posts/{}",
        ),
        _path(rf"\A/([\w.-]+)/posts/(?:[^/]+/)?([\w-]+){_END}", _FACEBOOK + "/{}/posts/{}"),
        _path(rf"\A/(?:[\w.-]+/videos|reel)/(\d+){_END}", _FACEBOOK + "/watch?v={}"),
        _path(rf"\A/share/([pvr])/(\w+){_END}", _FACEBOOK + "/share/{}/{}"),
        _path(rf"\A/share/(\w+){_END}", _FACEBOOK + "/share/{}"),
        _facebook_post,
    ),
    "instagram": (
        _path(rf"\A(?:/[\w.]+)?/(?:p|reels?|tv)/([\w-]+){_END}", "https://www.instagram.com/p/{}"),
    ),
    "carousell": (_path(rf"\A/p/(?:[^/]*-)?(\d+){_END}", "https://id.carousell.com/p/{}"),),
    "olx": (_path(rf"\A/item/(?:[^/]*-)?(\d+){_END}", "https://www.olx.co.id/item/iid-{}"),),
}
