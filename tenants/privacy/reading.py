"""The same record for people to read: a PDF in the person's own language, tagged for screen readers (PDF/UA-1, ISO 14289)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from babel.dates import format_date, format_datetime
from flask import current_app
from flask_babel import force_locale, get_locale, gettext
from flask_babel import lazy_gettext as _l

from tenants.shared.holdings import HOLDINGS, Subject

WORDS = {
    "name": _l("Name"),
    "email": _l("E-mail"),
    "language": _l("Language"),
    "time_zone": _l("Time zone"),
    "since": _l("Since"),
    "organisation": _l("Organisation"),
    "role": _l("Role"),
    "job_title": _l("Job title"),
    "work_email": _l("Work e-mail"),
    "from": _l("From"),
    "to": _l("To"),
    "kind": _l("Kind"),
    "state": _l("State"),
    "at": _l("On"),
    "sent_at": _l("Sent on"),
    "delivery": _l("How it comes"),
    "digest_hour": _l("Hour of the digest"),
    "digest_weekday": _l("Day of the weekly digest, from Monday (0) on"),
    "quiet_from": _l("Quiet from"),
    "quiet_until": _l("Quiet until"),
    "day": _l("Day"),
    "mentorship": _l("Mentorship"),
    "question": _l("Question"),
    "chosen_at": _l("Chosen on"),
    "about": _l("About"),
    "read_at": _l("Read on"),
    "purpose": _l("Purpose"),
    "version": _l("Version of the text"),
    "given_at": _l("Given on"),
    "withdrawn_at": _l("Withdrawn on"),
    "act": _l("What"),
    "written": _l("As written"),
    "as_others_see_it": _l("As others see it"),
    "published_at": _l("Published on"),
    "updated_at": _l("Changed on"),
    "headline": _l("Your sentence"),
    "title": _l("Your position"),
    "story": _l("Your story"),
    "place": _l("Where you are"),
    "board_mandates": _l("Board mandates you hold or held"),
    "skills": _l("What I can help with"),
    "own_words": _l("In your own words"),
    "industries": _l("Industries you know"),
    "languages": _l("Languages"),
    "forms": _l("Forms of mentoring you offer"),
    "function": _l("Function"),
    "seniority": _l("Seniority"),
    "remote": _l("Remotely"),
    "in_person": _l("In person"),
    "cadence": _l("How often"),
    "audience": _l("Who may see your page"),
    "networks": _l("Networks"),
    "capacity": _l("How many mentees at once"),
    "file": _l("File"),
    "person": _l("Number"),
    "mentor": _l("Mentor"),
    "firm": _l("Firm"),
    "told_at": _l("Told on"),
    "saved_at": _l("Saved on"),
    "goals": _l("What I want to learn"),
    "seeking": _l("Whom I look for"),
    "experience": _l("Where I come from"),
    "as": _l("As"),
    "with": _l("With"),
    "form": _l("Form of mentoring"),
    "employer": _l("Employer"),
    "approved": _l("Approved"),
    "reason": _l("Reason"),
    "created_at": _l("Begun on"),
    "accepted_at": _l("Accepted on"),
    "closed_at": _l("Closed on"),
    "started_at": _l("Started on"),
    "ended_at": _l("Ended on"),
    "handled_at": _l("Handled on"),
    "by": _l("By"),
    "text": _l("Words"),
}
"""What the keys of ``data.json`` mean."""

VALUES = {
    "me": _l("Myself"),
    "the other": _l("The other person"),
    "mentee": _l("Mentee"),
    "mentor": _l("Mentor"),
    "networks": _l("Networks"),
    "marketplace": _l("The marketplace"),
    "company": _l("My company"),
    "fr": "français",
    "en": "English",
}


def as_pdf(subject: Subject, data: Mapping[str, Any]) -> bytes:
    """The record as a PDF in the language of the person. Nothing is fetched from anywhere while it is made."""
    from weasyprint import CSS, HTML  # half a second to import, and only the worker needs it

    with force_locale(subject.locale):
        record = current_app.jinja_env.get_template("privacy/record.html")
        page = record.render(locale=subject.locale, name=subject.name, sections=sections(data))
    loader = current_app.jinja_env.loader
    assert loader is not None  # noqa: S101 - every Flask app has one
    style = loader.get_source(current_app.jinja_env, "privacy/record.css")[0]
    document = HTML(string=page, url_fetcher=_fetch_nothing)
    return cast(bytes, document.write_pdf(stylesheets=[CSS(string=style)], pdf_variant="pdf/ua-1"))


def _fetch_nothing(url: str, *_arguments: Any, **_options: Any) -> Any:
    raise ValueError(f"the record holds everything it shows, and does not fetch {url}")


def sections(data: Mapping[str, Any]) -> list[tuple[str, list[list[tuple[str, Any]]]]]:
    """(title, records) for each kind of thing held; a record is a list of (term, words), empty ones left out."""
    names = {one["slug"]: one["name"] for one in data["organisations"]}
    return [
        (str(HOLDINGS[name].label), [_facts(record, names) for record in records])
        for name, records in data["holdings"].items()
    ]


def _facts(record: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = []
    for key, value in record.items():
        if value in (None, "", [], {}):
            continue
        if isinstance(value, dict):
            facts.append((_term(key), [_facts(value, names)]))
        elif isinstance(value, list) and isinstance(value[0], dict):
            facts.append((_term(key), [_facts(one, names) for one in value]))
        else:
            facts.append((_term(key), names.get(str(value), "") or _said(key, value)))
    return facts


def _term(key: str) -> str:
    return str(WORDS.get(key, key.replace("_", " ").capitalize()))


def _said(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list):
        return ", ".join(_said("", one) for one in value)
    if isinstance(value, str) and (key.endswith("_at") or key in {"at", "since", "from", "to"}):
        return _moment(value)
    if key in {"text", "story", "headline", "name", "title", "with", "firm", "seeking", "experience", "own_words"}:
        return str(value)
    return str(VALUES.get(value, value)).replace("_", " ") if isinstance(value, str) else str(value)


def _moment(value: str) -> str:
    try:
        if len(value) == 10:
            return str(format_date(date.fromisoformat(value), "long", locale=get_locale()))
        return str(format_datetime(datetime.fromisoformat(value), "d MMMM y, HH:mm 'UTC'", locale=get_locale()))
    except ValueError:
        return value
