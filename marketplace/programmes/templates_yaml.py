"""A programme's template as a readable YAML file: written for people, read strictly, every problem named by path and line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import yaml
from flask_babel import gettext as _
from pydantic import ValidationError

from marketplace.programmes.modalities import SCHEMA, Modalities, Words
from marketplace.programmes.sheet_words import problem_sentence

LARGEST = 100_000
"""Characters. A template of ours has four thousand."""

DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Template:
    name: Words
    modalities: Modalities


@dataclass(frozen=True, slots=True)
class Problem:
    """``path`` as in ``modalities.mentees.places``; ``line`` counts from one, 0 where there is none."""

    path: str
    line: int
    sentence: str


class Unreadable(Exception):
    """The file is no template that we can use. ``problems`` says why, in the order of its lines."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.sentence for problem in problems))
        self.problems = sorted(problems, key=lambda problem: problem.line)


class _Loader(yaml.SafeLoader):
    """YAML 1.2's few words: ``on`` and ``no`` are words, and only ``true`` and ``false`` are not."""


class _Dumper(yaml.SafeDumper):
    pass


def _few_words(kind: Any) -> None:
    kept = {
        first: [(tag, pattern) for tag, pattern in rules if tag not in _ALWAYS_TEXT]
        for first, rules in kind.yaml_implicit_resolvers.items()
    }
    for first in "tf":
        words = cast(Any, yaml.resolver).re.compile("^(?:true|false)$")
        kept[first] = [("tag:yaml.org,2002:bool", words), *kept.get(first, [])]
    kind.yaml_implicit_resolvers = kept


_ALWAYS_TEXT = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")
_few_words(_Loader)
_few_words(_Dumper)


def _text_as_block(dumper: Any, text: str) -> Any:
    style = "|" if "\n" in text else ">" if len(text) > 90 else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text_as_block)


def write_template(name_en: str, name_fr: str, modalities: Modalities) -> str:
    """The YAML of a design. Numbers of organisations mean nothing elsewhere and stay out of it."""
    chosen = for_elsewhere(modalities).model_dump(mode="json", exclude_defaults=True)
    content = {"schema": SCHEMA, "name": {"en": name_en, "fr": name_fr}, "modalities": chosen}
    return yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def for_elsewhere(modalities: Modalities) -> Modalities:
    """Without the rules that name organisations."""
    sides = {
        side: (rules := getattr(modalities, side)).model_copy(
            update={"eligibility": tuple(one for one in rules.eligibility if one.on != "organisation")}
        )
        for side in ("mentors", "mentees")
    }
    return modalities.model_copy(update=sides)


def read_template(text: str) -> Template:
    """The template in ``text``. Raises ``Unreadable``."""
    if len(text) > LARGEST:
        raise Unreadable([Problem("", 0, _("The file is too large for a template: 100 kB at most."))])
    node, content = _parsed(text)
    lines = dict(_lines(node, ()))
    if not isinstance(content, dict) or not {"schema", "modalities"} <= content.keys():
        raise Unreadable([Problem("", 1, _("This is no programme template: it has no “schema” and “modalities”."))])
    schema = content["schema"]
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise Unreadable([Problem("schema", lines.get(("schema",), 1), _("The schema is a number, at present 1."))])
    if schema > SCHEMA:
        newer = _(
            "This template was written by a newer release of Passerelle (schema %(theirs)s; this one reads up to %(ours)s). "
            "Export it there again once both are on the same release.",
            theirs=schema,
            ours=SCHEMA,
        )
        raise Unreadable([Problem("schema", lines.get(("schema",), 1), newer)])
    problems = [
        Problem(str(key), lines.get((key,), 1), _("Nothing is known by this name."))
        for key in content.keys() - {"schema", "name", "modalities"}
    ]
    name = _read(Words, content.get("name") or {}, ("name",), lines, problems)
    modalities = _read(Modalities, content["modalities"], ("modalities",), lines, problems)
    if isinstance(modalities, Modalities):
        problems += _organisations(modalities, lines)
    if isinstance(name, Words) and not name:
        problems.append(Problem("name", lines.get(("name",), 1), _("Give the template a name.")))
    if isinstance(name, Words) and max(len(name.en), len(name.fr)) > 120:
        problems.append(Problem("name", lines.get(("name",), 1), _("A name has 120 characters at most.")))
    if problems:
        raise Unreadable(problems)
    return Template(name, modalities)


def _parsed(text: str) -> tuple[yaml.Node, Any]:
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                where = event.start_mark.line + 1
                raise Unreadable([Problem("", where, _("References (“*”) are not read. Write the value out."))])
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise Unreadable([Problem("", event.start_mark.line + 1, _("This is nested too deeply."))])
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise Unreadable([Problem("", 1, _("The file is empty."))])
        return node, loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Unreadable([Problem("", line, _("This line is no YAML. Look at its indentation and colons."))]) from None
    except (yaml.YAMLError, ValueError):
        raise Unreadable([Problem("", 1, _("The file holds signs that are no text."))]) from None


def _lines(node: yaml.Node, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                where = ".".join(str(part) for part in (*path, key.value))
                raise Unreadable([Problem(where, key.start_mark.line + 1, _("This is said twice."))])
            seen.add(key.value)
            yield from (
                (at, key.start_mark.line + 1 if at == (*path, key.value) else line)
                for at, line in _lines(value, (*path, key.value))
            )
    elif isinstance(node, yaml.SequenceNode):
        for place, inner in enumerate(node.value):
            yield from _lines(inner, (*path, place))


def _read(
    kind: type[Words] | type[Modalities],
    value: Any,
    path: tuple[Any, ...],
    lines: dict[tuple[Any, ...], int],
    problems: list[Problem],
) -> Any:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        for one in error.errors():
            where = (*path, *one["loc"])
            problems.append(Problem(".".join(map(str, where)), _line_of(where, lines), problem_sentence(one)))
    return None


def _line_of(path: tuple[Any, ...], lines: dict[tuple[Any, ...], int]) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _organisations(modalities: Modalities, lines: dict[tuple[Any, ...], int]) -> Iterator[Problem]:
    for side in ("mentors", "mentees"):
        rules = getattr(modalities, side).eligibility
        seen: dict[str, set[str]] = {}
        for place, condition in enumerate(rules):
            where: tuple[Any, ...] = ("modalities", side, "eligibility", place)
            path, line = ".".join(map(str, where)), _line_of(where, lines)
            if condition.on == "organisation":
                yield Problem(
                    path, line, _("A template cannot name organisations. Choose them on the sheet afterwards.")
                )
            elif condition.on != "statement":
                if seen.get(condition.on, set(condition.any_of)).isdisjoint(condition.any_of):
                    yield Problem(path, line, _("Nobody can meet this rule and the one above it."))
                seen[condition.on] = seen.get(condition.on, set(condition.any_of)) & set(condition.any_of)
