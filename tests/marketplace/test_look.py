"""Every colour one reads must be readable: the product's own, and whatever colour a tenant brings."""

import doctest
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.look import DARK_GROUNDS, ENOUGH, LIGHT_GROUNDS, accent_css, contrast, passing_shade
from tenants.shared import colours as colour_module

HOUSE = Path(__file__).parents[2]
TOKENS = (HOUSE / "static" / "css" / "tokens.css").read_text()
PAIR = re.compile(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)")
GROUNDS = ("paper", "surface", "raised", "sunken")

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def pairs(css: str) -> dict[str, tuple[str, str]]:
    return {name: (light, dark) for name, light, dark in PAIR.findall(css)}


def readable(css_colours: dict[str, tuple[str, str]], ink: str, ground: str, least: float = ENOUGH) -> None:
    for scheme, one, other in zip(("light", "dark"), css_colours[ink], css_colours[ground], strict=True):
        assert contrast(one, other) >= least, f"--{ink} on --{ground}, {scheme}: {contrast(one, other):.2f}"


@pytest.mark.parametrize("ink", ["ink", "ink-2", "accent", "warm", "ok", "alert"])
def test_text_is_readable_on_every_ground(ink):
    tokens = pairs(TOKENS)
    for ground in GROUNDS:
        readable(tokens, ink, ground)


@pytest.mark.parametrize("wash", ["accent", "warm", "ok", "alert"])
def test_text_is_readable_on_a_wash(wash):
    tokens = pairs(TOKENS)
    for ink in (wash, "ink", "ink-2"):
        readable(tokens, ink, f"{wash}-wash")


def test_buttons_and_counts_are_readable():
    tokens = pairs(TOKENS)
    readable(tokens, "accent-ink", "accent")
    readable(tokens, "paper", "warm")
    readable(tokens, "paper", "alert")


def test_the_edge_of_a_control_can_be_seen():
    for ground in GROUNDS:
        readable(pairs(TOKENS), "edge", ground, least=3)


def test_there_are_twelve_readable_tints():
    tints = re.findall(r"\.tint-(\d+) \{([^}]*)\}", TOKENS)
    assert [int(number) for number, _ in tints] == list(range(12))
    for _, css in tints:
        readable(pairs(css), "tint-ink", "tint")


def test_the_grounds_are_those_of_the_stylesheet():
    tokens = pairs(TOKENS)
    assert {tokens[name][0] for name in GROUNDS} == set(LIGHT_GROUNDS)
    assert {tokens[name][1] for name in GROUNDS} == set(DARK_GROUNDS)


@given(colours)
def test_any_tenants_colour_becomes_readable(colour):
    tokens = pairs(TOKENS) | pairs(accent_css(colour))
    for ground in (*GROUNDS, "accent-wash"):
        readable(tokens, "accent", ground)
    readable(tokens, "accent-ink", "accent")
    readable(tokens, "ink-2", "accent-wash")


@given(colours)
def test_a_colour_that_passes_is_left_as_it_is(colour):
    if all(contrast(colour, ground) >= ENOUGH for ground in LIGHT_GROUNDS):
        assert passing_shade(colour, LIGHT_GROUNDS) == colour


def test_nothing_but_a_colour_reaches_a_stylesheet():
    for wrong in ("", "red", "#fff", "#12345g", "#000000;}", "#000000\n", "١٢٣٤٥٦"):
        with pytest.raises(ValueError, match="not a colour"):
            accent_css(wrong)


def test_no_shade_passes_on_white_and_on_black_at_a_ratio_out_of_reach():
    with pytest.raises(ValueError, match="no shade"):
        passing_shade("#777777", ["#ffffff", "#000000", "#767676"])


def test_examples_in_the_docstrings_hold():
    assert doctest.testmod(colour_module).failed == 0


def pages() -> list[Path]:
    """Every template a browser gets; letters need inline styles, because mail programs do."""
    return [path for path in (HOUSE / "templates").rglob("*.html") if "letter" not in path.as_posix()]


def test_every_drawing_a_page_names_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (HOUSE / "static" / "icons.svg").read_text()))
    for path in pages():
        named = set(re.findall(r"""\bicon\(["']([\w-]+)["']\)""", path.read_text()))
        assert named <= drawn, f"{path.relative_to(HOUSE)}: {named - drawn}; add them to static/icons.svg"


@pytest.mark.parametrize("refused", [r"\sstyle=", r"\son[a-z]+=", r"<style\b", r"<script(?![^>]*\bsrc=)"])
def test_pages_hold_nothing_that_the_content_security_policy_refuses(refused):
    for path in pages():
        found = re.search(refused, path.read_text())
        assert not found, f"{path.relative_to(HOUSE)}: {found[0]!r}; use a class, or static/js/app.js"


def test_a_style_sheet_asks_no_other_host_for_anything():
    for path in (HOUSE / "static" / "css").glob("*.css"):
        assert "//" not in path.read_text().replace("http://www.w3.org", ""), path.name
