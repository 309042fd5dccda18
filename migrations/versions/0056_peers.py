"""Peers at the committee's bench: whoever has nobody, on whichever side they were asked, looks for somebody; a pair takes both."""

from alembic import context, op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

PUT = "put_pair(integer, bigint, bigint, bigint, bigint, bigint, text, timestamptz, timestamptz, bigint)"
LEFT = "people_left_at_bench(integer, bigint)"

# Of peers either may have been asked or asking before, and both have nobody else while they are a pair.
TAKEN = (
    "r.cohort_id = a.cohort_id AND r.mentee_person_id = a.person_id\n",
    """r.cohort_id = a.cohort_id AND (r.mentee_person_id = a.person_id
                    OR (a.side = 'peer' AND (r.mentor_person_id = a.person_id OR b.person_id IN (r.mentee_person_id, r.mentor_person_id))))
""",
)
BETWEEN_THEM = (
    "(r.mentor_person_id = b.person_id OR EXISTS",
    "((r.mentee_person_id, r.mentor_person_id) IN ((a.person_id, b.person_id), (b.person_id, a.person_id)) OR EXISTS",
)
# A peer is asked without a page of their own, also by the worker.
PAGE = (
    """        SELECT m.id INTO page FROM mentor_profile m WHERE m.org_id = b.firm_id AND m.person_id = b.person_id;
""",
    """        SELECT m.id INTO page FROM mentor_profile m WHERE m.org_id = b.firm_id AND m.person_id = b.person_id;
        IF page IS NULL AND b.side = 'peer' THEN page := page_of_peer(p_org, b.id, coalesce(p_profile, p_request)); END IF;
""",
)
PAGE_OF_PEER = """
CREATE FUNCTION page_of_peer(p_org integer, p_enrolment bigint, p_id bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE e record; profile bigint;
BEGIN
    SELECT x.*, a.id AS tie INTO e FROM enrolment x
        JOIN affiliation a ON a.org_id = x.firm_id AND a.person_id = x.person_id AND (a.ended_on IS NULL OR a.ended_on > current_date)
        WHERE x.org_id = p_org AND x.id = p_enrolment AND x.state = 'enrolled' AND x.side = 'peer';
    IF NOT FOUND OR NOT wall_sealed() THEN RETURN NULL; END IF;
    INSERT INTO mentor_profile (org_id, id, affiliation_id, person_id, state, headline, story, title, industries, skills, own_words,
        languages, place, remote, in_person, forms, board_mandates, capacity, open_slots, audience, network_ids, saved_in, version)
    VALUES (e.firm_id, p_id, e.tie, e.person_id, 'draft', '', '', '', '{}', '{}', '{}', '{}', '', true, false, '{}', '',
        greatest(e.places, 1), greatest(e.places, 1), 'networks', '{}', '', 1)
    ON CONFLICT (org_id, person_id) DO UPDATE SET person_id = excluded.person_id RETURNING id INTO profile;
    RETURN profile;
END $$"""

# Whoever is asked on somebody's behalf, or asks, is spoken for.
LOOKING = (
    "        WHEN 'mentee' THEN CASE",
    """        WHEN 'peer' THEN CASE WHEN EXISTS (SELECT FROM live l WHERE l.binds AND e.person_id IN (l.mentee_person_id, l.mentor_person_id))
            THEN 0 ELSE greatest(least(e.places - (SELECT count(*) FROM live l WHERE l.holds_place
                AND e.person_id IN (l.mentee_person_id, l.mentor_person_id))::integer, coalesce(m.open_slots, e.places)::integer, 1), 0) END
        WHEN 'mentee' THEN CASE""",
)
EVERYBODY = ("AND e.state = 'enrolled' AND e.side <> 'peer'\n", "AND e.state = 'enrolled'\n")
NO_CARD = ("AND (e.side = 'mentee' OR EXISTS", "AND (e.side <> 'mentor' OR EXISTS")


# Two peers of one firm take two of its places at once.
ROOM_OF_TWO = (
    ("peer boolean;", "peer boolean; two boolean;"),
    ("peer := c.form = 'peer';", "peer := c.form = 'peer';\n    two := peer AND p_mentee_firm = p_mentor_firm;"),
    ("bound WHERE who <> p_mentee;", "bound WHERE who <> p_mentee AND NOT (two AND who = p_mentor);"),
    ("bound WHERE who <> p_mentor;", "bound WHERE who <> p_mentor AND NOT (two AND who = p_mentee);"),
    ("IF taken >= most THEN", "IF taken + two::integer >= most THEN"),
)


def _room() -> str:
    module = context.script.get_revision("0039").module
    body: str = module._where_they_are(module._earlier()[module.ROOM])
    return body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def _room_of_two() -> str:
    body = _room()
    for before, after in ROOM_OF_TWO:
        if before not in body:
            raise ValueError(before)
        body = body.replace(before, after)
    return body


def _body(signature: str, *changes: tuple[str, str]) -> str:
    """A function of 0040, changed; as it was without changes."""
    body: str = context.script.get_revision("0040").module.FUNCTIONS[signature]
    for before, after in changes:
        if body.count(before) != 1:
            raise ValueError(before)
        body = body.replace(before, after)
    return body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace("%", "%%")


def upgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    op.execute("SET LOCAL ROLE passerelle_gate")
    execute(PAGE_OF_PEER)
    op.execute("REVOKE EXECUTE ON FUNCTION page_of_peer(integer, bigint, bigint) FROM PUBLIC")
    execute(_body(PUT, TAKEN, BETWEEN_THEM, PAGE))
    execute(_body(LEFT, LOOKING, EVERYBODY, NO_CARD))
    execute(_room_of_two())
    op.execute("SET LOCAL ROLE passerelle_owner")


def downgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    op.execute("SET LOCAL ROLE passerelle_gate")
    execute(_body(PUT))
    execute(_body(LEFT))
    execute(_room())
    op.execute("DROP FUNCTION page_of_peer(integer, bigint, bigint)")
    op.execute("SET LOCAL ROLE passerelle_owner")
