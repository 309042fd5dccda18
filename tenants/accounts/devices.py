"""Which browser somebody signs in with: coarse words for a list, and a cookie that says it was here before.

No network address is used or kept. The cookie is signed and holds an HMAC per account, so that it tells nobody who has
one; it opens nothing.
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

COOKIE = "device"
YEAR = 365 * 24 * 3600
MOST = 8

BROWSERS = (
    (r"\bEdgA?/|\bEdgiOS/", "Edge"),
    (r"\bOPR/|\bOpera/", "Opera"),
    (r"\bFirefox/|\bFxiOS/", "Firefox"),
    (r"\bSamsungBrowser/", "Samsung Internet"),
    (r"\bChrome/|\bCriOS/|\bChromium/", "Chrome"),
    (r"\bSafari/", "Safari"),
)
SYSTEMS = (
    (r"\biPhone\b", "iPhone"),
    (r"\biPad\b", "iPad"),
    (r"\bAndroid\b", "Android"),
    (r"\bWindows\b", "Windows"),
    (r"\bMac OS X\b|\bMacintosh\b", "macOS"),
    (r"\bCrOS\b", "ChromeOS"),
    (r"\bLinux\b", "Linux"),
)


def words_for(user_agent: str) -> tuple[str, str]:
    """The browser's family and the system, as their makers call them; '' for what is not recognised."""
    browser = next((name for pattern, name in BROWSERS if re.search(pattern, user_agent)), "")
    system = next((name for pattern, name in SYSTEMS if re.search(pattern, user_agent)), "")
    return browser, system


def _mark(person_id: int) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"device {person_id}".encode(), sha256).hexdigest()[:24]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="devices that signed in before")


def _marks() -> list[str]:
    try:
        marks = _signer().loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return []
    return [str(mark) for mark in marks] if isinstance(marks, list) else []


def is_known(person_id: int) -> bool:
    """Whether this browser has signed this person in before, within a year."""
    return _mark(person_id) in _marks()


def remember(response: Response, person_id: int) -> Response:
    """Have this browser known from now on."""
    mark = _mark(person_id)
    marks = [mark, *(other for other in _marks() if other != mark)][:MOST]
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(COOKIE, _signer().dumps(marks), YEAR, httponly=True, samesite="Lax", secure=secure)
    return response


def name_of_this_one() -> str:
    """``Firefox, macOS``: a first name for something made on this device."""
    return ", ".join(filter(None, words_for(request.headers.get("User-Agent", "")[:400])))
