"""From a template to an open programme: designing, merging, versions, templates as files, who takes part."""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa

from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.models import (
    PartyState,
    Programme,
    ProgrammeAsking,
    ProgrammeParty,
    ProgrammeState,
    ProgrammeVersion,
)
from marketplace.programmes.templates_ready import ready_templates
from tenants.organisations.models import Organisation, OrganisationKind
from tenants.shared.models import Activity
from tests.cast import make_organisation
from tests.factories import acting, enrol, make_cohort, make_programme


def rows(operator, model=Programme):
    operator.rollback()
    return operator.scalars(sa.select(model).execution_options(populate_existing=True)).all()


@pytest.fixture
def begin(sign_in, cast, operator):
    """Begin with a ready template; the programme."""

    def begun(actor, form):
        answer = sign_in(actor).post(f"/{actor.slug}/programmes/", data={"template": form})
        assert answer.status_code == 303, answer.text
        number = int(re.search(r"/programmes/(\d+)/design", answer.headers["Location"])[1])
        return next(one for one in rows(operator) if one.id == number)

    return begun


def typed(page: str) -> dict[str, list[str]]:
    """What a browser would send if nothing were changed on the sheet."""
    form = re.search(r'<form class="form" id="sheet".*?</form>', page, re.S)[0]
    data: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="(\w+)"', tag)
        if name and (kind is None or kind[1] not in {"checkbox", "radio"} or "checked" in tag):
            data.setdefault(name[1], []).append(unescaped(value[1]) if value else "")
    for name, body in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        data[name] = [unescaped(body.removeprefix("\r\n").removeprefix("\n"))]
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        data[name] = [chosen[1] if chosen else re.search(r'value="([^"]*)"', body)[1]]
    return data


def unescaped(text: str) -> str:
    import html

    return html.unescape(text)


@pytest.mark.parametrize("form", list(Form))
def test_each_template_begins_a_draft_whose_sheet_saves_unchanged(form, begin, cast, sign_in, operator):
    programme = begin(cast.ned, form.value)
    assert (programme.state, programme.form) == (ProgrammeState.draft, form)
    browser, page = sign_in(cast.ned), f"/bridge/programmes/{programme.id}/design"
    answer = browser.post(page, data=typed(browser.get(page).text))
    assert answer.status_code == 303, answer.text
    again = rows(operator)[0]
    assert again.modalities == ready_templates()[form].modalities, "the sheet says all that a template says"
    assert len(rows(operator, ProgrammeVersion)) == 1, "nothing was changed, so there is no new version"


def test_two_who_change_different_fields_are_merged_and_nothing_is_lost(begin, cast, sign_in, operator):
    programme = begin(cast.ned, "cross_company")
    browser, page = sign_in(cast.ned), f"/bridge/programmes/{programme.id}/design"
    first = typed(browser.get(page).text)
    second = {**first, "aims_en": ["To meet across firms."]}
    assert browser.post(page, data={**first, "months": ["9"], "mentees-places": ["26"]}).status_code == 303
    answer = browser.post(page, data=second, follow_redirects=True)
    assert "What a colleague changed meanwhile was kept" in answer.text
    kept = rows(operator)[0].modalities
    assert (kept.months, kept.mentees.places, kept.aims.en) == (9, 26, "To meet across firms.")


def test_two_who_change_the_same_field_see_both_and_the_second_keeps_theirs(begin, cast, sign_in, operator):
    programme = begin(cast.ned, "cross_company")
    browser, page = sign_in(cast.ned), f"/bridge/programmes/{programme.id}/design"
    stale = typed(browser.get(page).text)
    assert browser.post(page, data={**stale, "months": ["9"], "cadence": ["quarterly"]}).status_code == 303
    answer = browser.post(page, data={**stale, "months": ["6"], "audience_en": ["For all."]})
    assert answer.status_code == 422
    assert "Ned Bridge changed this programme while you were writing" in answer.text
    assert "<b>Ned Bridge</b>: 9" in answer.text and "<b>You</b>: 6" in answer.text
    assert rows(operator)[0].modalities.months == 9
    assert browser.post(page, data=typed(answer.text)).status_code == 303
    kept = rows(operator)[0].modalities
    assert (kept.months, kept.cadence, kept.audience.en) == (6, "quarterly", "For all.")


def test_what_does_not_hold_is_refused_and_what_was_typed_stays(begin, cast, sign_in, operator):
    programme = begin(cast.ned, "organised")
    browser, page = sign_in(cast.ned), f"/bridge/programmes/{programme.id}/design"
    data = typed(browser.get(page).text)
    assert data["timeline-1-phase"] == ["nomination"]
    answer = browser.post(page, data={**data, "timeline-1-day": ["200"], "aims_en": ["Typed with care."]})
    assert answer.status_code == 422
    assert "A phase begins before the one that it follows" in answer.text
    assert "Typed with care." in answer.text and 'value="200"' in answer.text
    answer = browser.post(page, data={**data, "months": ["90"], "mentors-places": ["none"]})
    assert answer.status_code == 422
    assert 'href="#months"' in answer.text and 'href="#mentors-places"' in answer.text
    assert len(rows(operator, ProgrammeVersion)) == 1


def test_versions_say_what_changed_and_an_earlier_one_stands_again(begin, cast, sign_in, operator):
    programme = begin(cast.abe, "organised")
    browser, page = sign_in(cast.abe), f"/acme/programmes/{programme.id}/design"
    browser.post(page, data={**typed(browser.get(page).text), "months": ["6"]})
    listed = browser.get(f"/acme/programmes/{programme.id}/versions").text
    assert "<del>12</del>" in listed and "<ins>6</ins>" in listed and "Abe Acme" in listed
    assert browser.post(f"/acme/programmes/{programme.id}/versions/1/restoration").status_code == 303
    assert rows(operator)[0].modalities.months == 12
    assert len(rows(operator, ProgrammeVersion)) == 3, "restoring is a version too"


def test_a_template_goes_out_as_a_file_and_comes_in_again(begin, cast, sign_in, operator):
    programme = begin(cast.ned, "board")
    text = sign_in(cast.ned).get(f"/bridge/programmes/{programme.id}/template").data
    data = {"file": (io.BytesIO(text), "board.yaml")}
    answer = sign_in(cast.hal).post("/harbour/programmes/imports", data=data)
    assert answer.status_code == 303, answer.text
    brought = next(one for one in rows(operator) if one.org_id == cast.hal.org_id)
    assert (brought.name_fr, brought.modalities) == (programme.name_fr, programme.modalities)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("schema: 7\nname: {en: X}\nmodalities: {}", "Line 1, <code>schema</code>", "schema 7"),
        (
            "schema: 1\nname: {en: X}\nmodalities:\n  form: peer\n  monts: 6\n  timeline: [{phase: launch, day: 0}]",
            "Line 5, <code>modalities.monts</code>",
            "Nothing is known by this name",
        ),
        (
            "schema: 1\nname: {en: X}\nmodalities:\n  form: peer\n  timeline:\n    - {phase: launch, day: 0}\n"
            "    - {phase: closing, day: -5}",
            "Line 3, <code>modalities</code>",
            "A phase begins before the one that it follows",
        ),
        (
            "schema: 1\nname: {en: X}\nmodalities:\n  form: peer\n  timeline: [{phase: launch, day: 0}]\n  mentees:\n"
            "    eligibility:\n      - {on: role, any_of: [member]}\n      - {on: role, any_of: [hr_partner]}",
            "Line 9, <code>modalities.mentees.eligibility.1</code>",
            "Nobody can meet this rule",
        ),
        ("schema: 1\nmodalities: &a [*a]", "Line 2", "References"),
        ("[" * 40, "Line 1", ""),
        ("just words", "Line 1", "This is no programme template"),
        ("", "", "Choose a file, or paste its text"),
    ],
)
def test_a_file_that_is_no_template_is_refused_by_path_and_line(text, line, words, cast, sign_in, operator):
    answer = sign_in(cast.ned).post("/bridge/programmes/imports", data={"text": text})
    assert answer.status_code == 422
    assert line in answer.text and words in answer.text
    assert rows(operator) == []


def test_a_binary_file_is_refused(cast, sign_in):
    data = {"file": (io.BytesIO(b"\xff\xfe\x00PK"), "x.yaml")}
    answer = sign_in(cast.ned).post("/bridge/programmes/imports", data=data)
    assert answer.status_code == 422 and "not text in UTF-8" in answer.text


def test_last_years_programme_is_cloned_with_its_firms_under_the_next_year(cast, sign_in, operator):
    programme = make_programme(operator, cast.ned, cast.mia, cast.max)
    programme.name_en, programme.name_fr = "Crossing 2026", "Traversée 2026"
    operator.commit()
    assert sign_in(cast.ned).post(f"/bridge/programmes/{programme.id}/copies").status_code == 303
    copy = next(one for one in rows(operator) if one.id != programme.id)
    assert (copy.name_en, copy.name_fr, copy.state) == ("Crossing 2027", "Traversée 2027", ProgrammeState.draft)
    assert set(copy.parties) == {cast.mia.org_id, cast.max.org_id}
    assert copy.modalities == programme.modalities


def test_a_network_lends_a_template_and_takes_it_back(begin, cast, sign_in, operator):
    programme = begin(cast.ned, "reverse")
    network, firm, stranger = sign_in(cast.ned), sign_in(cast.abe), sign_in(cast.hal)
    copies = f"/programmes/loans/{cast.ned.org_id}/{programme.id}/copies"
    assert firm.post(f"/acme{copies}").status_code == 404, "not lent yet"
    assert network.post(f"/bridge/programmes/{programme.id}/loan").status_code == 303
    assert "Lent by your network" in firm.get("/acme/programmes/new").text
    assert stranger.post(f"/harbour{copies}").status_code == 404
    assert firm.post(f"/acme{copies}").status_code == 303
    assert network.post(f"/bridge/programmes/{programme.id}/loan/end").status_code == 303
    assert "Lent by your network" not in firm.get("/acme/programmes/new").text
    assert firm.post(f"/acme{copies}").status_code == 404
    mine = next(one for one in rows(operator) if one.org_id == cast.abe.org_id)
    assert mine.modalities == programme.modalities, "what was made from it stays"


def test_a_company_lends_nothing(begin, cast, sign_in):
    programme = begin(cast.abe, "peer")
    assert sign_in(cast.abe).post(f"/acme/programmes/{programme.id}/loan").status_code == 409


def test_it_opens_only_when_no_remark_says_stop_and_firms_are_told(begin, cast, sign_in, operator, work, mailbox):
    programme = begin(cast.ned, "cross_company")
    browser, page = sign_in(cast.ned), f"/bridge/programmes/{programme.id}"
    assert "Nobody takes part yet" in browser.get(f"{page}/design").text
    assert browser.post(f"{page}/opening").status_code == 409
    acme, globex = cast.ann.org_id, cast.gil.org_id
    data = {"shown": "1", "rows-0-firm_id": str(acme), "rows-0-chosen": "y", "rows-1-firm_id": str(globex)}
    assert browser.post(f"{page}/parties", data=data).status_code == 303
    assert "Only Acme takes part" in browser.get(f"{page}/design").text
    assert browser.post(f"{page}/opening").status_code == 409
    data |= {"rows-1-chosen": "y", "rows-1-max_mentees": "4"}
    assert browser.post(f"{page}/parties", data=data).status_code == 303
    work()
    assert mailbox.to("gil@globex.example") == [], "nobody hears of a draft"
    assert sign_in(cast.gus).get("/globex/programmes/").text.count("Cross-company mentoring") == 0
    assert browser.post(f"{page}/opening").status_code == 303
    work()
    letters = mailbox.to("gil@globex.example")
    assert [str(one["Subject"]) for one in letters] == ["Globex takes part in Cross-company mentoring"]
    assert "Cross-company mentoring" in sign_in(cast.gus).get("/globex/programmes/").text
    where = f"/globex/programmes/askings/{cast.ned.org_id}/{programme.id}"
    assert "Your mentees at most" in sign_in(cast.gil).get(where).text
    assert "Mentors at most: Acme" in browser.get(f"{page}/parties").text
    for form, said in (("reverse", "senior mentees"), ("external", "students")):
        operator.execute(sa.update(Programme).where(Programme.id == programme.id).values(form=form))
        operator.commit()
        assert f"Your {said} at most" in sign_in(cast.gil).get(where).text
        assert f"{said.capitalize()} at most: Acme" in browser.get(f"{page}/parties").text
    operator.execute(sa.update(Programme).where(Programme.id == programme.id).values(form="cross_company"))
    operator.commit()
    assert sign_in(cast.gil).post(f"{where}/departure").status_code == 303
    assert "Cross-company mentoring" not in sign_in(cast.gus).get("/globex/programmes/").text
    work()
    assert "Globex does not take part" in str(mailbox.to("ned@bridge.example")[-1]["Subject"])


def test_a_school_is_asked_by_its_address_and_answers_for_itself(begin, cast, sign_in, operator, work, mailbox):
    programme = begin(cast.abe, "external")
    browser, page = sign_in(cast.abe), f"/acme/programmes/{programme.id}"
    said = []
    for slug in ("initech", "nobody-here"):
        answer = browser.post(f"{page}/askings", data={"slug": slug, "is_school": "y"}, follow_redirects=True)
        said.append(answer.text.replace(slug, "…"))
        assert "Asked, without an answer yet" in answer.text
    assert "Initech" not in said[0] + said[1], "asking tells nothing about who is here"
    with acting(browser.application, cast.abe):
        from tenants.shared.database import db

        seen = db.session.scalars(sa.select(ProgrammeParty.firm_id)).all()
    assert seen == [cast.abe.org_id], "the wall does not show who was asked either"
    work()
    assert mailbox.to("ida@initech.example") == [], "a plain member answers for nobody"
    where = f"/initech/programmes/askings/{cast.abe.org_id}/{programme.id}"
    assert sign_in(cast.ida).get(where).status_code == 404
    operator.execute(
        sa.text("UPDATE affiliation SET role = 'hr_partner' WHERE id = :id"), {"id": cast.ida.affiliation_id}
    )
    operator.commit()
    browser.post(f"{page}/askings", data={"slug": "initech", "is_school": "y"})
    work()
    assert len(mailbox.to("ida@initech.example")) == 1
    text = sign_in(cast.ida).get(where).text
    assert "Safeguarding" in text and "Take part" in text
    assert "asks you to take part" in sign_in(cast.ida).get("/initech/programmes/").text
    assert sign_in(cast.gil).get(where.replace("initech", "globex")).status_code == 404
    assert sign_in(cast.ida).post(f"{where}/acceptance").status_code == 303
    assert sign_in(cast.ida).post(f"{where}/refusal").status_code == 409, "answered already"
    party = next(one for one in rows(operator, ProgrammeParty) if one.firm_id == cast.ida.org_id)
    assert (party.state, party.is_school) == (PartyState.active, True)
    text = browser.get(f"{page}/parties").text
    assert "Initech" in text and "nobody-here" in text
    assert browser.post(f"{page}/askings/withdrawal", data={"slug": "nobody-here"}).status_code == 303
    assert "nobody-here" not in browser.get(f"{page}/parties").text
    assert browser.post(f"{page}/opening").status_code == 303
    work()
    assert "Initech takes part in" in str(mailbox.to("abe@acme.example")[-1]["Subject"])


def test_a_school_that_is_not_here_yet_is_brought_in(begin, cast, sign_in, anonymous, operator, work, mailbox):
    programme = begin(cast.abe, "external")
    browser, page = sign_in(cast.abe), f"/acme/programmes/{programme.id}"
    wrong = browser.post(f"{page}/schools", data={"partner": "dean", "language": "en"})
    assert wrong.status_code == 422 and 'value="dean"' in wrong.text
    answer = browser.post(
        f"{page}/schools", data={"partner": "dean@lyceum.example", "language": "en"}, follow_redirects=True
    )
    assert "lyceum.example" in answer.text and "the link works until" in answer.text
    slug = re.search(r'value="(school-[0-9a-f]+)"', answer.text)[1]
    assert browser.post(f"{page}/schools/invitation", data={"slug": slug}).status_code == 409, "a day has not passed"
    operator.execute(sa.text("UPDATE invitation SET sent_at = sent_at - interval '2 days' WHERE email LIKE 'dean%'"))
    operator.commit()
    assert browser.post(f"{page}/schools/invitation", data={"slug": slug}).status_code == 303
    work()
    first, second = (
        re.search(r"/invitations/\S+", one.get_body(("plain",)).get_content()).group()
        for one in mailbox.to("dean@lyceum.example")
    )
    assert "Abe Acme" in anonymous.get(second).text
    data = {"name": "Dora Dean", "password": "a sentence of my own", "locale": "en", "time_zone": "Europe/Paris"}
    assert anonymous.post(f"{first}/acceptance", data=data).status_code == 410, "the earlier link is dead"
    assert anonymous.post(f"{second}/acceptance", data=data).status_code == 303
    assert "its answer is still to come" in browser.get(f"{page}/parties").text
    named = {"name": "Lyceum", "slug": "lyceum", "industry": "", "accent": "#0e5a5c"}
    assert anonymous.post(f"/{slug}/welcome/name", data=named).status_code == 303
    work()
    (letter,) = [
        one for one in mailbox.to("dean@lyceum.example") if "take part" in one.get_body(("plain",)).get_content()
    ]
    where = f"/lyceum/programmes/askings/{cast.abe.org_id}/{programme.id}"
    assert where in letter.get_body(("plain",)).get_content()
    assert anonymous.post(f"{where}/acceptance").status_code == 303
    school = operator.scalars(sa.select(Organisation).where(Organisation.slug == "lyceum")).one()
    party = next(one for one in rows(operator, ProgrammeParty) if one.firm_id == school.id)
    assert (party.state, party.is_school) == (PartyState.active, True)
    assert "Lyceum" in browser.get(f"{page}/parties").text


def test_twenty_schools_wait_at_most_and_one_that_is_withdrawn_waits_no_longer(
    begin, cast, sign_in, anonymous, operator, work, mailbox
):
    programme = begin(cast.abe, "external")
    browser, page = sign_in(cast.abe), f"/acme/programmes/{programme.id}"
    invite = lambda email: browser.post(f"{page}/schools", data={"partner": email, "language": "en"})  # noqa: E731
    assert invite("dean@lyceum.example").status_code == 303
    for number in range(19):
        founded = {"invited_by_id": cast.abe.org_id, "provisional": True}
        school = make_organisation(operator, f"school-{number:02}", OrganisationKind.company, **founded)
        asking = {"programme_id": programme.id, "slug": school.slug, "firm_id": school.id, "is_school": True}
        asked = {"asked_by_id": cast.abe.person_id, "asked_at": programme.created_at}
        operator.add(ProgrammeAsking(org_id=cast.abe.org_id, **asking, **asked))
    operator.commit()
    refused = invite("dean@academy.example")
    assert refused.status_code == 422 and "Twenty schools that you invited have not registered yet" in refused.text
    work()
    assert mailbox.to("dean@academy.example") == []
    link = re.search(
        r"/invitations/\S+", mailbox.to("dean@lyceum.example")[0].get_body(("plain",)).get_content()
    ).group()
    slug = operator.scalars(
        sa.select(Organisation.slug).where(Organisation.slug.like("school-%"), sa.func.length(Organisation.slug) > 15)
    ).one()
    assert browser.post(f"{page}/askings/withdrawal", data={"slug": slug}).status_code == 303
    assert "lyceum.example" not in browser.get(f"{page}/parties").text
    data = {"name": "Dora Dean", "password": "a sentence of my own", "locale": "en", "time_zone": "Europe/Paris"}
    assert anonymous.post(f"{link}/acceptance", data=data).status_code == 410, "the link is dead"
    assert invite("dean@academy.example").status_code == 303, "room for one more, as the sentence said"
    assert invite("dean@college.example").status_code == 422


def test_only_an_external_programme_founds_a_school(app, begin, cast, sign_in):
    programme = begin(cast.abe, "informal")
    data = {"partner": "dean@lyceum.example", "language": "en"}
    answer = sign_in(cast.abe).post(f"/acme/programmes/{programme.id}/schools", data=data)
    assert answer.status_code == 409 and "external form" in answer.text
    with acting(app, cast.abe):
        from tenants.shared.database import db

        founded = sa.func.found_school(programme.id, "school-of-nobody", "x", "en", sa.func.now())
        assert db.session.scalar(sa.select(founded)) is None, "nor past the page"


def test_nobody_is_made_to_take_part(begin, cast, sign_in, app, operator):
    """A company adds itself; anybody else says so for themselves. The wall agrees."""
    programme = begin(cast.abe, "organised")
    data = {"shown": "1", "rows-0-firm_id": str(cast.ida.org_id), "rows-0-chosen": "y"}
    sign_in(cast.abe).post(f"/acme/programmes/{programme.id}/parties", data=data)
    assert [one.firm_id for one in rows(operator, ProgrammeParty)] == [cast.abe.org_id]
    from tenants.shared.database import db

    with acting(app, cast.abe), pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        db.session.execute(
            sa.insert(ProgrammeParty.__table__).values(
                org_id=cast.abe.org_id,
                programme_id=programme.id,
                firm_id=cast.ida.org_id,
                state="active",
                asked_at=sa.func.now(),
            )
        )


def test_a_quota_below_what_is_enrolled_is_refused(cast, sign_in, operator):
    programme = make_programme(operator, cast.ned, cast.mia, cast.max)
    cohort = make_cohort(operator, programme)
    enrol(operator, cohort, cast.mia, Side.mentee)
    operator.commit()
    page = f"/bridge/programmes/{programme.id}/parties"
    acme, globex = str(cast.mia.org_id), str(cast.max.org_id)
    data = {"shown": "1", "rows-0-firm_id": acme, "rows-0-chosen": "y", "rows-1-firm_id": globex, "rows-1-chosen": "y"}
    answer = sign_in(cast.ned).post(page, data={**data, "rows-0-max_mentees": "0"})
    assert answer.status_code == 422
    assert "Acme has 1 person in a cohort" in answer.text and 'value="0"' in answer.text
    data.pop("rows-0-chosen")
    assert sign_in(cast.ned).post(page, data=data).status_code == 422, "nor can the firm be taken off"
    assert all(one.state is PartyState.active for one in rows(operator, ProgrammeParty))


def test_the_sheet_cannot_fall_below_who_is_there_and_an_open_one_stays_sound(cast, sign_in, operator):
    ready = ready_templates()[Form.cross_company].modalities.model_dump(exclude={"form"})
    programme = make_programme(operator, cast.ned, cast.mia, cast.max, **ready)
    cohort = make_cohort(operator, programme)
    enrol(operator, cohort, cast.mia, Side.mentee)
    enrol(operator, cohort, cast.ann, Side.mentee)
    operator.commit()
    browser, page = sign_in(cast.ned), f"/bridge/programmes/{programme.id}/design"
    data = typed(browser.get(page).text)
    answer = browser.post(page, data={**data, "quota_mentees": ["1"], "aims_en": ["Typed with care."]})
    assert answer.status_code == 422
    assert "Of Acme, mentees enrolled already: 2. Its quota cannot be 1." in answer.text
    assert "Typed with care." in answer.text
    answer = browser.post(page, data={**data, "mentees-places": ["1"]})
    assert "Enrolled already as mentees: 2" in answer.text
    answer = browser.post(page, data={**data, "ways_in": []})
    assert answer.status_code == 422 and "Nobody can come in" in answer.text
    assert browser.post(page, data={**data, "quota_mentees": ["2"]}).status_code == 303


def test_archiving_is_undone_and_a_programme_with_a_cohort_is_no_draft_again(cast, sign_in, operator):
    programme = make_programme(operator, cast.ned, cast.mia, cast.max)
    make_cohort(operator, programme)
    operator.commit()
    browser, page = sign_in(cast.ned), f"/bridge/programmes/{programme.id}"
    assert browser.post(f"{page}/draft").status_code == 409
    assert browser.post(f"{page}/archiving").status_code == 303
    assert browser.post(f"{page}/design", data=typed(browser.get(f"{page}/design").text)).status_code == 409
    assert browser.post(f"{page}/return").status_code == 303
    assert rows(operator)[0].state is ProgrammeState.open
    verbs = {line.verb for line in operator.scalars(sa.select(Activity)) if line.org_id == cast.ned.org_id}
    assert {"programme.turned_archived", "programme.turned_open"} <= verbs


def test_the_count_of_the_eligible_never_tells_of_fewer_than_five(app, cast, operator):
    from marketplace.programmes.design_queries import eligible_people
    from marketplace.programmes.modalities import Condition, SideRules

    programme = make_programme(operator, cast.ned, cast.mia, cast.max)
    operator.commit()
    with acting(app, cast.ned):
        assert eligible_people(programme, SideRules()) == 7, "Acme's four and Globex's three"
        few = SideRules(eligibility=(Condition(on="organisation", any_of=(str(cast.mia.org_id),)),))
        assert eligible_people(programme, few) is None
        rest = SideRules(eligibility=(Condition(on="role", any_of=("member",)),))
        assert eligible_people(programme, rest) is None
    with acting(app, cast.hal):
        assert eligible_people(programme, SideRules()) is None, "another network learns nothing"
