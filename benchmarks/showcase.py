"""What it costs to look for those who fit a seat, and that a hundred times as many cards make it no slower."""

from __future__ import annotations

import json
import statistics
from time import perf_counter
from typing import Any

import psycopg
from flask.testing import FlaskClient

from benchmarks.figures import Figure
from benchmarks.population import Viewer
from benchmarks.stage import COOKIE, Stage, product, session_cookie
from marketplace.dossiers.face import COMMITTEES, EXPERIENCE, FUNCTIONS, MANDATES, REGIONS, SECTORS
from marketplace.readiness.competencies import COMPETENCIES
from tenants.walls import plain_address

FEW, TIMES = 1_000, 100
"""Cards at first; how many times as many in the end."""
SEATS = 7_300_000_000_000_000_000

PLACE = """
    SELECT m.network_id, a.org_id, a.id, a.person_id FROM account c JOIN affiliation a ON a.person_id = c.id
    JOIN organisation o ON o.id = a.org_id AND o.slug = %(slug)s
    JOIN firm_membership m ON m.firm_id = a.org_id AND m.state = 'active'
    WHERE c.fs_uniquifier = %(token)s ORDER BY 1 LIMIT 1
"""
MEMBER = """
    INSERT INTO nomination_committee_member (org_id, id, person_id, affiliation_id, named_by_id, named_at)
    VALUES (%(org)s, %(id)s, %(person)s, %(affiliation)s, %(person)s, now())
"""
SEAT = """
    INSERT INTO seat_specification (org_id, id, network_id, title, organisation_name, organisation_id, listed, criteria,
        created_by_id, created_at, updated_at, version)
    VALUES (%(org)s, %(id)s, %(network)s, 'A seat', 'A board', %(org)s, false, %(criteria)s, %(person)s, now(), now(), 1)
"""
CONSENTS = """
    INSERT INTO showing (org_id, id, person_id, what, to_kind, from_on, until_on, hide_from_employer, created_at)
    SELECT %(network)s, %(first)s + n, %(first)s + n, 'card', 'committees', current_date, current_date + 90, true, now()
    FROM generate_series(%(from)s::bigint, %(to)s::bigint) n
"""
CHOSEN = "(CAST(%({0})s AS text[]))[1 + (hashint8(n * {1} + 7) & 1023) %% {2}]"
LEVELS = ", ".join(f"((hashint8(n * 31 + {at}) & 255) %% 5)::smallint" for at in range(len(COMPETENCIES)))
CARDS = f"""
    INSERT INTO board_card (org_id, id, person_id, employers, version_id, face, levels, score, tokens, search, days_a_year)
    SELECT %(network)s, %(first)s + n, %(first)s + n, ARRAY[0], n, jsonb_build_object(
            'headline', jsonb_build_object('en', 'Candidate ' || n, 'fr', ''), 'competencies', competencies, 'sectors', ARRAY[sector],
            'functions', ARRAY[fn], 'languages', CASE WHEN n %% 3 = 0 THEN ARRAY['fr', 'en', 'de'] ELSE ARRAY['fr', 'en'] END,
            'committees', ARRAY[com], 'region', region, 'experience', exp, 'mandates', man, 'days_a_year', 10 + n %% 40 / 5 * 5),
        levels, score, words, array_to_tsvector(words || ARRAY['to:committees', 'n:' || %(network)s, 's:' || score]
            || ARRAY(SELECT 'l:' || i.at || ':' || k FROM unnest(levels) WITH ORDINALITY i(level, at), generate_series(1, i.level) k)),
        10 + n %% 40 / 5 * 5
    FROM generate_series(%(from)s::bigint, %(to)s::bigint) n
    CROSS JOIN LATERAL (SELECT ARRAY[{LEVELS}] AS levels, {CHOSEN.format("sectors", 3, len(SECTORS))} AS sector,
        {CHOSEN.format("functions", 5, len(FUNCTIONS))} AS fn, {CHOSEN.format("committees", 11, len(COMMITTEES))} AS com,
        {CHOSEN.format("regions", 13, len(REGIONS))} AS region, {CHOSEN.format("experience", 17, len(EXPERIENCE))} AS exp,
        {CHOSEN.format("mandates", 19, len(MANDATES))} AS man) made
    CROSS JOIN LATERAL (SELECT (SELECT sum(x)::smallint FROM unnest(levels) x) AS score,
        (SELECT jsonb_object_agg(slug, levels[at]) FROM unnest(CAST(%(competencies)s AS text[])) WITH ORDINALITY c(slug, at))
            AS competencies,
        ARRAY['lang:fr', 'lang:en', 'sector:' || sector, 'fn:' || fn, 'com:' || com, 'region:' || region, 'exp:' || exp,
            'man:' || man] || CASE WHEN n %% 3 = 0 THEN ARRAY['lang:de'] ELSE '{{}}' END AS words) said
"""
