"""What a design says about itself: facts in, remarks out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from marketplace.programmes.checks import CHECKS, Facts, PartyFacts, Weight, remarks, stops
from marketplace.programmes.merging import flat, merge, whole
from marketplace.programmes.modalities import Condition, Form, Modalities, Phase, Quota, Side, SideRules
from marketplace.programmes.sheet_words import REMARKS, field_label, remark_sentence
from marketplace.programmes.templates_ready import ready_templates
from marketplace.programmes.templates_yaml import read_template, write_template

ACME, GLOBEX = PartyFacts(1, "Acme"), PartyFacts(2, "Globex")
SCHOOL = PartyFacts(3, "Grande École", is_school=True)
READY = ready_templates


@pytest.fixture(autouse=True)
def _context(app):
    with app.test_request_context("/"):
        yield


def facts(form: Form = Form.cross_company, *, parties=(ACME, GLOBEX), **changes) -> Facts:
    ready = READY()[form]
    modalities = ready.modalities.model_copy(update=changes)
    return Facts(
        ready.name.en, ready.name.fr, modalities, parties, 0, {Side.mentor: 50, Side.mentee: 50, Side.peer: 50}
    )


def codes(of: Facts) -> set[str]:
    return {remark.code for remark in remarks(of)}


@pytest.mark.parametrize("form", list(Form))
def test_every_ready_template_is_whole_in_both_languages(form):
    template = READY()[form]
    assert template.modalities.form is form
    assert template.name.en and template.name.fr
    for name in ("aims", "audience", "agreement"):
        words = getattr(template.modalities, name)
        assert words.en and words.fr, name
    for side in (template.modalities.mentors, template.modalities.mentees):
        assert all(one.statement.en and one.statement.fr for one in side.eligibility if one.on == "statement")
    assert all(one.name.en and one.name.fr for one in template.modalities.indicators)
    assert bool(template.modalities.safeguarding) is (form is Form.external)
    assert stops(facts(form, parties=(ACME, GLOBEX, SCHOOL))) == ()
    assert read_template(write_template(template.name.en, template.name.fr, template.modalities)) == template


def test_more_mentees_than_places_are_counted():
    few = facts(mentees=SideRules(places=26), mentors=SideRules(places=19), quota=Quota())
    sentence = next(remark_sentence(one) for one in remarks(few) if one.code == "would_wait")
    assert sentence == "26 mentees, 19 places: 7 would wait."


def test_quotas_of_the_firms_count_where_no_places_are_set():
    firms = (replace(ACME, max_mentees=5, max_mentors=1), replace(GLOBEX, max_mentees=4, max_mentors=2))
    said = next(one for one in remarks(facts(parties=firms)) if one.code == "would_wait")
    assert (said.values["mentees"], said.values["places"]) == (9, 3)


@pytest.mark.parametrize(
    ("code", "weight", "of"),
    [
        ("nobody_takes_part", Weight.stop, lambda: facts(parties=())),
        ("one_firm", Weight.stop, lambda: facts(parties=(ACME,))),
        ("no_school", Weight.stop, lambda: facts(Form.external)),
        ("no_firm", Weight.stop, lambda: facts(Form.external, parties=(SCHOOL,))),
        ("no_safeguarding", Weight.stop, lambda: facts(Form.external, safeguarding=type(READY()[Form.peer].name)())),
        (
            "excludes_all",
            Weight.stop,
            lambda: facts(mentors=SideRules(eligibility=(Condition(on="organisation", any_of=("9",)),))),
        ),
        (
            "excludes_all",
            Weight.stop,
            lambda: facts(
                mentees=SideRules(
                    eligibility=(
                        Condition(on="role", any_of=("member",)),
                        Condition(on="role", any_of=("hr_partner",)),
                    )
                )
            ),
        ),
        ("few_eligible", Weight.hint, lambda: replace(facts(), eligible={})),
        ("quota_below_enrolled", Weight.stop, lambda: facts(parties=(replace(ACME, max_mentees=2, mentees=3), GLOBEX))),
        ("no_training", Weight.stop, lambda: without(Phase.training)),
        ("way_without_phase", Weight.hint, lambda: without(Phase.nomination)),
        ("no_closing", Weight.hint, lambda: without(Phase.closing)),
        ("closes_early", Weight.hint, lambda: facts(months=24)),
        ("no_way_in", Weight.stop, lambda: facts(ways_in=())),
        ("name_missing", Weight.stop, lambda: replace(facts(), name_fr="")),
        ("no_aims", Weight.stop, lambda: facts(aims=type(READY()[Form.peer].name)())),
        ("text_missing", Weight.hint, lambda: facts(aims=type(READY()[Form.peer].name)(en="To meet."))),
        ("circle_too_small", Weight.stop, lambda: facts(Form.peer, mentees=SideRules(places=3))),
    ],
)
def test_each_remark_comes_where_it_should_and_not_on_a_sound_design(code, weight, of):
    found = [remark for remark in remarks(of()) if remark.code == code]
    assert [remark.weight for remark in found][:1] == [weight]
    assert "%(" not in remark_sentence(found[0])
    form = of().modalities.form
    assert code not in codes(facts(form, parties=(ACME, GLOBEX, SCHOOL) if form is Form.external else (ACME, GLOBEX)))


def without(phase: Phase) -> Facts:
    timeline = tuple(one for one in READY()[Form.cross_company].modalities.timeline if one.phase is not phase)
    return facts(timeline=timeline)


def test_every_remark_has_its_sentence():
    import inspect
    import re

    from marketplace.programmes import checks

    used = set(re.findall(r'_(?:stop|hint)\(\s*"(\w+)"', inspect.getsource(checks)))
    used |= {"no_school", "no_firm"}
    assert len(CHECKS) == 8
    assert used - {"would_wait", "mentors_unused"} <= REMARKS.keys()


def design(**changes):
    chosen = READY()[Form.cross_company].modalities.model_copy(update=changes)
    return {"name_en": "A", "name_fr": "B", "choices": chosen.model_dump(mode="json")}


@pytest.mark.parametrize("form", list(Form))
def test_a_design_survives_being_spread(form):
    kept = {"name_en": "A", "name_fr": "", "choices": READY()[form].modalities.model_dump(mode="json")}
    again = whole(flat(kept))
    assert Modalities.model_validate(again["choices"]) == READY()[form].modalities
    assert all(field_label(path) for path in flat(kept))


def test_merging_takes_over_what_only_the_other_changed():
    base = design()
    theirs, mine = design(months=6, cadence="weekly"), design(months=12, open_requests=1)
    merged, conflicts, taken = merge(base, theirs, mine)
    assert conflicts == []
    assert set(taken) == {"months", "cadence"}
    assert (merged["choices"]["months"], merged["choices"]["open_requests"]) == (6, 1)


def test_merging_names_what_both_changed_and_keeps_the_second():
    merged, conflicts, _taken = merge(design(), design(months=6), design(months=9))
    assert (conflicts, merged["choices"]["months"]) == (["months"], 9)
    assert merge(design(), design(months=6), design(months=6))[1] == [], "the same change is no clash"
    assert merge(None, design(months=6), design(months=9))[1] == ["months"], "without a common version all is a clash"
