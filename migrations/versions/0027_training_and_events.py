"""Events of a cohort and its training.

Who takes part reads events and modules; what somebody answers, enters or scores is theirs, and hosts learn no more of it than
who comes, who came and who is done. Places are given under a lock of the event by functions of the gate, because nobody who
answers may read the others' rows.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
TABLES = (
    "event",
    "event_code",
    "event_guest",
    "training_module",
    "cohort_material",
    "training_progress",
    "quiz_answer",
    "training_certificate",
)

FUNCTIONS = {
    # Give free places to those who wait, the longest wait first. The event's row is held until the commit.
    "settle_event(integer, bigint, timestamptz)": """
CREATE FUNCTION settle_event(p_org integer, p_event bigint, p_now timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE one event; free integer; moved integer;
BEGIN
    IF NOT wall_sealed() THEN RETURN 0; END IF;
    SELECT * INTO one FROM event e WHERE e.org_id = p_org AND e.id = p_event FOR UPDATE;
    IF NOT FOUND OR one.state <> 'published' OR one.starts_at <= p_now
       OR NOT (p_org = wall_org() OR cohort_in_sight(p_org, one.cohort_id)) THEN RETURN 0; END IF;
    free := one.capacity - (SELECT count(*) FROM event_guest g
        WHERE g.org_id = p_org AND g.event_id = p_event AND g.seat AND g.withdrawn_at IS NULL);
    IF free <= 0 THEN RETURN 0; END IF;
    UPDATE event_guest g SET seat = true, waiting_at = NULL, moved_at = p_now, told_at = NULL
    WHERE g.org_id = p_org AND g.id IN (SELECT w.id FROM event_guest w WHERE w.org_id = p_org AND w.event_id = p_event
        AND w.waiting_at IS NOT NULL AND w.withdrawn_at IS NULL ORDER BY w.waiting_at, w.id LIMIT free);
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END $$""",
    # The viewer's own answer. What became of it: yes, waiting, maybe, no; or why not: gone, cancelled, begun.
    "answer_event(integer, bigint, text, timestamptz)": """
CREATE FUNCTION answer_event(p_org integer, p_event bigint, p_answer text, p_now timestamptz)
RETURNS TABLE (stands text, moved integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE one event; mine event_guest; taken integer;
BEGIN
    stands := 'gone'; moved := 0;
    IF NOT wall_sealed() OR p_answer NOT IN ('yes', 'maybe', 'no') THEN RETURN NEXT; RETURN; END IF;
    SELECT * INTO one FROM event e WHERE e.org_id = p_org AND e.id = p_event AND e.state <> 'draft' FOR UPDATE;
    IF NOT FOUND THEN RETURN NEXT; RETURN; END IF;
    SELECT * INTO mine FROM event_guest g WHERE g.org_id = p_org AND g.event_id = p_event
        AND g.person_id = wall_person() AND g.withdrawn_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN RETURN NEXT; RETURN; END IF;
    IF one.state = 'cancelled' THEN stands := 'cancelled'; RETURN NEXT; RETURN; END IF;
    IF one.starts_at <= p_now THEN stands := 'begun'; RETURN NEXT; RETURN; END IF;
    IF p_answer = 'yes' THEN
        IF NOT mine.seat THEN
            taken := (SELECT count(*) FROM event_guest g
                WHERE g.org_id = p_org AND g.event_id = p_event AND g.seat AND g.withdrawn_at IS NULL);
            mine.seat := one.capacity IS NULL OR taken < one.capacity;
        END IF;
        mine.waiting_at := CASE WHEN mine.seat THEN NULL ELSE coalesce(mine.waiting_at, p_now) END;
        stands := CASE WHEN mine.seat THEN 'yes' ELSE 'waiting' END;
    ELSE
        mine.seat := false; mine.waiting_at := NULL; stands := p_answer;
    END IF;
    UPDATE event_guest SET answer = p_answer, answered_at = p_now, seat = mine.seat, waiting_at = mine.waiting_at
        WHERE org_id = p_org AND id = mine.id;
    moved := settle_event(p_org, p_event, p_now);
    RETURN NEXT;
END $$""",
    # What those who see an event may know of it beside its row: the host's name and how many come; and one's own place in line.
    "event_figures(integer, bigint)": """
CREATE FUNCTION event_figures(p_org integer, p_cohort bigint)
RETURNS TABLE (event_id bigint, host text, invited integer, coming integer, maybe integer, declined integer,
    waiting integer, attended integer, in_line integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT ((p_org = wall_org() AND wall_coordinates()) OR takes_part(p_org, p_cohort)
        OR (wall_coordinates() AND cohort_in_sight(p_org, p_cohort))) THEN RETURN; END IF;
    RETURN QUERY SELECT e.id, p.name::text, count(g.id)::integer, (count(*) FILTER (WHERE g.seat))::integer,
        (count(*) FILTER (WHERE g.answer = 'maybe'))::integer, (count(*) FILTER (WHERE g.answer = 'no'))::integer,
        (count(*) FILTER (WHERE g.waiting_at IS NOT NULL))::integer,
        (count(*) FILTER (WHERE g.attended_at IS NOT NULL))::integer,
        (SELECT count(*)::integer FROM event_guest mine JOIN event_guest o ON o.org_id = mine.org_id
            AND o.event_id = mine.event_id AND o.withdrawn_at IS NULL AND (o.waiting_at, o.id) <= (mine.waiting_at, mine.id)
            WHERE mine.org_id = e.org_id AND mine.event_id = e.id AND mine.person_id = wall_person()
              AND mine.waiting_at IS NOT NULL)
    FROM event e JOIN person p ON p.id = e.host_id
    LEFT JOIN event_guest g ON g.org_id = e.org_id AND g.event_id = e.id AND g.withdrawn_at IS NULL
    WHERE e.org_id = p_org AND e.cohort_id = p_cohort
      AND (e.state <> 'draft' OR (p_org = wall_org() AND wall_coordinates()))
    GROUP BY e.org_id, e.id, p.name;
END $$""",
    # The guests by name, for those who run the cohort.
    "event_guests(integer, bigint)": """
CREATE FUNCTION event_guests(p_org integer, p_event bigint)
RETURNS TABLE (guest_id bigint, person_id bigint, name text, firm text, sides text[], answer text, seat boolean,
    waiting_at timestamptz, attended_at timestamptz, attended_by text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT (p_org = wall_org() AND wall_coordinates()) THEN RETURN; END IF;
    RETURN QUERY SELECT g.id, g.person_id, p.name::text, coalesce(min(o.name), '')::text,
        coalesce(array_agg(DISTINCT n.side::text) FILTER (WHERE n.side IS NOT NULL), '{}'), g.answer::text, g.seat,
        g.waiting_at, g.attended_at, g.attended_by::text
    FROM event_guest g JOIN event e ON e.org_id = g.org_id AND e.id = g.event_id JOIN person p ON p.id = g.person_id
    LEFT JOIN enrolment n ON n.org_id = g.org_id AND n.cohort_id = e.cohort_id AND n.person_id = g.person_id
        AND n.state IN ('enrolled', 'completed')
    LEFT JOIN organisation o ON o.id = n.firm_id
    WHERE g.org_id = p_org AND g.event_id = p_event AND g.withdrawn_at IS NULL
    GROUP BY g.org_id, g.id, p.name ORDER BY lower(p.name), g.id;
END $$""",
    # The viewer says the code of the room: attended, wrong, shut (no code is shown now), slow (too many guesses), gone.
    "attend_by_code(integer, bigint, text, timestamptz)": """
CREATE FUNCTION attend_by_code(p_org integer, p_event bigint, p_code text, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE mine event_guest; shown event_code;
BEGIN
    IF NOT wall_sealed() THEN RETURN 'gone'; END IF;
    SELECT * INTO mine FROM event_guest g WHERE g.org_id = p_org AND g.event_id = p_event
        AND g.person_id = wall_person() AND g.withdrawn_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    IF mine.attended_at IS NOT NULL THEN RETURN 'attended'; END IF;
    SELECT c.* INTO shown FROM event_code c JOIN event e ON e.org_id = c.org_id AND e.id = c.event_id AND e.state = 'published'
        WHERE c.org_id = p_org AND c.event_id = p_event AND c.opened_at <= p_now AND c.closes_at > p_now;
    IF NOT FOUND THEN RETURN 'shut'; END IF;
    IF mine.tried_at IS NULL OR mine.tried_at <= p_now - interval '15 minutes' THEN mine.tries := 0; mine.tried_at := p_now; END IF;
    IF mine.tries >= 5 THEN RETURN 'slow'; END IF;
    IF upper(regexp_replace(p_code, '[^A-Za-z0-9]', '', 'g')) = shown.code THEN
        UPDATE event_guest SET attended_at = p_now, attended_by = 'code', tries = 0 WHERE org_id = p_org AND id = mine.id;
        RETURN 'attended';
    END IF;
    UPDATE event_guest SET tries = mine.tries + 1, tried_at = mine.tried_at WHERE org_id = p_org AND id = mine.id;
    RETURN 'wrong';
END $$""",
    "organisations_with_due_events(timestamptz, timestamptz)": """
CREATE FUNCTION organisations_with_due_events(p_now timestamptz, p_until timestamptz) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT e.org_id FROM event e
    WHERE e.state = 'published' AND e.starts_at > p_now AND ((e.reminded_at IS NULL AND e.starts_at <= p_until)
        -- Somebody who had a place was erased: nobody answered, and it is free all the same.
        OR (EXISTS (SELECT FROM event_guest w WHERE w.org_id = e.org_id AND w.event_id = e.id
                    AND w.waiting_at IS NOT NULL AND w.withdrawn_at IS NULL)
            AND e.capacity > (SELECT count(*) FROM event_guest g WHERE g.org_id = e.org_id AND g.event_id = e.id
                              AND g.seat AND g.withdrawn_at IS NULL)))
$$""",
    # Set (p_back: or take back) that somebody is trained, on each side they are on. Which enrolments became so just now.
    "settle_training(integer, bigint, bigint, timestamptz, boolean)": """
CREATE FUNCTION settle_training(p_org integer, p_cohort bigint, p_person bigint, p_now timestamptz, p_back boolean)
RETURNS SETOF bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE one enrolment; asked integer; done integer;
BEGIN
    IF NOT wall_sealed() OR NOT (wall_person() = p_person
        OR (p_org = wall_org() AND (wall_coordinates() OR wall_role() = 'system'))) THEN RETURN; END IF;
    FOR one IN SELECT * FROM enrolment n WHERE n.org_id = p_org AND n.cohort_id = p_cohort AND n.person_id = p_person
               AND n.state = 'enrolled' ORDER BY n.id FOR UPDATE LOOP
        SELECT count(*), count(*) FILTER (WHERE training_done(p_org, m.id, m.event_id, p_person)) INTO asked, done
        FROM training_module m WHERE m.org_id = p_org AND m.cohort_id = p_cohort AND m.required AND m.removed_at IS NULL
          AND one.side = ANY (m.sides);
        IF one.trained_at IS NULL AND asked > 0 AND done = asked THEN
            UPDATE enrolment SET trained_at = p_now WHERE org_id = p_org AND id = one.id;
            RETURN NEXT one.id;
        ELSIF p_back AND one.trained_at IS NOT NULL AND done < asked THEN
            UPDATE enrolment SET trained_at = NULL WHERE org_id = p_org AND id = one.id;
        END IF;
    END LOOP;
END $$""",
    "training_done(integer, bigint, bigint, bigint)": """
CREATE FUNCTION training_done(p_org integer, p_module bigint, p_event bigint, p_person bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM training_progress t WHERE t.org_id = p_org AND t.module_id = p_module
                   AND t.person_id = p_person AND t.done_at IS NOT NULL)
        OR (p_event IS NOT NULL AND EXISTS (SELECT FROM event_guest g WHERE g.org_id = p_org AND g.event_id = p_event
            AND g.person_id = p_person AND g.attended_at IS NOT NULL))
$$""",
    # Who is done with what, for those who run the cohort: never an answer, a score or a number of attempts.
    "training_people(integer, bigint, integer, integer)": """
CREATE FUNCTION training_people(p_org integer, p_cohort bigint, p_limit integer, p_offset integer)
RETURNS TABLE (enrolment_id bigint, person_id bigint, name text, firm text, side text, done bigint[], trained_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT (p_org = wall_org() AND wall_coordinates()) THEN RETURN; END IF;
    RETURN QUERY SELECT n.id, n.person_id, p.name::text, coalesce(o.name, '')::text, n.side::text,
        ARRAY(SELECT m.id FROM training_module m WHERE m.org_id = p_org AND m.cohort_id = p_cohort AND m.removed_at IS NULL
              AND n.side = ANY (m.sides) AND training_done(p_org, m.id, m.event_id, n.person_id) ORDER BY m.place), n.trained_at
    FROM enrolment n JOIN person p ON p.id = n.person_id LEFT JOIN organisation o ON o.id = n.firm_id
    WHERE n.org_id = p_org AND n.cohort_id = p_cohort AND n.state IN ('enrolled', 'completed')
    ORDER BY n.trained_at IS NOT NULL, lower(p.name), n.id LIMIT p_limit OFFSET p_offset;
END $$""",
    "training_counts(integer, bigint)": """
CREATE FUNCTION training_counts(p_org integer, p_cohort bigint) RETURNS TABLE (module_id bigint, asked integer, done integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT (p_org = wall_org() AND wall_coordinates()) THEN RETURN; END IF;
    RETURN QUERY SELECT m.id, count(n.person_id)::integer,
        (count(*) FILTER (WHERE t.done_at IS NOT NULL OR g.attended_at IS NOT NULL))::integer
    FROM training_module m
    LEFT JOIN enrolment n ON n.org_id = m.org_id AND n.cohort_id = m.cohort_id AND n.state IN ('enrolled', 'completed')
        AND n.side = ANY (m.sides)
    LEFT JOIN training_progress t ON t.org_id = m.org_id AND t.module_id = m.id AND t.person_id = n.person_id
    LEFT JOIN event_guest g ON g.org_id = m.org_id AND g.event_id = m.event_id AND g.person_id = n.person_id
    WHERE m.org_id = p_org AND m.cohort_id = p_cohort AND m.removed_at IS NULL GROUP BY m.id;
END $$""",
}
GRANTED = {
    "settle_event(integer, bigint, timestamptz)": ("web", "worker"),
    "answer_event(integer, bigint, text, timestamptz)": ("web",),
    "event_figures(integer, bigint)": ("web",),
    "event_guests(integer, bigint)": ("web",),
    "attend_by_code(integer, bigint, text, timestamptz)": ("web",),
    "organisations_with_due_events(timestamptz, timestamptz)": ("worker",),
    "settle_training(integer, bigint, bigint, timestamptz, boolean)": ("web", "worker"),
    "training_done(integer, bigint, bigint, bigint)": (),
    "training_people(integer, bigint, integer, integer)": ("web",),
    "training_counts(integer, bigint)": ("web",),
}

RUNS = f"org_id = wall_org() AND wall_coordinates() AND {S}"
KEPT = f"org_id = wall_org() AND wall_role() = 'system' AND {S}"
OWN = f"person_id = wall_person() AND {S}"
PART = f"{S} AND takes_part(org_id, cohort_id)"
LOOKS_ON = f"({PART} OR (wall_coordinates() AND cohort_in_sight(org_id, cohort_id)))"

# (table, name, role, command, using, check)
POLICIES = (
    ("event", "web_select", "web", "SELECT", f"({RUNS}) OR (state <> 'draft' AND {S} AND {LOOKS_ON})", None),
    ("event", "web_insert", "web", "INSERT", None, RUNS),
    ("event", "web_update", "web", "UPDATE", RUNS, RUNS),
    ("event_code", "web_all", "web", "ALL", RUNS, RUNS),
    ("event_guest", "web_select", "web", "SELECT", f"(person_id = wall_person() OR (org_id = wall_org() AND wall_coordinates())) AND {S}", None),
    ("event_guest", "web_update", "web", "UPDATE", RUNS, RUNS),
    ("training_module", "web_select", "web", "SELECT", f"({RUNS}) OR ({PART})", None),
    ("training_module", "web_insert", "web", "INSERT", None, RUNS),
    ("training_module", "web_update", "web", "UPDATE", RUNS, RUNS),
    ("cohort_material", "web_select", "web", "SELECT", f"({RUNS}) OR ({PART})", None),
    ("cohort_material", "web_insert", "web", "INSERT", None, RUNS),
    ("cohort_material", "web_update", "web", "UPDATE", RUNS, RUNS),
    ("training_progress", "web_select", "web", "SELECT", OWN, None),
    ("training_progress", "web_insert", "web", "INSERT", None, f"{OWN} AND takes_part(org_id, cohort_id)"),
    ("training_progress", "web_update", "web", "UPDATE", OWN, OWN),
    ("quiz_answer", "web_select", "web", "SELECT", OWN, None),
    ("quiz_answer", "web_insert", "web", "INSERT", None, OWN),
    ("training_certificate", "web_select", "web", "SELECT", OWN, None),
    *((table, "worker_all", "worker", "ALL", KEPT, KEPT) for table in TABLES if table not in ("quiz_answer", "training_progress")),
    *(
        (table, "worker_export", "worker", "SELECT", f"wall_role() IN ('export', 'erasure') AND person_id = wall_person() AND {S}", None)
        for table in ("event_guest", "training_progress", "quiz_answer", "training_certificate")
    ),
    *(
        (table, "worker_erasure", "worker", "DELETE", f"wall_role() = 'erasure' AND person_id = wall_person() AND {S}", None)
        for table in ("event_guest", "training_progress", "quiz_answer", "training_certificate")
    ),
    ("event", "worker_export", "worker", "SELECT", f"wall_role() = 'export' AND host_id = wall_person() AND {S}", None),
)  # fmt: skip

GATE = {
    "event": ("SELECT", "UPDATE"),
    "event_code": ("SELECT",),
    "event_guest": ("SELECT", "UPDATE"),
    "training_module": ("SELECT",),
    "training_progress": ("SELECT",),
}

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON event, training_module, cohort_material TO passerelle_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON event_code TO passerelle_web;
GRANT SELECT ON event_guest TO passerelle_web;
GRANT UPDATE (attended_at, attended_by) ON event_guest TO passerelle_web;
GRANT SELECT, INSERT ON training_progress, quiz_answer TO passerelle_web;
GRANT UPDATE (tries, best, done_at, updated_at) ON training_progress TO passerelle_web;
GRANT SELECT ON training_certificate TO passerelle_web;
GRANT SELECT, UPDATE ON event TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON event_guest TO passerelle_worker;
GRANT SELECT ON training_module, cohort_material, event_code TO passerelle_worker;
GRANT SELECT, INSERT, DELETE ON training_certificate TO passerelle_worker;
GRANT SELECT, DELETE ON training_progress, quiz_answer TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON event, event_code, event_guest, training_module, cohort_material, training_progress,
    quiz_answer, training_certificate TO passerelle_operator;
GRANT UPDATE (trained_at) ON enrolment TO passerelle_gate;
CREATE POLICY gate_trains ON enrolment FOR UPDATE TO passerelle_gate USING (true);
"""


def _col(
    name: str, kind: sa.types.TypeEngine[object], *, nullable: bool = False, **options: object
) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable, **options)  # type: ignore[arg-type]


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _one_of(column: str, name: str, *values: str, nullable: bool = False) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=nullable)


def _refers(table: str, column: str, to: str, *, nullable: bool = False) -> sa.Column[int]:
    kind = sa.Integer() if to == "organisation" else sa.BigInteger()
    return sa.Column(column, kind, sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}"), nullable=nullable)


def _child(table: str, *columns: str, of: str, to: tuple[str, ...], **options: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", *columns], [f"{of}.{name}" for name in to], name=f"fk_{table}_org_id_{'_'.join(columns)}", **options
    )


def _key(table: str) -> tuple[sa.Column[int], sa.Column[object]]:
    return _refers(table, "org_id", "organisation"), _col("id", sa.BigInteger())


def _texts(*names: str) -> list[sa.Column[object]]:
    return [_col(name, sa.Text()) for name in names]


def _sides() -> sa.Column[object]:
    return sa.Column("sides", postgresql.ARRAY(sa.Text()), nullable=False)


def _tables() -> None:
    small, big = sa.SmallInteger(), sa.BigInteger()
    op.create_table(
        "event",
        *_key("event"),
        _col("cohort_id", big),
        _one_of("kind", "eventkind", "launch", "workshop", "mid_point", "closing", "training"),
        _one_of("state", "eventstate", "draft", "published", "cancelled"),
        _col("title_en", sa.String(120)),
        _col("title_fr", sa.String(120)),
        *_texts("words_en", "words_fr"),
        _moment("starts_at", nullable=False),
        _col("minutes", small),
        _col("zone", sa.String(60)),
        _col("place", sa.String(200)),
        _col("video_url", sa.String(500)),
        _col("capacity", sa.Integer(), nullable=True),
        _sides(),
        _refers("event", "host_id", "person"),
        _col("uid", sa.String(120)),
        _col("sequence", sa.Integer()),
        _moment("created_at", nullable=False),
        *[_moment(name) for name in ("published_at", "reminded_at")],
        _col("version", sa.Integer()),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_event"),
        _child("event", "cohort_id", of="cohort", to=("org_id", "id")),
        sa.UniqueConstraint("uid", name="uq_event_uid"),
        sa.UniqueConstraint("org_id", "cohort_id", "id", name="uq_event_of_cohort"),
        sa.CheckConstraint("minutes BETWEEN 5 AND 1440", name="ck_event_within_a_day"),
        sa.CheckConstraint("capacity >= 1", name="ck_event_somebody"),
    )
    op.create_index("ix_event_cohort", "event", ["org_id", "cohort_id", "starts_at"])
    op.create_index(
        "ix_event_due",
        "event",
        ["starts_at"],
        postgresql_where=sa.text("state = 'published' AND reminded_at IS NULL"),
    )
    op.create_table(
        "event_code",
        _refers("event_code", "org_id", "organisation"),
        _col("event_id", big),
        _col("code", sa.String(8)),
        _moment("opened_at", nullable=False),
        _moment("closes_at", nullable=False),
        sa.PrimaryKeyConstraint("org_id", "event_id", name="pk_event_code"),
        _child("event_code", "event_id", of="event", to=("org_id", "id"), ondelete="CASCADE"),
    )
    op.create_table(
        "event_guest",
        *_key("event_guest"),
        _col("event_id", big),
        _refers("event_guest", "person_id", "person"),
        _moment("invited_at", nullable=False),
        _one_of("answer", "answer", "yes", "maybe", "no", nullable=True),
        _moment("answered_at"),
        _col("seat", sa.Boolean()),
        *[_moment(name) for name in ("waiting_at", "moved_at", "told_at", "withdrawn_at", "attended_at")],
        _one_of("attended_by", "seen", "host", "code", nullable=True),
        _col("tries", small),
        _moment("tried_at"),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_event_guest"),
        _child("event_guest", "event_id", of="event", to=("org_id", "id"), ondelete="CASCADE"),
        sa.UniqueConstraint("org_id", "event_id", "person_id", name="uq_event_guest_org_id_event_id_person_id"),
        sa.CheckConstraint("NOT (seat AND waiting_at IS NOT NULL)", name="ck_event_guest_sits_or_waits"),
    )
    op.create_index("ix_event_guest_person_id", "event_guest", ["person_id"])
    op.create_index(
        "ix_event_guest_waiting",
        "event_guest",
        ["org_id", "event_id", "waiting_at"],
        postgresql_where=sa.text("waiting_at IS NOT NULL"),
    )
    op.create_table(
        "training_module",
        *_key("training_module"),
        _col("cohort_id", big),
        _one_of("kind", "modulekind", "text", "video", "file", "quiz", "live"),
        _col("place", small),
        _sides(),
        _col("required", sa.Boolean()),
        _col("title_en", sa.String(120)),
        _col("title_fr", sa.String(120)),
        *_texts("body_en", "body_fr"),
        _col("minutes", small),
        _col("video_url", sa.String(500)),
        _col("event_id", big, nullable=True),
        _col("quiz", postgresql.JSONB(astext_type=sa.Text())),
        _col("pass_percent", small),
        _col("tries", small),
        _moment("created_at", nullable=False),
        _moment("removed_at"),
        _col("version", sa.Integer()),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_training_module"),
        _child("training_module", "cohort_id", of="cohort", to=("org_id", "id")),
        _child("training_module", "cohort_id", "event_id", of="event", to=("org_id", "cohort_id", "id")),
        sa.CheckConstraint("pass_percent BETWEEN 1 AND 100", name="ck_training_module_percent"),
        sa.CheckConstraint("tries BETWEEN 0 AND 20", name="ck_training_module_tries"),
    )
    op.create_index("ix_training_module_cohort", "training_module", ["org_id", "cohort_id", "place"])
    op.create_table(
        "cohort_material",
        *_key("cohort_material"),
        _col("cohort_id", big),
        _col("event_id", big, nullable=True),
        _col("module_id", big, nullable=True),
        _col("name", sa.String(120)),
        _col("url", sa.String(500)),
        _col("kind", sa.String(8)),
        _col("size", sa.Integer()),
        _col("content", sa.LargeBinary(), nullable=True),
        _refers("cohort_material", "added_by_id", "person"),
        _moment("created_at", nullable=False),
        _moment("removed_at"),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_cohort_material"),
        _child("cohort_material", "cohort_id", of="cohort", to=("org_id", "id")),
        _child("cohort_material", "event_id", of="event", to=("org_id", "id"), ondelete="CASCADE"),
        _child("cohort_material", "module_id", of="training_module", to=("org_id", "id"), ondelete="CASCADE"),
        sa.CheckConstraint("num_nonnulls(event_id, module_id) = 1", name="ck_cohort_material_of_one"),
        sa.CheckConstraint("(url = '') = (content IS NOT NULL)", name="ck_cohort_material_file_or_link"),
    )
    op.create_index("ix_cohort_material_event", "cohort_material", ["org_id", "event_id"])
    op.create_index("ix_cohort_material_module", "cohort_material", ["org_id", "module_id"])
    op.create_table(
        "training_progress",
        *_key("training_progress"),
        _col("cohort_id", big),
        _col("module_id", big),
        _refers("training_progress", "person_id", "person"),
        _col("tries", small),
        _col("best", small),
        _moment("done_at"),
        _moment("updated_at", nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_training_progress"),
        _child("training_progress", "module_id", of="training_module", to=("org_id", "id")),
        sa.UniqueConstraint("org_id", "module_id", "person_id", name="uq_training_progress_org_id_module_id_person_id"),
    )
    op.create_index("ix_training_progress_person_id", "training_progress", ["person_id", "cohort_id"])
    op.create_table(
        "quiz_answer",
        *_key("quiz_answer"),
        _col("module_id", big),
        _refers("quiz_answer", "person_id", "person"),
        _col("attempt", small),
        _col("answers", postgresql.JSONB(astext_type=sa.Text())),
        _col("percent", small),
        _moment("at", nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_quiz_answer"),
        _child("quiz_answer", "module_id", of="training_module", to=("org_id", "id")),
        sa.UniqueConstraint("org_id", "module_id", "person_id", "attempt", name="uq_quiz_answer_attempt"),
    )
    op.create_index("ix_quiz_answer_person_id", "quiz_answer", ["person_id"])
    op.create_table(
        "training_certificate",
        _refers("training_certificate", "org_id", "organisation"),
        _col("enrolment_id", big),
        _col("cohort_id", big),
        _refers("training_certificate", "person_id", "person"),
        _col("title", sa.String(200)),
        _col("content", sa.LargeBinary()),
        _moment("issued_at", nullable=False),
        sa.PrimaryKeyConstraint("org_id", "enrolment_id", name="pk_training_certificate"),
        _child("training_certificate", "enrolment_id", of="enrolment", to=("org_id", "id")),
    )
    op.create_index("ix_training_certificate_person_id", "training_certificate", ["person_id"])


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    execute(GRANTS)
    for table, commands in GATE.items():
        for command in commands:
            op.execute(f"GRANT {command} ON {table} TO passerelle_gate")
            op.execute(f"CREATE POLICY gate_{command.lower()} ON {table} FOR {command} TO passerelle_gate USING (true)")
    op.execute("SET LOCAL ROLE passerelle_gate")
    execute("SET LOCAL check_function_bodies = off")
    for signature, body in FUNCTIONS.items():
        execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in GRANTED[signature]:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")


def downgrade() -> None:
    op.execute("DROP POLICY gate_trains ON enrolment")
    op.execute("REVOKE UPDATE (trained_at) ON enrolment FROM passerelle_gate")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
