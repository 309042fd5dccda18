"""The shape of VAT numbers, country by country.

Whether a number is anybody's is for the register (VIES) to say, which Stripe asks; the shapes are those of the European
Commission's list of VAT number structures, and of the tax offices of the United Kingdom, Switzerland and Norway.
"""

from __future__ import annotations

import re

SHAPES = {
    "AT": r"ATU\d{8}",
    "BE": r"BE[01]\d{9}",
    "BG": r"BG\d{9,10}",
    "CY": r"CY\d{8}[A-Z]",
    "CZ": r"CZ\d{8,10}",
    "DE": r"DE\d{9}",
    "DK": r"DK\d{8}",
    "EE": r"EE\d{9}",
    "ES": r"ES[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"FI\d{8}",
    "FR": r"FR[A-HJ-NP-Z0-9]{2}\d{9}",
    "GR": r"EL\d{9}",
    "HR": r"HR\d{11}",
    "HU": r"HU\d{8}",
    "IE": r"IE\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    "IT": r"IT\d{11}",
    "LT": r"LT(\d{9}|\d{12})",
    "LU": r"LU\d{8}",
    "LV": r"LV\d{11}",
    "MT": r"MT\d{8}",
    "NL": r"NL[A-Z0-9+*]{12}",
    "PL": r"PL\d{10}",
    "PT": r"PT\d{9}",
    "RO": r"RO\d{2,10}",
    "SE": r"SE\d{12}",
    "SI": r"SI\d{8}",
    "SK": r"SK\d{10}",
    "GB": r"GB(\d{9}|\d{12}|GD\d{3}|HA\d{3})",
    "CH": r"CHE\d{9}(MWST|TVA|IVA)",
    "NO": r"\d{9}MVA",
}
"""By the country's ISO 3166 code; Greece writes EL before its numbers."""

KINDS = {"GB": "gb_vat", "CH": "ch_vat", "NO": "no_vat"}
"""What Stripe calls them; everywhere else in the list it is ``eu_vat``."""


def tidy_vat(text: str | None) -> str:
    """Without blanks, dots and dashes, in capitals."""
    return re.sub(r"[\s.\-]", "", text or "").upper()


def vat_fits(country: str, number: str) -> bool:
    """The number has the shape of this country's. A country without a shape here takes none."""
    shape = SHAPES.get(country)
    return shape is not None and re.fullmatch(shape, number) is not None


def vat_kind(country: str) -> str:
    return KINDS.get(country, "eu_vat")
