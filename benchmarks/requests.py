"""What asking and accepting cost: whole POSTs, with the capacity claim, the log and the letter's job, as a share of "hello"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from benchmarks.figures import Figure
from benchmarks.load import post
from benchmarks.stage import COOKIE, Stage, open_page, product, share_of_hello, statements
from marketplace.requests.states import ANSWER_WITHIN
from marketplace.vocabulary import CADENCES
from tenants.shared import clock
from tenants.shared.database import new_id
from tenants.shared.secrets import hash_of
from tenants.walls import plain_address

MENTORS_PER_MENTEE = 3  # as many open requests as an organisation allows until it says otherwise
REQUESTS_PER_MENTOR = 2  # as many places as every mentor of the population has free

ASKED = {
    "goal": "In March I take over a team of forty people in two countries, and I would like to learn how to lead those who "
    "know far more about the work than I do. What I find hardest is deciding when the room is divided.",
    "why_you": "You went from running one plant to running a whole region, and you write that the first year was the "
    "loneliest. That is exactly the step in front of me.",
    "what_i_bring": "I come prepared, I keep what we agree, and I can tell you how suppliers see your sector.",
    "cadence": CADENCES.slugs[0],
    "mentoring_form": "cross_company",
}
ACCEPTED = {
    "accept-words": "Yes, with pleasure. Let us begin with the team that you take over.",
    "accept-contact": "mentor@bench.example",
}

PAIRS = """
    SELECT a.org_id AS mentee_org, o.slug AS mentee_slug, a.id AS mentee_id, a.person_id AS mentee_person,
           c.org_id AS mentor_org, c.slug AS mentor_slug, c.mentor_id, c.person_id AS mentor_person
    FROM (SELECT f.org_id, f.id, f.person_id FROM affiliation f
          WHERE EXISTS (SELECT FROM mentor_profile p WHERE p.org_id = f.org_id AND p.id = f.id)
            AND NOT EXISTS (SELECT FROM mentoring_request r WHERE r.mentee_person_id = f.person_id)
          ORDER BY md5(f.id::text) LIMIT %(mentees)s) a
    JOIN organisation o ON o.id = a.org_id
    CROSS JOIN LATERAL (
        SELECT c.org_id, c.mentor_id, c.person_id, f.slug FROM card c JOIN organisation f ON f.id = c.org_id
        WHERE c.room > 0 AND c.org_id <> a.org_id
          AND NOT EXISTS (SELECT FROM mentoring_request r WHERE r.mentor_org_id = c.org_id AND r.mentor_id = c.mentor_id)
          AND c.aud && ARRAY(SELECT network_id FROM firm_membership WHERE firm_id = a.org_id)
          AND c.org_id IN (SELECT theirs.firm_id FROM firm_membership mine JOIN firm_membership theirs USING (network_id)
                           WHERE mine.firm_id = a.org_id)
        ORDER BY md5(c.mentor_id::text || a.id) LIMIT %(each)s) c
"""
ACCOUNT = """
    INSERT INTO account (id, email, active, fs_uniquifier) VALUES (%s, %s, true, %s) ON CONFLICT DO NOTHING
"""
SIGNED_IN = """
    INSERT INTO account_session (id, person_id, token_hash, browser, system, created_at, seen_at)
    VALUES (%s, %s, %s, '', '', now(), now()) ON CONFLICT DO NOTHING
"""
REQUEST = """
    INSERT INTO mentoring_request (org_id, id, mentee_id, mentee_person_id, mentor_org_id, mentor_id, mentor_person_id,
        state, form, holds_place, sent_at, due_at, version, created_at, updated_at)
    VALUES (%(mentee_org)s, %(id)s, %(mentee_id)s, %(mentee_person)s, %(mentor_org)s, %(mentor_id)s, %(mentor_person)s,
        'sent', 'cross_company', false, %(now)s, %(due)s, 1, %(now)s, %(now)s)
"""
MESSAGE = """
    INSERT INTO request_message (org_id, id, request_id, author_person_id, kind, body, created_at)
    VALUES (%(mentee_org)s, %(message)s, %(id)s, %(mentee_person)s, %(kind)s, %(body)s, %(now)s)
"""


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody is about to send: who, the page it is on, where it goes, and what they fill in."""

    token: str
    page: str
    target: str
    fields: dict[str, str]


def send_request_share_of_hello(stage: Stage) -> Figure:
    """Requests that mentees send per second, each by somebody who opened the form before."""
    return _share("send_request_share_of_hello", stage, asking(stage, _needed(stage)), "state = 'sent'")


def accept_request_share_of_hello(stage: Stage) -> Figure:
    """Requests that mentors accept per second, each by somebody who opened it before; a place is claimed for each."""
    forms = accepting(stage, _needed(stage))
    return _share("accept_request_share_of_hello", stage, forms, "state = 'accepted' AND holds_place")


def send_request_statements(stage: Stage) -> Figure:
    """SQL statements that sending one request takes, from the session's look-up to the letter's job."""
    (form,) = asking(stage, 1)
    cookie, csrf = open_page(stage.product.port, form.page, form.token)
    client = product(stage.address).test_client()
    client.set_cookie(COOKIE, cookie.removeprefix(f"{COOKIE}="))
    with statements() as sent:
        answer = client.post(form.target, data={"csrf_token": csrf, **form.fields})
    if answer.status_code != 303:
        raise RuntimeError(f"The request was answered with {answer.status_code}.")
    return Figure("send_request_statements", stage.scale, len(sent), "<=12")


def asking(stage: Stage, number: int) -> list[Form]:
    """So many requests that may be sent: as many mentees as that takes, three requests each at most."""
    with psycopg.connect(plain_address(stage.address)) as connection:
        pairs = pairs_who_may_meet(connection, mentees=-(-number // MENTORS_PER_MENTEE) + 2, each=MENTORS_PER_MENTEE)
        chosen = _in_turns(pairs, "mentee_id", MENTORS_PER_MENTEE)[:number]
        _let_sign_in(connection, {pair["mentee_person"] for pair in chosen})
    forms = []
    for pair in chosen:
        target = f"/{pair['mentee_slug']}/mentors/{pair['mentor_id']}/requests"
        forms.append(Form(token_of(pair["mentee_person"]), f"{target}/new", target, ASKED))
    return _all_of(forms, number)


def accepting(stage: Stage, number: int) -> list[Form]:
    """So many requests that wait for a mentor who has room for each."""
    with psycopg.connect(plain_address(stage.address)) as connection:
        pairs = pairs_who_may_meet(connection, mentees=2 * number, each=1)
        chosen = _in_turns(pairs, "mentor_id", REQUESTS_PER_MENTOR)[:number]
        seed(connection, chosen)
    forms = []
    for pair in chosen:
        page = f"/{pair['mentor_slug']}/requests/{pair['id']}"
        forms.append(Form(token_of(pair["mentor_person"]), page, f"{page}/acceptance", ACCEPTED))
    return _all_of(forms, number)


def seed(connection: psycopg.Connection[Any], pairs: Sequence[dict[str, Any]]) -> None:
    """Requests that were sent just now, in their mentees' words, to mentors who can sign in; each pair gets its ``id``."""
    now = clock.now()
    for pair in pairs:
        pair |= {"id": new_id(), "now": now, "due": now + ANSWER_WITHIN}
    words = [
        pair | {"message": new_id(), "kind": kind, "body": ASKED[kind]}
        for pair in pairs
        for kind in ("goal", "why_you", "what_i_bring")
    ]
    with connection.cursor() as cursor:
        cursor.executemany(REQUEST, pairs)
        cursor.executemany(MESSAGE, words)
    _let_sign_in(connection, {person for pair in pairs for person in (pair["mentee_person"], pair["mentor_person"])})
    connection.commit()


# --- the steps ------------------------------------------------------------------------------------------------------


def _needed(stage: Stage) -> int:
    return stage.effort.posts * (stage.effort.rounds + 1)


def _share(name: str, stage: Stage, forms: Sequence[Form], done: str) -> Figure:
    """``done``: what the database must say of as many requests more than before as were sent."""
    size = stage.effort.posts
    requests = _filled_in(stage, forms)
    batches = [requests[at : at + size] for at in range(0, len(requests), size)]
    before = _count(stage, done)
    figure = share_of_hello(name, ">=0.05", stage, batches, status=303, timed=False)
    if (more := _count(stage, done) - before) != len(requests):
        raise RuntimeError(f"{name}: {len(requests)} were sent, {more} arrived.")
    return figure


def _count(stage: Stage, condition: str) -> int:
    with psycopg.connect(plain_address(stage.address)) as connection:
        row = connection.execute(f"SELECT count(*) FROM mentoring_request WHERE {condition}").fetchone()
    return int(row[0]) if row else 0


def _filled_in(stage: Stage, forms: Sequence[Form]) -> list[bytes]:
    """Each person opens one page, and sends all of theirs with the cookie and the CSRF token that came with it."""
    pages = {form.token: form for form in reversed(forms)}
    with ThreadPoolExecutor(8) as browsers:
        opened = browsers.map(lambda form: open_page(stage.product.port, form.page, form.token), pages.values())
        signed_in = dict(zip(pages, opened, strict=True))
    requests = []
    for form in forms:
        cookie, csrf = signed_in[form.token]
        requests.append(post(form.target, cookie, {"csrf_token": csrf, **form.fields}))
    return requests


def pairs_who_may_meet(connection: psycopg.Connection[Any], *, mentees: int, each: int) -> list[dict[str, Any]]:
    """Mentees without a request, each with mentors of other firms of their networks, who have room and no request."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(PAIRS, {"mentees": mentees, "each": each}).fetchall()


def _in_turns(pairs: Sequence[dict[str, Any]], whose: str, most: int) -> list[dict[str, Any]]:
    """At most so many pairs of one person; everybody's first come before anybody's second, so that nobody races themself."""
    seen: Counter[Any] = Counter()
    turns: list[list[dict[str, Any]]] = [[] for _ in range(most)]
    for pair in pairs:
        turn = seen[pair[whose]]
        if turn < most:
            turns[turn].append(pair)
        seen[pair[whose]] += 1
    return [pair for turn in turns for pair in turn]


def _all_of(forms: list[Form], number: int) -> list[Form]:
    if len(forms) < number:
        raise RuntimeError(
            f"The population is too small for {number} requests: it has {len(forms)} pairs who may meet."
        )
    return forms


def _let_sign_in(connection: psycopg.Connection[Any], persons: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        known = list(persons)
        cursor.executemany(ACCOUNT, [(person, f"person{person}@bench.example", token_of(person)) for person in known])
        cursor.executemany(SIGNED_IN, [(person, person, hash_of(token_of(person))) for person in known])


def token_of(person: int) -> str:
    """The secret of the session cookie of somebody who was let in."""
    return f"bench-person-{person}"
