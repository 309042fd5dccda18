"""The kit of a programme: who reads what, who writes, versions, two at once, hostile words, paper."""

from __future__ import annotations

import io
import zlib
from datetime import timedelta
from re import DOTALL, findall

import pytest
import sqlalchemy as sa

from marketplace.kit.models import Readers, Resource, ResourceFile, ResourceVersion
from marketplace.kit.queries import kit
from marketplace.papers import drawing
from marketplace.papers.models import DrawnPaper
from marketplace.programmes.modalities import Form, Side
from marketplace.programmes.models import PartyState, ProgrammeParty, ProgrammeState
from marketplace.showcase.queries import programme_seen_or_404
from tenants.shared.database import db
from tests.factories import acting, enrol, make_cohort, make_programme

GUIDE = "/guide-for-mentors"
WORDS = {"title_en": "How we do it", "title_fr": "Comment nous faisons", "side": "mentors", "version": "0"}


def keys(app, actor, programme):
    with acting(app, actor) as viewer:
        return {item.key for item in kit(programme_seen_or_404(viewer, programme.id))}


def write(sign_in, at, actor, path=f"{GUIDE}/text", **changes):
    return sign_in(actor).post(at(actor, path), data=WORDS | {"body_en": "Ours.", "body_fr": "À nous."} | changes)


def page(sign_in, at, actor, path=""):
    client = sign_in(actor)
    client.set_cookie("language", "en")
    answer = client.get(at(actor, path))
    return answer.status_code, answer.get_data(as_text=True)


# --- who reads ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "mentors", "mentees"),
    [
        ("max", True, False),
        ("mia", False, True),
        ("gus", False, False),
        ("ann", True, True),
        ("gil", True, True),
        ("ned", True, True),
    ],
)
def test_a_guide_for_one_side_is_for_that_side_and_its_coordinators(
    app, cast, programme, cohort, name, mentors, mentees
):
    del cohort
    found = keys(app, cast[name], programme)
    assert ("guide-for-mentors" in found, "guide-for-mentees" in found) == (mentors, mentees)
    assert {"first-meeting", "charter", "questions"} <= found


@pytest.mark.parametrize("name", ["hal", "olga", "ida"])
def test_a_stranger_finds_no_kit(sign_in, at, cast, cohort, name):
    del cohort
    for path in ("", GUIDE, "/print", f"{GUIDE}/print"):
        assert page(sign_in, at, cast[name], path)[0] == 404


def test_a_mentee_cannot_open_the_mentors_guide_by_its_address(sign_in, at, cast, cohort):
    del cohort
    for path in (GUIDE, f"{GUIDE}/print"):
        assert page(sign_in, at, cast.mia, path)[0] == 404
    assert page(sign_in, at, cast.max, GUIDE)[0] == 200


def test_whoever_takes_part_keeps_the_kit_when_their_firm_leaves(app, operator, cast, programme, cohort):
    operator.get(ProgrammeParty, (cohort.org_id, programme.id, cast.max.org_id)).state = PartyState.left
    operator.commit()
    assert "guide-for-mentors" in keys(app, cast.max, programme)


def test_the_wall_alone_keeps_words_from_the_other_side(app, sign_in, at, cast, cohort):
    del cohort
    assert write(sign_in, at, cast.ned).status_code == 303
    for name, seen in (("max", 1), ("gil", 1), ("mia", 0), ("gus", 0), ("hal", 0), ("olga", 0)):
        with acting(app, cast[name]):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(ResourceVersion)) == seen, name


def test_a_draft_programmes_kit_is_for_those_who_run_it(app, operator, sign_in, at, cast, programme):
    programme.state = ProgrammeState.draft
    operator.merge(programme)
    operator.commit()
    assert page(sign_in, at, cast.ned)[0] == 200
    assert page(sign_in, at, cast.ann)[0] == 404


# --- writing -----------------------------------------------------------------------------------------------------------


def test_what_the_runner_writes_is_what_participants_read_and_the_default_comes_back(sign_in, at, cast, cohort):
    del cohort
    assert "shortens somebody else" in page(sign_in, at, cast.max, GUIDE)[1]
    assert write(sign_in, at, cast.ned, body_en="Only **three** meetings.").status_code == 303
    read = page(sign_in, at, cast.max, GUIDE)[1]
    assert "Only <strong>three</strong> meetings." in read and "shortens somebody else" not in read
    assert "Edited here" in page(sign_in, at, cast.ned)[1] and "Edited here" not in page(sign_in, at, cast.max)[1]

    assert sign_in(cast.ned).post(at(cast.ned, f"{GUIDE}/default")).status_code == 303
    assert "shortens somebody else" in page(sign_in, at, cast.max, GUIDE)[1]
    assert "Edited here" not in page(sign_in, at, cast.ned)[1]

    assert sign_in(cast.ned).post(at(cast.ned, f"{GUIDE}/versions/1/return")).status_code == 303
    assert "Only <strong>three</strong>" in page(sign_in, at, cast.max, GUIDE)[1]
    said = page(sign_in, at, cast.ned, f"{GUIDE}/versions")[1]
    assert "Version 3" in said and "back to the default" in said and cast.ned.name in said


def test_the_default_has_no_row_until_it_is_changed_and_saving_it_unchanged_makes_none(
    operator, sign_in, at, cast, programme
):
    client = sign_in(cast.ned)
    form = client.get(at(cast.ned, f"{GUIDE}/text")).get_data(as_text=True)
    texts = dict(findall(r'<textarea[^>]*name="(body_..)"[^>]*>(.*?)</textarea>', form, DOTALL))
    from html import unescape

    client.post(
        at(cast.ned, f"{GUIDE}/text"),
        data={
            "title_en": "Guide for mentors",
            "title_fr": "Guide du mentor et de la mentore",
            "side": "mentors",
            "version": "0",
            **{name: unescape(text) for name, text in texts.items()},
        },
    )
    assert operator.scalar(sa.select(sa.func.count()).select_from(Resource)) == 0


@pytest.mark.parametrize("name", ["ann", "max", "mia", "gus"])
def test_only_those_who_run_the_programme_write(sign_in, at, operator, cast, cohort, name):
    del cohort
    client = sign_in(cast[name])
    for path in ("", f"{GUIDE}/text", f"{GUIDE}/default", f"{GUIDE}/hiding", f"{GUIDE}/place", f"{GUIDE}/removal"):
        assert client.post(at(cast[name], path), data=WORDS | {"body_en": "Mine."}).status_code == 404
    assert operator.scalar(sa.select(sa.func.count()).select_from(Resource)) == 0


def test_two_who_write_in_different_places_lose_nothing(sign_in, at, cast, cohort):
    del cohort
    write(sign_in, at, cast.ned, body_en="One.\n\nTwo.\n\nThree.")
    write(sign_in, at, cast.ned, version="1", body_en="One, said better.\n\nTwo.\n\nThree.")
    assert write(sign_in, at, cast.ned, version="1", body_en="One.\n\nTwo.\n\nThree, said better.").status_code == 303
    read = page(sign_in, at, cast.max, GUIDE)[1]
    assert "One, said better." in read and "Three, said better." in read


def test_the_second_of_two_on_the_same_line_sees_what_the_first_wrote_and_keeps_what_they_typed(
    sign_in, at, cast, cohort
):
    del cohort
    write(sign_in, at, cast.ned, body_en="One.")
    write(sign_in, at, cast.ned, version="1", body_en="The first was here.")
    answer = write(sign_in, at, cast.ned, version="1", body_en="The second was here.")
    said = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "<del>" in said and "The first was here." in said and "The second was here.</textarea>" in said
    assert 'value="2"' in said
    assert "The first was here." in page(sign_in, at, cast.max, GUIDE)[1]
    assert write(sign_in, at, cast.ned, version="2", body_en="The second was here.").status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"title_en": "", "title_fr": ""},
        {"body_en": " ", "body_fr": ""},
        {"title_en": "x" * 121},
        {"body_en": "x" * 40_001},
        {"side": "everyone"},
    ],
)
def test_a_form_that_cannot_be_kept_says_why_and_keeps_what_was_typed(sign_in, at, operator, cast, cohort, changes):
    del cohort
    answer = write(sign_in, at, cast.ned, **changes)
    assert answer.status_code == 422
    assert "Comment nous faisons" in answer.get_data(as_text=True) or "title_fr" in changes
    assert operator.scalar(sa.select(sa.func.count()).select_from(ResourceVersion)) == 0


def test_a_preview_shows_and_keeps_nothing(sign_in, at, operator, cast, cohort):
    del cohort
    answer = write(sign_in, at, cast.ned, look="1", body_en="**Look** at me.")
    assert answer.status_code == 200 and "<strong>Look</strong>" in answer.get_data(as_text=True)
    assert operator.scalar(sa.select(sa.func.count()).select_from(Resource)) == 0


def test_one_language_is_enough_and_the_other_reader_gets_it(sign_in, at, cast, cohort):
    del cohort
    write(sign_in, at, cast.ned, body_en="", title_en="")
    read = page(sign_in, at, cast.max, GUIDE)[1]
    assert "À nous." in read and 'lang="fr"' in read


HOSTILE = (
    "<script>alert(1)</script> ![x](https://evil.example/x.png) [press](javascript:alert(1)) "
    "[here](/acme/settings) <img src=x onerror=alert(1)> [data](data:text/html,x)"
)


def test_hostile_words_do_nothing(sign_in, at, cast, cohort, printed):
    del cohort
    write(sign_in, at, cast.ned, body_en=HOSTILE, title_en="<b>Bold</b>")
    read = page(sign_in, at, cast.max, GUIDE)[1]
    article = read[read.index("<article") : read.index("</article>")]
    for act in ("<script", "<img", 'href="javascript', 'href="/acme', 'href="data:', "<b>Bold"):
        assert act not in article
    assert printed(sign_in(cast.max), at(cast.max, f"{GUIDE}/print")).data.startswith(b"%PDF")


# --- hidden, order, own papers -------------------------------------------------------------------------------------------


def test_a_hidden_paper_is_gone_for_readers_and_does_not_come_back_as_the_default(
    app, sign_in, at, cast, programme, cohort
):
    del cohort
    sign_in(cast.ned).post(at(cast.ned, "/questions/hiding"))
    assert "questions" not in keys(app, cast.max, programme) and "questions" in keys(app, cast.ned, programme)
    assert page(sign_in, at, cast.max, "/questions")[0] == 404
    sign_in(cast.ned).post(at(cast.ned, "/questions/showing"))
    assert "questions" in keys(app, cast.max, programme)


def test_papers_move_one_place_and_only_those_two_get_a_row(app, operator, sign_in, at, cast, programme):
    def order():
        with acting(app, cast.ned) as viewer:
            return [item.key for item in kit(programme_seen_or_404(viewer, programme.id))]

    first, second, *rest = order()
    sign_in(cast.ned).post(at(cast.ned, f"/{second}/place"), data={"to": "up"})
    assert order() == [second, first, *rest]
    assert operator.scalar(sa.select(sa.func.count()).select_from(Resource)) == 2
    sign_in(cast.ned).post(at(cast.ned, f"/{second}/place"), data={"to": "up"})
    assert order() == [second, first, *rest]


def add(sign_in, at, cast, kind, **values):
    data = WORDS | {"kind": kind, "body_en": "", "body_fr": "", "side": "all"} | values
    return sign_in(cast.ned).post(at(cast.ned), data=data, content_type="multipart/form-data")


def test_an_own_file_is_what_its_content_is_and_comes_as_a_download(operator, sign_in, at, cast, cohort):
    del cohort
    wrong = add(sign_in, at, cast, "file", file=(io.BytesIO(b"MZ\x90"), "plan.pdf"))
    assert wrong.status_code == 422
    assert add(sign_in, at, cast, "file").status_code == 422
    made = add(sign_in, at, cast, "file", side="mentors", file=(io.BytesIO(b"%PDF-1.7\nhello"), "plan.pdf"))
    assert made.status_code == 303
    key = operator.scalar(sa.select(Resource.id))
    got = sign_in(cast.max).get(at(cast.max, f"/{key}/file"))
    assert got.data == b"%PDF-1.7\nhello" and "attachment" in got.headers["Content-Disposition"]
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert sign_in(cast.mia).get(at(cast.mia, f"/{key}/file")).status_code == 404


def test_a_file_is_for_its_side_at_the_wall_too(app, operator, sign_in, at, cast, cohort):
    del cohort
    add(sign_in, at, cast, "file", side="mentors", file=(io.BytesIO(b"%PDF-1.7\nhello"), "plan.pdf"))
    for name, seen in (("max", 1), ("mia", 0), ("hal", 0)):
        with acting(app, cast[name]):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(ResourceFile)) == seen, name


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "ftp://x.example", "https://", "https://[", "/acme/settings"]
)
def test_a_link_needs_a_whole_address(sign_in, at, cast, programme, url):
    del programme
    assert add(sign_in, at, cast, "link", url=url).status_code == 422


def test_an_own_paper_goes_and_comes_back(app, operator, sign_in, at, cast, programme, cohort):
    del cohort
    assert add(sign_in, at, cast, "link", url="https://video.example/talk").status_code == 303
    key = str(operator.scalar(sa.select(Resource.id)))
    assert "https://video.example/talk" in page(sign_in, at, cast.gus, f"/{key}")[1]
    client = sign_in(cast.ned)
    client.post(at(cast.ned, f"/{key}/removal"))
    assert key not in keys(app, cast.gus, programme)
    client.post(at(cast.ned, f"/{key}/return"))
    assert key in keys(app, cast.gus, programme)
    assert client.post(at(cast.ned, "/charter/removal")).status_code == 409


def test_a_paper_moved_to_another_side_changes_its_readers(app, sign_in, at, cast, programme, cohort):
    del cohort
    write(sign_in, at, cast.ned, side="all")
    assert "guide-for-mentors" in keys(app, cast.gus, programme)
    sign_in(cast.ned).post(at(cast.ned, f"{GUIDE}/default"))
    assert "guide-for-mentors" not in keys(app, cast.gus, programme)


# --- forms, cohort, paper ------------------------------------------------------------------------------------------------


def test_peers_read_one_guide_and_a_reverse_programme_names_the_junior_mentor(app, operator, cast):
    peers = make_programme(operator, cast.ned, cast.mia, form=Form.peer)
    enrol(operator, make_cohort(operator, peers), cast.mia, Side.peer)
    reverse = make_programme(operator, cast.ned, cast.mia, form=Form.reverse)
    operator.commit()
    assert "guide-for-peers" in keys(app, cast.mia, peers) and "guide-for-mentors" not in keys(app, cast.ned, peers)
    with acting(app, cast.ned) as viewer:
        titles = [item.title("en") for item in kit(programme_seen_or_404(viewer, reverse.id))]
    assert "Guide for junior mentors" in titles


def test_a_cohorts_tab_shows_the_programmes_kit(sign_in, cast, cohort):
    client = sign_in(cast.mia)
    client.set_cookie("language", "en")
    answer = client.get(f"/acme/cohorts/{cohort.id}/kit")
    assert answer.status_code == 200
    said = answer.get_data(as_text=True)
    assert "Guide for mentees" in said and "Guide for mentors" not in said
    assert sign_in(cast.hal).get(f"/harbour/cohorts/{cohort.id}/kit").status_code == 404


def test_the_kit_prints_as_a_tagged_paper_with_what_its_reader_may_read(sign_in, at, cast, cohort, printed):
    del cohort
    sign_in(cast.ned).post(at(cast.ned, "/questions/hiding"))
    for path in ("/print", "/first-meeting-checklist/print"):
        answer = printed(sign_in(cast.mia), at(cast.mia, path))
        assert answer.status_code == 200 and answer.mimetype == "application/pdf"
        plain = answer.data + b"".join(_streams(answer.data))
        assert b"/StructTreeRoot" in plain and b"pdfuaid" in plain and b"/Lang" in plain


def test_a_paper_is_drawn_once_for_each_version_by_the_worker(sign_in, at, cast, cohort, operator, work, monkeypatch):
    """The page waits for nothing: it says that the file is being prepared, and looks again by itself, without a script."""
    del cohort
    drawn = []
    monkeypatch.setattr(drawing, "pdf_of", lambda html, pictures: drawn.append(html) or b"%PDF-1.7")
    mia, max_, path = sign_in(cast.mia), sign_in(cast.max), "/charter/print"
    waiting = mia.get(at(cast.mia, path))
    assert waiting.status_code == 202 and waiting.headers["Refresh"] == "2"
    assert "is being prepared" in waiting.text and at(cast.mia, path) in waiting.text
    assert mia.get(at(cast.mia, path)).status_code == 202
    assert drawn == [], "nothing is drawn inside a request"
    work()
    assert len(drawn) == 1, "two asked, one drawing"
    assert [mia.get(at(cast.mia, path)).data for _time in range(2)] == [b"%PDF-1.7"] * 2
    kept = operator.scalars(sa.select(DrawnPaper)).one()
    assert kept.source is None, "what it was drawn from is not kept beside it"
    # Another firm of the same programme has a copy of its own: no tenant reads what another had drawn.
    assert max_.get(at(cast.max, path)).status_code == 202
    # New words are another version; the old drawing is not shown for them.
    write(sign_in, at, cast.ned, "/charter/text", side="all", body_en="Other words.", body_fr="Other words.")
    assert mia.get(at(cast.mia, path)).status_code == 202
    work()
    assert len(drawn) == 3 and "Other words." in drawn[-1]


def test_a_drawing_that_came_to_nothing_is_asked_for_again_and_few_are_kept(
    sign_in, at, cast, cohort, operator, work, monkeypatch
):
    del cohort
    monkeypatch.setattr(drawing, "pdf_of", lambda html, pictures: b"%PDF-1.7")
    monkeypatch.setattr(drawing, "MOST_KEPT", 1)
    mia = sign_in(cast.mia)
    with monkeypatch.context() as lost:
        lost.setattr(drawing.jobs, "enqueue", lambda task, **arguments: None)
        mia.get(at(cast.mia, "/charter/print"))
    operator.execute(sa.update(DrawnPaper).values(asked_at=DrawnPaper.asked_at - timedelta(minutes=11)))
    operator.commit()
    work()
    assert mia.get(at(cast.mia, "/charter/print")).status_code == 202
    work()
    assert mia.get(at(cast.mia, "/charter/print")).status_code == 200
    mia.get(at(cast.mia, "/meeting/print"))
    work()
    assert operator.scalar(sa.select(sa.func.count()).select_from(DrawnPaper)) == 1
    assert mia.get(at(cast.mia, "/meeting/print")).status_code == 200


def _streams(pdf):
    for part in findall(rb"stream\r?\n(.*?)endstream", pdf, DOTALL):
        try:
            yield zlib.decompress(part)
        except zlib.error:
            continue


def test_a_version_of_nobodys_any_more_still_shows(operator, sign_in, at, cast, cohort):
    write(sign_in, at, cast.ned)
    row = operator.scalar(sa.select(Resource))
    assert (row.slug, row.side, row.version, row.edited) == ("guide-for-mentors", Readers.mentors, 1, True)
    del cohort
    assert page(sign_in, at, cast.ned, f"{GUIDE}/versions/1")[0] == 200
    assert page(sign_in, at, cast.ned, f"{GUIDE}/versions/2")[0] == 404
    assert page(sign_in, at, cast.max, f"{GUIDE}/versions")[0] == 404


def test_a_version_shows_what_it_changed(sign_in, at, cast, cohort):
    del cohort
    write(sign_in, at, cast.ned, body_en="One.\n\nTwo.")
    write(sign_in, at, cast.ned, version="1", body_en="One.\n\nThree.")
    text = page(sign_in, at, cast.ned, f"{GUIDE}/versions/2")[1]
    main = text[text.index("<main") :]
    assert "<h1>How we do it</h1>" in main
    assert "<del>Two.</del>" in main and "<ins>Three.</ins>" in main and "One.<br>" in main
    assert "shortens somebody" in page(sign_in, at, cast.ned, f"{GUIDE}/versions/1")[1]
