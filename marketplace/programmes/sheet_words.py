"""What the designer's sheet says: labels of its fields, values in words, remarks and problems as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.programmes.checks import Remark
from marketplace.programmes.modalities import Form, Phase, Side
from marketplace.programmes.words import PHASES
from marketplace.vocabulary import CADENCES, FORMS, FUNCTIONS, SENIORITIES

FORM_SENTENCES: dict[Form, Any] = {
    Form.informal: _l("People find a mentor themselves, whenever they like. The lightest way to begin."),
    Form.organised: _l("HR nominates a group it wants to see grow, trains both sides and pairs them."),
    Form.external: _l("Your people accompany students of a school. With rules that protect the students."),
    Form.peer: _l("Equals help each other, in pairs or circles of three to six. Nobody is the mentor."),
    Form.reverse: _l("Juniors are the mentors of executives, and lead the meetings."),
    Form.cross_company: _l("Between firms of a network, never within one’s own. Each gives about what it takes."),
    Form.board: _l("Chairs and chief executives prepare candidates of other firms for a seat on a board."),
}

ROLES: dict[str, Any] = {
    "member": _l("Member"),
    "hr_partner": _l("HR partner"),
    "company_admin": _l("Company administrator"),
    "network_admin": _l("Network administrator"),
    "programme_manager": _l("Programme manager"),
    "board_seeker": _l("Nomination committee"),
}

UNITS: dict[str, Any] = {
    "percent": _l("per cent"),
    "people": _l("people"),
    "pairs": _l("pairs"),
    "meetings": _l("meetings"),
}

TRAINING: dict[str, Any] = {
    "none": _l("No training"),
    "offered": _l("Offered"),
    "before_matching": _l("Required before matching"),
}

MATCHING: dict[str, Any] = {
    "self": _l("They find each other"),
    "hand": _l("Those who match pair them"),
    "both": _l("Either"),
}

CENTRAL: dict[str, Any] = {
    "central": _l("We match, for all"),
    "firms": _l("Each firm matches its own mentees"),
}

WAYS: dict[str, Any] = {"nomination": _l("Firms nominate"), "application": _l("People apply")}

MOMENTS: dict[str, Any] = {
    "start": _l("At the start"),
    "mid_point": _l("At mid-point"),
    "end": _l("At the end"),
    "after_12_months": _l("A year later"),
    "after_24_months": _l("Two years later"),
}

SAMENESS: dict[str, Any] = {
    "any": _l("No matter"),
    "same": _l("The same function"),
    "different": _l("Different functions"),
}

OPENS: dict[str, Any] = {"date": _l("On its day"), "hand": _l("By hand")}

LANGUAGES: dict[str, Any] = {"en": _l("in English"), "fr": _l("in French")}

LABELS: dict[str, Any] = {
    "name_en": _l("Name in English"),
    "name_fr": _l("Name in French"),
    "form": _l("Form"),
    "aims": _l("Aims"),
    "audience": _l("For whom"),
    "indicators": _l("Indicators"),
    "places": _l("Places"),
    "training": _l("Training"),
    "centralised": _l("Who matches"),
    "matching": _l("How pairs come about"),
    "ways_in": _l("Ways in"),
    "employer_approval": _l("The employer approves"),
    "firms_say_yes": _l("Both firms say yes to a pair"),
    "manager_view": _l("The line manager is asked"),
    "decide_within": _l("Days to decide"),
    "quota": _l("Quota"),
    "mentors": _l("Mentors"),
    "mentees": _l("Mentees"),
    "balance": _l("Balance"),
    "months": _l("Length in months"),
    "cadence": _l("Cadence"),
    "open_requests": _l("Open requests"),
    "circle": _l("Size of a circle"),
    "least": _l("at least"),
    "most": _l("at most"),
    "limits": _l("What a pair must be like"),
    "common_language": _l("a language in common"),
    "seniority_gap": _l("steps of seniority"),
    "hours_apart": _l("hours between their clocks"),
    "new_pairs": _l("new pairs only"),
    "functions": _l("what the two work in"),
    "agreement": _l("Rules of the agreement"),
    "safeguarding": _l("Safeguarding"),
    "evaluation": _l("Evaluation"),
    "timeline": _l("Timeline"),
    "eligibility": _l("Who is eligible"),
    "organisation": _l("organisation"),
    "role": _l("role"),
    "seniority": _l("seniority"),
    "function": _l("function"),
    "statement": _l("in your own words"),
    "en": _l("in English"),
    "fr": _l("in French"),
}


def field_label(path: str) -> str:
    """``mentors.eligibility.role`` as ``Mentors: Who is eligible, role``; for differences and conflicts."""
    head, *rest = path.split(".")
    words = [str(PHASES[Phase(part)]) if head == "timeline" else str(LABELS.get(part, part)) for part in rest]
    label = str(LABELS.get(head, head))
    return f"{label}: {', '.join(words)}" if words else label


def value_words(path: str, value: Any, firms: Mapping[int, str]) -> str:
    """One field of the sheet as a reader reads it; what is empty is a dash. ``firms``: names of organisations by number."""
    if value in (None, "", [], ()):
        return "–"
    head, *_rest, last = ("", *path.split("."))
    if path.startswith("timeline."):
        return f"{day_words(value['day'])} · {OPENS[value['by']]}"
    if ".eligibility." in path:
        return "; ".join(_condition(condition, firms) for condition in value)
    if last == "indicators":
        return "; ".join(_indicator(one) for one in value)
    del head
    if last == "centralised":
        return str(CENTRAL["central" if value else "firms"])
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(_word(last, one) for one in value)
    return _word(last, value)


def _word(field: str, value: Any) -> str:
    locale = str(get_locale())
    if field == "form":
        return FORMS.label(value, locale)
    if field == "cadence":
        return CADENCES.label(value, locale)
    listed = {"training": TRAINING, "matching": MATCHING, "ways_in": WAYS, "evaluation": MOMENTS, "functions": SAMENESS}
    known = listed.get(field, {})
    return str(known.get(value, value))


def _condition(condition: Mapping[str, Any], firms: Mapping[int, str]) -> str:
    locale, on = str(get_locale()), condition["on"]
    if on == "statement":
        return " / ".join(text for text in (condition["statement"]["en"], condition["statement"]["fr"]) if text)
    if on == "organisation":
        return ", ".join(firms.get(int(one), one) if one.isdigit() else one for one in condition["any_of"])
    if on == "role":
        return ", ".join(str(ROLES.get(one, one)) for one in condition["any_of"])
    terms = SENIORITIES if on == "seniority" else FUNCTIONS
    return ", ".join(terms.label(one, locale) for one in condition["any_of"])


def _indicator(one: Mapping[str, Any]) -> str:
    name = one["name"]["fr" if str(get_locale()).startswith("fr") else "en"] or one["name"]["en"] or one["name"]["fr"]
    return f"{name}: {one['target']} {UNITS[one['unit']]}" if one["target"] is not None else str(name)


def day_words(day: int) -> str:
    """A day of the timeline from the launch, as people say it."""
    if day == 0:
        return _("The launch")
    number = abs(day)
    if number >= 60:
        months = round(number / 30.4)
        before, after = (
            ngettext("%(num)d month before", "%(num)d months before", months),
            ngettext("%(num)d month after", "%(num)d months after", months),
        )
    else:
        before, after = (
            ngettext("%(num)d day before", "%(num)d days before", number),
            ngettext("%(num)d day after", "%(num)d days after", number),
        )
    return before if day < 0 else after


SIDES: dict[Side, Any] = {Side.mentor: _l("mentors"), Side.mentee: _l("mentees"), Side.peer: _l("peers")}

REMARKS: dict[str, Any] = {
    "name_missing": _l("The programme has no name %(language)s."),
    "no_aims": _l("Say in a sentence or two what the programme is for."),
    "text_missing": _l("“%(text)s” is missing %(language)s: readers get the other language."),
    "no_indicators": _l("Nothing says yet what the programme will be judged by."),
    "no_safeguarding": _l("Students need safeguarding rules. Write them under “Agreement”."),
    "no_school": _l("No school takes part yet. Ask one under “Who takes part”."),
    "no_firm": _l("No firm takes part yet. Choose who takes part."),
    "nobody_takes_part": _l("Nobody takes part yet. Choose the organisations."),
    "one_firm": _l("Only %(firm)s takes part, and this form pairs people of different firms. Add another one."),
    "each_firm_alone": _l(
        "Each firm pairs its own mentees by hand, with mentors of others: agree among you who picks first."
    ),
    "excludes_all": _l("The rules for %(side)s exclude everybody: no one can meet all of them together."),
    "few_eligible": _l("Fewer than five people of those here today meet the rules for %(side)s."),
    "fewer_than_places": _l("People here today who meet the rules for %(side)s: %(count)s. Places: %(places)s."),
    "no_mentors": _l("The quotas leave no place for mentors."),
    "no_mentees": _l("The quotas leave no place for mentees."),
    "circle_too_small": _l(
        "Places: %(places)s. A circle has %(least)s people at least. Raise the places, or make circles smaller."
    ),
    "quota_below_enrolled": _l("Of %(firm)s, %(side)s enrolled already: %(count)s. Its quota cannot be %(quota)s."),
    "places_below_enrolled": _l("Enrolled already as %(side)s: %(count)s. Too few places: %(places)s."),
    "no_way_in": _l("Nobody can come in: let firms nominate, or people apply."),
    "way_without_phase": _l("The timeline has no phase “%(phase)s”, though the programme needs one."),
    "phase_without_way": _l("The timeline has the phase “%(phase)s”, but nobody comes in that way."),
    "no_training": _l("Training is required for %(side)s, but the timeline has no training. Add the phase."),
    "no_time_to_train": _l("Training and matching begin on the same day: leave time in between."),
    "circular_dates": _l("A phase begins before the one that it follows. Put the days in order."),
    "closes_early": _l("Pairs last %(months)s months, and the closing comes after %(closing)s."),
    "no_closing": _l("The timeline has no closing: pairs will not know when it ends."),
    "no_evaluation": _l("Nobody is asked how it went. Choose at least one moment."),
    "no_mid_point": _l("The evaluation asks at mid-point, but the timeline has none."),
}


def remark_sentence(remark: Remark) -> str:
    """A remark of the sheet on itself, with what to do."""
    values = {key: _value(key, value) for key, value in remark.values.items()}
    if remark.code in {"would_wait", "mentors_unused"}:
        mentees, places = int(remark.values["mentees"]), int(remark.values["places"])
        told = {
            "mentees": ngettext("%(num)d mentee", "%(num)d mentees", mentees),
            "places": ngettext("%(num)d place", "%(num)d places", places),
        }
        if remark.code == "would_wait":
            return ngettext(
                "%(mentees)s, %(places)s: %(num)d would wait.",
                "%(mentees)s, %(places)s: %(num)d would wait.",
                remark.values["count"],
                **told,
            )
        return ngettext(
            "%(mentees)s, %(places)s: %(num)d mentor would have nobody.",
            "%(mentees)s, %(places)s: %(num)d mentors would have nobody.",
            remark.values["count"],
            **told,
        )
    return str(REMARKS[remark.code]) % values


def _value(key: str, value: Any) -> str:
    if key == "side":
        return str(SIDES[value])
    if key == "language":
        return str(LANGUAGES[value])
    if key == "phase":
        return str(PHASES[value])
    if key == "text":
        return str(LABELS[value])
    return str(value)


RULES: dict[str, Any] = {
    "a statement has words, and nothing to choose from": _l(
        "A rule in your own words has words, and nothing to choose from."
    ),
    "name at least one that is eligible": _l("Name at least one that is eligible."),
    "the least is more than the most": _l("The smallest size is larger than the largest."),
    "a phase appears twice in the timeline": _l("A phase appears twice in the timeline."),
    "the timeline has no launch": _l("The timeline has no launch."),
    "the phases of the timeline are not in their order": _l("The phases of the timeline are not in their order."),
    "a phase begins before the one that it follows": _l(
        "A phase begins before the one that it follows. Put the days in order, from the call to the alumni."
    ),
    "days are counted from the launch, so its own day is 0": _l(
        "Days are counted from the launch, so its own day is 0."
    ),
}


def problem_sentence(error: Mapping[str, Any]) -> str:
    """What is wrong with one value, from an error of pydantic."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        message = str(context.get("error", ""))
        if message in RULES:
            return str(RULES[message])
        return _("Nothing is known by this name: %(name)s", name=message.partition(": ")[2] or message)
    if kind == "extra_forbidden":
        return _("Nothing is known by this name.")
    if kind == "missing":
        return _("This is missing.")
    if kind in {"literal_error", "enum"}:
        return _("One of these is expected: %(values)s", values=str(context.get("expected", "")).replace("'", ""))
    if kind in {"greater_than_equal", "less_than_equal"}:
        bound = context.get("ge", context.get("le"))
        if kind == "greater_than_equal":
            return _("At least %(bound)s.", bound=bound)
        return _("At most %(bound)s.", bound=bound)
    if kind.startswith("int"):
        return _("A whole number is expected.")
    if kind.startswith("bool"):
        return _("True or false is expected.")
    if kind.startswith("string"):
        return _("A text is expected.")
    if kind in {"tuple_type", "list_type"}:
        return _("A list is expected.")
    if kind in {"model_type", "model_attributes_type", "dict_type"}:
        return _("Named values are expected here.")
    if kind == "too_short":
        return _("At least one is expected.")
    return _("This value cannot be read.")
