"""Which colours of text on which background axe has judged already, in the scheme that a page was turned to.

What axe computes of contrasts comes from these: a page whose every text was right elsewhere need not be walked through for them a
second time. In the scheme that a page is opened in, axe looks at each text where it stands.
"""

from __future__ import annotations

from playwright.sync_api import Page

LOOKS = """(only) => {
  const grounds = new Map();
  const read = (one, names) => {
    const style = getComputedStyle(one);
    return names.map((name) => style.getPropertyValue(name)).join(" ");
  };
  const layer = ["background-color", "background-image", "opacity", "filter", "mix-blend-mode"];
  const text = ["color", "text-decoration-line", "text-shadow", "-webkit-text-fill-color"];
  const link = [...text, "border-bottom", "font-weight", "font-style"];
  // 18 points, or 14 when bold: WCAG's large text, of which it asks less.
  const large = (style) => parseFloat(style.fontSize) >= (style.fontWeight >= 700 ? 18.66 : 24);
  // All that is painted below a text, down to the page.
  const ground = (one) => {
    if (!one) return "";
    if (!grounds.has(one)) {
      const lifted = ["absolute", "fixed"].includes(getComputedStyle(one).position) ? "lifted" : "";
      const own = read(one, layer) + lifted, nothing = "rgba(0, 0, 0, 0) none 1 none normal";
      grounds.set(one, own === nothing ? ground(one.parentElement) : `${own}/${ground(one.parentElement)}`);
    }
    return grounds.get(one);
  };
  // Axe passes over what is hidden from those who listen, and is never sure of a single letter.
  const says = (one) => !one.closest("[aria-hidden=true]") && (["input", "select", "textarea"].includes(one.localName)
    || [...one.childNodes].some((part) => part.nodeType === Node.TEXT_NODE && part.data.trim().length > 1));
  // Nor does it judge what is off, or names something that is.
  const off = (one) => Boolean(one.closest(":disabled, [aria-disabled=true]") || one.closest("label")?.control?.disabled);
  const look = (one) => {
    const anchor = one.closest("a"), around = anchor ? [read(anchor, link), read(anchor.parentElement, link)] : [];
    return [off(one), large(getComputedStyle(one)), read(one, text), ...around, ground(one)].join("|");
  };
  const shown = [...document.body.querySelectorAll(only)].filter((one) => says(one) && one.checkVisibility());
  return [...new Set(shown.map(look))];
}"""

_judged: set[str] = set()


def looks(page: Page, only: str = "*") -> set[str]:
    """How the texts look that the page shows now: those of the selector ``only``."""
    return set(page.evaluate(LOOKS, only))


def judged(seen: set[str]) -> bool:
    return seen <= _judged


def keep(seen: set[str]) -> None:
    """Axe found these right."""
    _judged.update(seen)
