"""A programme's page inside its audience, how one joins, its timeline, its poster."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from marketplace.papers import drawing
from marketplace.papers.drawing import Sheet
from marketplace.programmes.modalities import Form, Phase, Side
from marketplace.programmes.models import CohortPhase, CohortState, EnrolmentState, ProgrammeState
from marketplace.programmes.queries import phases_of
from marketplace.showcase import views
from marketplace.showcase.joining import Way, joining, next_cohort
from marketplace.showcase.picture import FOOT, LEFT, RIGHT, picture
from marketplace.showcase.poster import code_svg, in_brief
from marketplace.showcase.queries import cohorts_shown, host_of, named_firms, programme_seen_or_404
from tests.factories import NOW, acting, enrol, make_cohort, make_programme
from tests.marketplace.kit.qr_reader import read

TODAY = date(2026, 11, 2)


@pytest.fixture
def said(sign_in, programme):
    def page(actor, path=""):
        client = sign_in(actor)
        client.set_cookie("language", "en")
        answer = client.get(f"/{actor.slug}/programmes/{programme.id}{path}")
        return answer.status_code, answer.get_data(as_text=True)

    return page


def way(app, actor, programme):
    with acting(app, actor) as viewer:
        seen = programme_seen_or_404(viewer, programme.id)
        cohorts = cohorts_shown(viewer, seen)
        timelines = {one.id: phases_of(one) for one in cohorts}
        cohort = next_cohort(cohorts, timelines)
        found = joining(seen, cohort, timelines[cohort.id] if cohort else ())
        return found.way, found.day


def test_the_page_says_what_for_whom_and_when(operator, cast, said, programme, cohort):
    del cohort
    programme.choices = programme.choices | {
        "aims": {"en": "More women in operations.", "fr": "Plus de femmes aux opérations."},
        "audience": {"en": "Engineers in their first lead.", "fr": ""},
    }
    operator.merge(programme)
    operator.commit()
    status, text = said(cast.gus)
    assert status == 200
    for words in (
        "Crossing",
        "Bridge",
        "More women in operations.",
        "Engineers in their first lead.",
        "11 Jan 2027",
        "12 months",
    ):
        assert words in text, words
    assert said(cast.hal)[0] == 404
    assert "Design" not in text and "Download the poster" not in text


@pytest.mark.parametrize(
    ("opened", "ways_in", "name", "expected"),
    [
        (Phase.call, ("application",), "gus", Way.apply),
        (None, ("application",), "gus", Way.soon),
        (Phase.nomination, ("nomination",), "gus", Way.through_firm),
        (Phase.nomination, ("nomination",), "gil", Way.nominate),
        (Phase.nomination, ("nomination", "application"), "gus", Way.apply),
        (Phase.matching, ("application",), "gus", Way.closed),
        (Phase.call, ("application",), "ned", Way.runs),
    ],
)
def test_the_page_offers_what_can_be_done_today(app, operator, cast, opened, ways_in, name, expected):
    phases = [Phase.nomination if ways_in == ("nomination",) else Phase.application, Phase.approval, Phase.launch]
    timeline = [{"phase": phase, "day": day} for phase, day in zip(phases, (-90, -60, 0), strict=True)]
    if opened is Phase.call or opened is Phase.nomination:
        opened = phases[0]
    programme = make_programme(operator, cast.ned, cast.mia, cast.max, timeline=timeline, ways_in=ways_in)
    cohort = make_cohort(operator, programme, opened=opened or Phase.call)
    operator.commit()
    found, day = way(app, cast[name], programme)
    assert found is expected
    if expected in {Way.apply, Way.through_firm, Way.nominate}:
        assert day == cohort.launch_on - timedelta(days=60)


def test_applications_wait_for_their_own_phase(app, operator, cast):
    days = {Phase.nomination: -90, Phase.application: -60, Phase.approval: -30, Phase.launch: 0}
    timeline = [{"phase": phase, "day": day} for phase, day in days.items()]
    programme = make_programme(operator, cast.ned, cast.mia, cast.max, timeline=timeline, ways_in=("application",))
    cohort = make_cohort(operator, programme, opened=Phase.nomination)
    operator.commit()
    assert way(app, cast.gus, programme) == (Way.soon, cohort.launch_on - timedelta(days=60))


def test_two_ways_in_that_begin_on_one_day_are_both_open(app, operator, cast):
    days = {Phase.nomination: -60, Phase.application: -60, Phase.approval: -30, Phase.launch: 0}
    timeline = [{"phase": phase, "day": day} for phase, day in days.items()]
    programme = make_programme(operator, cast.ned, cast.mia, cast.max, timeline=timeline)
    cohort = make_cohort(operator, programme, opened=Phase.application)
    phases = sa.update(CohortPhase).where(CohortPhase.cohort_id == cohort.id)
    # The clock opens the one and then, within the same moment, the other.
    operator.execute(phases.where(CohortPhase.phase == Phase.nomination).values(closed_at=NOW))
    operator.commit()
    assert way(app, cast.gil, programme)[0] is Way.nominate
    assert way(app, cast.gus, programme)[0] is Way.apply


def test_without_a_cohort_or_before_it_opens_there_are_no_dates(app, operator, cast, programme):
    assert way(app, cast.gus, programme)[0] is Way.no_cohort
    make_cohort(operator, programme, state=CohortState.draft)
    operator.commit()
    assert way(app, cast.gus, programme)[0] is Way.no_cohort


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (EnrolmentState.nominated, Way.nominated),
        (EnrolmentState.awaiting_employer, Way.on_its_way),
        (EnrolmentState.waiting, Way.on_its_way),
        (EnrolmentState.enrolled, Way.takes_part),
        (EnrolmentState.withdrawn, Way.closed),
    ],
)
def test_ones_own_standing_comes_first(app, operator, said, cast, programme, state, expected):
    enrol(operator, make_cohort(operator, programme), cast.gus, Side.mentee, state=state)
    operator.commit()
    assert way(app, cast.gus, programme)[0] is expected
    assert said(cast.gus)[0] == 200


@pytest.mark.parametrize("state", list(ProgrammeState))
def test_the_page_of_every_state_opens_for_those_who_run_it(operator, cast, said, programme, state):
    programme.state = state
    operator.merge(programme)
    operator.commit()
    status, text = said(cast.ned)
    assert status == 200 and "Design" in text
    assert said(cast.gus)[0] == (404 if state is ProgrammeState.draft else 200)


@pytest.mark.parametrize("form", list(Form))
def test_every_form_has_a_page(operator, sign_in, cast, form):
    made = make_programme(operator, cast.ned, cast.mia, form=form, circle={"least": 3, "most": 5})
    operator.commit()
    text = sign_in(cast.mia).get(f"/acme/programmes/{made.id}").get_data(as_text=True)
    assert ("Junior mentor" in text or "Mentor junior" in text or "mentor junior" in text.lower()) == (
        form is Form.reverse
    )


# --- who takes part ------------------------------------------------------------------------------------------------------


def test_firms_are_counted_until_the_runner_has_them_named(app, sign_in, cast, said, programme):
    _status, text = said(cast.gus)
    assert "2 organisations" in text and "<li>Acme</li>" not in text
    with acting(app, cast.gus) as viewer:
        assert named_firms(programme_seen_or_404(viewer, programme.id)) == []
    sign_in(cast.ned).post(f"/bridge/programmes/{programme.id}/firms", data={"named": "1"})
    assert "<li>Acme</li>" in said(cast.gus)[1]
    with acting(app, cast.hal) as viewer:
        from sqlalchemy import func, select

        from tenants.shared.database import db

        asked = func.programme_named_firms(programme.org_id, programme.id).table_valued("name")
        assert db.session.execute(select(asked)).all() == [], viewer.org_id
    sign_in(cast.ned).post(f"/bridge/programmes/{programme.id}/firms", data={"named": "0"})
    assert "<li>Acme</li>" not in said(cast.gus)[1]


def test_the_host_is_known_to_its_audience(app, cast, programme):
    with acting(app, cast.gus) as viewer:
        host = host_of(programme_seen_or_404(viewer, programme.id))
        assert (host.name, host.is_network, host.logo) == ("Bridge", True, None)


# --- the picture -----------------------------------------------------------------------------------------------------------


def phase(name, day, opened=False):
    return CohortPhase(phase=name, starts_on=day, by_hand=False, opened_at=NOW if opened else None, skipped_at=None)


def test_the_arc_is_walked_as_far_as_today():
    year = [
        phase(Phase.call, TODAY, True),
        phase(Phase.launch, TODAY + timedelta(50)),
        phase(Phase.closing, TODAY + timedelta(100)),
    ]
    drawn = picture(year, TODAY + timedelta(50))
    assert [(one.x, one.y) for one in (drawn.posts[0], drawn.posts[-1])] == [(LEFT, FOOT), (RIGHT, FOOT)]
    middle = drawn.posts[1]
    assert middle.x == 360.0 and drawn.walked.endswith(f"{middle.x} {middle.y}")
    assert [one.now for one in drawn.posts] == [True, False, False]
    assert picture(year, TODAY).walked == ""


@pytest.mark.parametrize("days", [[], [TODAY], [TODAY, TODAY]])
def test_a_timeline_with_nowhere_to_go_has_no_picture(days):
    assert picture([phase(Phase.launch, day) for day in days], TODAY) is None


# --- the poster ------------------------------------------------------------------------------------------------------------


def pages(pdf):
    return [
        tuple(round(float(side)) for side in box.split()[2:]) for box in re.findall(rb"/MediaBox \[([\d. ]+)\]", pdf)
    ]


@pytest.mark.parametrize(("size", "box"), [("a4", (595, 842)), ("a3", (842, 1191)), ("a0", (595, 842))])
@pytest.mark.parametrize("languages", ["en", "both"])
def test_a_poster_is_one_page_of_its_size(sign_in, cast, programme, cohort, printed, size, box, languages):
    del cohort
    path = f"/acme/programmes/{programme.id}/poster?size={size}&languages={languages}"
    answer = printed(sign_in(cast.ann), path)
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    assert pages(unpacked(answer.data)) == [box]


def unpacked(pdf):
    import zlib

    plain = pdf
    for part in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            plain += zlib.decompress(part)
        except zlib.error:
            continue
    return plain


def test_a_poster_hangs_where_its_code_leads(app, sign_in, operator, cast, programme, work, monkeypatch):
    monkeypatch.setattr(drawing, "pdf_of", lambda html, pictures: b"%PDF-1.7")
    client, asked = (
        sign_in(cast.ned),
        [f"/bridge/programmes/{programme.id}/poster?firm={x}" for x in ("globex", "harbour")],
    )
    assert [client.get(path).status_code for path in asked] == [202, 202]
    work()
    names = [client.get(path).headers["Content-Disposition"] for path in asked]
    assert "poster-globex.pdf" in names[0] and "poster-acme.pdf" in names[1]
    alone = make_programme(operator, cast.ned)
    draft = make_programme(operator, cast.ned, cast.mia, state=ProgrammeState.draft)
    operator.commit()
    assert client.get(f"/bridge/programmes/{alone.id}/poster").status_code == 409
    assert client.get(f"/bridge/programmes/{draft.id}/poster").status_code == 409


def test_aims_on_a_poster_end_with_a_sentence():
    assert in_brief("One **bold** sentence.", 200) == "One bold sentence."
    long = "This sentence has a good length, so that it may stand alone on a poster. " * 6
    assert in_brief(long, 200).endswith("poster.") and len(in_brief(long, 200)) <= 200
    assert in_brief("word " * 100, 200).endswith("word…")


@pytest.mark.parametrize(
    "address",
    ["http://localhost/acme/programmes/7", "https://mentorat.example.org/globex/programmes/7530422345503753612"],
)
def test_the_code_reads_as_the_address(address):
    assert read(code_svg(address).decode()) == address


def test_the_posters_code_is_the_page_of_its_readers(app, cast, sign_in, programme, monkeypatch):
    drawn = []
    monkeypatch.setattr(views, "poster_sheet", lambda poster: drawn.append(poster) or Sheet(""))
    sign_in(cast.ned).get(f"/bridge/programmes/{programme.id}/poster?firm=globex")
    path = read(code_svg(drawn[0].address).decode()).removeprefix(app.config["BASE_URL"])
    assert sign_in(cast.gus).get(path).status_code == 200
