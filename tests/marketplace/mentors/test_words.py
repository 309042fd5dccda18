"""What a mentor types: kept as typed, shown harmless, refused with a sentence when there is too much of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from marketplace.mentors.models import Card, MentorProfile
from marketplace.mentors.stories import story_html
from tests.factories import publish


@pytest.mark.parametrize(
    "story",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](&#106;avascript:alert(1))",
        "![a](https://tracker.example/p.gif)",
        "<a href='https://x.example' onclick='alert(1)'>x</a>",
        "<svg><style>*{background:url(//x.example)}</style></svg>",
        "<form action=/sign-out><button>Click</button></form>",
        "`<script>alert(1)</script>`",
        "[a](//other.example/x)",
        "[a](/acme/people/)",
        '[a](https://x.example "onmouseover=alert(1)")',
    ],
)
def test_a_story_can_neither_act_nor_load_nor_imitate(story):
    html = story_html(story).lower()
    for word in (
        "<script",
        "<img",
        "<svg",
        "<style",
        "<form",
        "<button",
        'onclick="',
        'href="javascript',
        'href="data',
        'href="/',
        "title=",
    ):
        assert word not in html


def test_a_story_keeps_its_shape_below_the_page_s_own_headings():
    html = story_html("# Big\n\n## Less\n\n- one\n- **two**\n\n[site](https://x.example/a)\nnext line")
    assert "<h3>Big</h3>" in html
    assert "<h4>Less</h4>" in html
    assert "<strong>two</strong>" in html
    assert '<a href="https://x.example/a" rel="nofollow noopener noreferrer">site</a>' in html
    assert "<br" in html


def test_fifty_thousand_characters_are_refused_and_all_of_them_kept(written, cast, operator):
    client, form = written(cast.max)
    story = "é" * 49_990 + "last words"
    for url in ("draft", "publication"):
        answer = client.post(f"/globex/profile/{url}", data=form | {"story": [story], "place": ["Nantes"]})
        assert answer.status_code == 422
        assert "46000 characters too long" in answer.text
        assert story in answer.text
        assert 'value="Nantes"' in answer.text
    part = client.post("/globex/profile/draft", data=form | {"story": [story]}, headers={"HX-Request": "true"})
    assert part.status_code == 422
    assert "46000 characters too long" in part.text
    assert operator.scalar(sa.select(MentorProfile.story).where(MentorProfile.id == cast.max.mentor_id)).startswith(
        "Twenty"
    )


def test_a_browser_does_not_cut_a_long_paste_before_we_can_say_so(sign_in, cast):
    assert "maxlength" not in sign_in(cast.max).get("/globex/profile/").text


def test_exactly_four_thousand_characters_with_line_breaks_are_taken(written, cast, operator):
    client, form = written(cast.max)
    story = "\n".join(["a" * 99] * 40)[:4000]
    assert client.post("/globex/profile/draft", data=form | {"story": [story.replace("\n", "\r\n")]}).status_code == 303
    assert operator.scalar(sa.select(MentorProfile.story).where(MentorProfile.id == cast.max.mentor_id)) == story


def test_formulas_markup_and_control_characters_are_only_text(app, written, cast, operator, sign_in):
    client, form = written(cast.max)
    words = {
        "headline": ['=HYPERLINK("http://x")<b>\x00\u2028\ud800'],
        "own_words": ["=1+1, <i>x</i>, =1+1"],
        "place": ["+33"],
    }
    answer = client.post(
        "/globex/profile/draft", data=form | {k: [v[0].encode("utf-8", "replace").decode()] for k, v in words.items()}
    )
    assert answer.status_code == 303
    publish(app, cast.max)
    card = operator.scalars(sa.select(Card)).one()
    assert card.headline.startswith('=HYPERLINK("http://x")<b>')
    assert "\x00" not in card.headline
    assert card.own_words == ["=1+1", "<i>x</i>"]
    page = sign_in(cast.mia).get(f"/acme/mentors/{cast.max.mentor_id}").text
    assert "<i>x</i>" not in page
    assert "&lt;i&gt;x&lt;/i&gt;" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("skills", ["no_such_skill"]),
        ("function", ["x"]),
        ("capacity", ["6"]),
        ("capacity", ["-1"]),
        ("capacity", ["many"]),
        ("time_zone", ["Mars/Olympus"]),
        ("audience", ["everybody"]),
        ("network_ids", ["x"]),
        ("languages", ["xx"]),
        ("own_words", ["x" * 41]),
        ("own_words", [",".join(f"w{n}" for n in range(9))]),
        ("headline", ["x" * 161]),
    ],
)
def test_what_the_form_does_not_offer_is_refused(written, cast, field, value):
    client, form = written(cast.max)
    assert client.post("/globex/profile/draft", data=form | {field: value}).status_code == 422


def test_the_time_zone_is_the_person_s_and_counts_at_once(app, written, cast, operator):
    publish(app, cast.max)
    client, form = written(cast.max)
    client.post("/globex/profile/draft", data=form | {"time_zone": ["America/New_York"]})
    assert operator.scalar(sa.select(Card.time_zone)) == "America/New_York"
