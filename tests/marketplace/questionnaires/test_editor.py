"""Those who run a programme write its questionnaire: questions added, moved, changed and taken out, published, asked."""

from __future__ import annotations

import re

import sqlalchemy as sa

from tests.factories import NOW
from tests.marketplace.events.conftest import at, cohort

__all__ = ["at", "cohort"]

PLAN = {"audience": "mentee", "opens_on": NOW.date().isoformat(), "closes_on": "2026-11-20", "zone": "Europe/Paris"}


def test_a_questionnaire_is_written_published_and_asked_while_an_open_round_keeps_what_it_asks(
    sign_in, cast, cohort, work, _admin
):
    base, ned = f"/bridge/cohorts/{cohort.id}/questionnaires", sign_in(cast.ned)
    desk = f"{base}/mid_point/mentee"

    def rows(statement):
        with _admin.connect() as admin:
            return admin.execute(sa.text(statement)).all()

    def version():
        return re.search(r'name="version"\s+value="(\d+)"', ned.get(desk).text)[1]

    assert "Ours" in ned.get(desk).text and "Publish" not in ned.get(desk).text
    assert ned.post(f"{base}/mid_point/rounds", data=PLAN | {"anonymous": "yes"}).status_code == 303
    work()
    [(round_id, first, state)] = rows("SELECT id, version_id, state FROM questionnaire_round")
    assert state == "open"
    mia = sign_in(cast.mia)
    shown = f"/acme/questionnaires/{round_id}"
    assert "How confident" in mia.get(shown).text or mia.get(shown).status_code == 200

    # A question in a part of its own, asked only of some; first without what it needs.
    new = f"{desk}/questions/new/one/addition"
    words = {"words_en": "What would help?", "part": "new", "title_en": "Help"}
    assert ned.post(new, data=words).status_code == 422, "no answers to choose from"
    options = {"options-0-en": "More time", "options-1-en": "A guide", "options-2-en": ""}
    kept = ned.post(new, data=words | options | {"when": ["goes_on:badly", "confidence:1"]})
    assert kept.status_code == 422 and 'value="A guide"' in kept.text, "answers of two questions; what was typed stays"
    assert ned.post(new, data=words | options | {"when": ["goes_on:badly"]}).status_code == 303
    page = ned.get(desk).text
    assert "What would help?" in page and "one language is missing" in page
    key = re.search(r'id="(q[0-9a-f]{8})"', page)[1]
    assert ned.post(f"{desk}/versions", data={"version": version()}).status_code == 409, "French is missing"
    one = f"{desk}/questions/{key}"
    fields = dict(re.findall(r'name="(options-\d-(?:key|en))"[^>]*value="([^"]+)"', ned.get(one).text))
    assert len(fields) == 4, "two answers with their keys"
    fields |= words | {
        "when": "goes_on:badly",
        "words_fr": "Qu’est-ce qui aiderait ?",
        "options-0-fr": "Du temps",
        "options-1-fr": "Un guide",
    }
    assert ned.post(f"{one}/words", data=fields | {"version": "0"}).status_code == 409, "another window was first"
    assert ned.post(f"{one}/words", data=fields | {"version": version()}).status_code == 303
    assert ned.post(f"{desk}/parts/3/title", data={"title_en": "Help", "title_fr": "Aide"}).status_code == 303

    # Order by buttons; nothing comes before what it depends on.
    assert ned.post(f"{desk}/questions/confidence/place", data={"to": "down"}).status_code == 303
    order = re.findall(r'<li id="(\w+)"', ned.get(desk).text)
    assert order.index("confidence") == 0 and len(order) == 6, "into the next part, before the others"
    assert ned.post(f"{desk}/questions/goes_on/removal").status_code == 409, "another looks at it"
    assert ned.post(f"{desk}/questions/improve/removal").status_code == 303
    assert ned.post(f"{desk}/parts/2/place", data={"to": "up"}).status_code == 303
    assert ned.post(f"{desk}/parts/1/place", data={"to": "up"}).status_code == 409, "before what it looks at"
    preview = ned.get(f"{desk}/preview?in=fr").text
    assert "Qu’est-ce qui aiderait" in preview and "Un guide" in preview

    # Published: planned rounds ask it, the open one goes on with what it asks, and the database holds to that.
    assert ned.post(f"{desk}/versions", data={"version": "0"}).status_code == 409, "not what was looked at"
    assert ned.post(f"{desk}/versions", data={"version": version()}).status_code == 303
    assert "Your own" in ned.get(desk).text
    assert rows("SELECT version_id FROM questionnaire_round") == [(first,)]
    assert key not in ned.get(f"{base}/rounds/{round_id}/questions").text
    assert mia.post(f"{shown}/answers", data={"version": first + 1, "at": "2", "goes_on": "well"}).status_code == 404
    whole = {"version": first, "at": "2", "so_far": '{"goes_on": "well"}'}
    assert mia.post(f"{shown}/answers", data=whole).status_code == 200
    asked = ned.get(f"{base}/end/mentee").text
    assert "Ours" in asked, "another moment is untouched"
    later = PLAN | {"opens_on": "2026-12-01", "closes_on": "2026-12-20", "anonymous": "no"}
    assert ned.post(f"{base}/end/rounds", data=later).status_code == 303
    end = f"{base}/end/mentee"
    assert ned.post(f"{end}/questions/improve/removal").status_code == 303
    number = re.search(r'name="version"\s+value="(\d+)"', ned.get(end).text)[1]
    assert ned.post(f"{end}/versions", data={"version": number}).status_code == 303
    planned = "SELECT v.number, v.anonymous, v.content::text LIKE '%improve%' FROM questionnaire_round r "
    planned += "JOIN questionnaire_version v ON v.id = r.version_id WHERE r.moment = 'end'"
    assert rows(planned) == [(3, False, False)], "it asks what is new, and promises what it promised"
    assert ned.post(f"{end}/return-to-ours").status_code == 303
    assert rows(planned) == [(1, False, True)], "as before"
    assert rows("SELECT count(*) FROM questionnaire_draft") == [(1,)]
