"""Keep the French catalogue: ``python -m dev.translations check | update | put FILE.json``.

English text is the message id. ``update`` collects the strings of code and templates into the catalogue and compiles it;
``put`` writes translations from JSON (``{"English": "français", "one|many": ["un", "plusieurs"]}``); ``check`` fails on a
string without its French, on a fuzzy one, and on a catalogue that nobody compiled.
"""

from __future__ import annotations

import fcntl
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HOUSE = Path(__file__).resolve().parent.parent
FOLDER = HOUSE / "marketplace" / "translations" / "fr" / "LC_MESSAGES"
PO, MO = FOLDER / "messages.po", FOLDER / "messages.mo"
SOURCES = (("marketplace", "**.py", "python"), ("tenants", "**.py", "python"), ("templates", "**", "jinja2"))
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "_n": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def extract() -> Catalog:
    """Every translatable string of the product."""
    catalogue = Catalog(charset="utf-8")
    for folder, pattern, method in SOURCES:
        found = extract_from_dir(
            HOUSE / folder,
            method_map=[(pattern, method)],
            options_map={"**": {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do,jinja2.ext.i18n"}},
            keywords=KEYWORDS,
            comment_tags=("L10N:",),
        )
        for name, _line, message, comments, context in found:
            catalogue.add(message, None, [(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return catalogue


def load() -> Catalog:
    if not PO.exists():
        return Catalog(locale="fr", charset="utf-8", project="Passerelle", fuzzy=False)
    with PO.open("rb") as file:
        return read_po(file, locale="fr")


@contextmanager
def locked() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def save(catalogue: Catalog) -> None:
    catalogue.fuzzy = False
    buffer = io.BytesIO()
    write_po(
        buffer,
        catalogue,
        width=120,
        sort_output=True,
        no_location=True,
        omit_header=False,
        ignore_obsolete=True,
    )
    lines = [
        line for line in buffer.getvalue().splitlines(True) if not line.startswith((b'"PO-Revision', b'"POT-Creation'))
    ]
    PO.write_bytes(b"".join(lines))
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    fresh = MO.with_suffix(".mo.new")
    fresh.write_bytes(compiled.getvalue())
    fresh.replace(MO)


def update() -> Catalog:
    """The catalogue with today's strings; translations whose English is gone are dropped."""
    catalogue = load()
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def faults(catalogue: Catalog) -> list[str]:
    """What keeps French readers from reading every page in French."""
    found = []
    for message in catalogue:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        if not all(texts):
            found.append(f"untranslated: {message.id}")
        elif message.fuzzy:
            found.append(f"fuzzy: {message.id}")
        else:
            found += [f"placeholders differ: {message.id} ({error})" for error in message.check(catalogue)]
    return found


def put(catalogue: Catalog, translations: dict[str, Any]) -> list[str]:
    """Write ``translations`` where their English is in the catalogue; the ones that are not are returned."""
    plurals = {message.id[0]: message for message in catalogue if isinstance(message.id, (list, tuple))}
    unknown = []
    for english, french in translations.items():
        message = plurals.get(english.split("|")[0]) if isinstance(french, list) else catalogue.get(english)
        if message is None or not message.id:
            unknown.append(english)
            continue
        message.string = tuple(french) if isinstance(french, list) else french
        message.flags.discard("fuzzy")
    return unknown


def main(arguments: list[str]) -> int:
    command = arguments[0] if arguments else "check"
    with locked():
        catalogue = update()
        if command == "put":
            unknown = put(catalogue, json.loads(Path(arguments[1]).read_text()))
            save(catalogue)
            for english in unknown:
                print(f"not in the product: {english}")
        if command == "update":
            save(catalogue)
        found = faults(catalogue)
        if command == "check" and PO.exists() and not MO.exists():
            save(catalogue)
    for fault in found:
        print(fault)
    print(f"{len(found)} strings to mend." if found else "Every string has its French.")
    return 1 if found and command == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
