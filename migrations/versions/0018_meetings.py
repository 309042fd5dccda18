"""Slots, meetings of a pair, the talk before confirming, calendar feeds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
PARTY = "wall_person() IN (mentee_person_id, mentor_person_id)"
OWN = "person_id = wall_person()"
OURS = "org_id = wall_org()"

FUNCTIONS = """
-- Who may know when a mentor can be met: the mentor, and whoever is their mentee or about to become it.
CREATE FUNCTION may_meet(p_mentor bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR wall_person() = 0 THEN RETURN false; END IF;
    RETURN wall_person() = p_mentor
        OR EXISTS (SELECT FROM mentorship m WHERE m.mentee_person_id = wall_person() AND m.mentor_person_id = p_mentor AND m.state <> 'ended')
        OR EXISTS (SELECT FROM mentoring_request r WHERE r.mentee_person_id = wall_person() AND r.mentor_person_id = p_mentor AND r.state = 'accepted');
END $$;

CREATE FUNCTION hours_of(p_mentor bigint) RETURNS TABLE (zone text, minutes smallint, notice_hours smallint, pattern jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT may_meet(p_mentor) THEN RETURN; END IF;
    RETURN QUERY SELECT h.zone::text, h.minutes, h.notice_hours, h.pattern FROM meeting_hours h WHERE h.person_id = p_mentor;
END $$;

-- When the mentor, or the one who asks, is taken: times alone, neither with whom nor where.
CREATE FUNCTION busy_times(p_mentor bigint, p_after timestamptz, p_but bigint) RETURNS TABLE (starts_at timestamptz, ends_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT may_meet(p_mentor) THEN RETURN; END IF;
    RETURN QUERY SELECT DISTINCT m.starts_at, m.ends_at FROM meeting m
    WHERE m.state = 'planned' AND m.ends_at > p_after AND m.id <> p_but
      AND (p_mentor IN (m.mentor_person_id, m.mentee_person_id) OR wall_person() IN (m.mentor_person_id, m.mentee_person_id));
END $$;

-- Those who assist one of the two where they work now, for the worker's letters about a meeting it keeps.
CREATE FUNCTION assistants_of_meeting(p_meeting bigint) RETURNS TABLE (
    org_id integer, assistant_person_id bigint, executive_person_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN; END IF;
    RETURN QUERY SELECT a.org_id, a.assistant_person_id, a.executive_person_id FROM meeting m
    LEFT JOIN mentorship s ON s.org_id = m.org_id AND s.id = m.mentorship_id
    LEFT JOIN mentoring_request r ON r.org_id = m.org_id AND r.id = m.request_id
    JOIN assistance a ON (a.executive_person_id = m.mentee_person_id AND a.org_id = coalesce(s.mentee_employer_id, r.org_id))
                      OR (a.executive_person_id = m.mentor_person_id AND a.org_id = coalesce(s.mentor_employer_id, r.mentor_org_id))
    JOIN affiliation f ON f.org_id = a.org_id AND f.id = a.assistant_id
    WHERE m.org_id = wall_org() AND m.id = p_meeting
      AND a.assistant_person_id NOT IN (m.mentee_person_id, m.mentor_person_id)
      AND a.assistant_accepted_at IS NOT NULL AND a.executive_accepted_at IS NOT NULL
      AND a.since <= current_date AND (a.until IS NULL OR a.until > current_date)
      AND (f.ended_on IS NULL OR f.ended_on > current_date) ORDER BY 1, 2;
END $$;

-- For the clock: whose keeper has a meeting to remind of, or one to ask about. A pair that pauses is left in peace.
CREATE FUNCTION organisations_with_due_meetings(p_now timestamptz, p_remind_before timestamptz) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT m.org_id FROM meeting m
    LEFT JOIN mentorship s ON s.org_id = m.org_id AND s.id = m.mentorship_id
    WHERE m.state = 'planned' AND coalesce(s.state, 'running') = 'running'
      AND ((m.reminded_at IS NULL AND m.starts_at > p_now AND m.starts_at <= p_remind_before)
        OR (m.asked_at IS NULL AND m.ends_at <= p_now))
$$;

-- A person's calendar feed, by the hash of its token: with whom, when, where, in all of their workspaces. It opens no context.
-- The first column is set for whoever owns the feed even when there is no meeting; no row: no such feed.
CREATE FUNCTION feed_meetings(p_token_hash bytea, p_since timestamptz) RETURNS TABLE (
    owner_name text, locale text, uid text, sequence integer, starts_at timestamptz, ends_at timestamptz, zone text,
    place text, video_url text, changed_at timestamptz, other_name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT p.name::text, p.locale::text, m.uid::text, m.sequence, m.starts_at, m.ends_at, m.zone::text,
        m.place::text, m.video_url::text, m.changed_at, o.name::text
    FROM calendar_feed f JOIN person p ON p.id = f.person_id
    JOIN account a ON a.id = p.id AND a.active
    LEFT JOIN meeting m ON f.person_id IN (m.mentee_person_id, m.mentor_person_id) AND m.state <> 'cancelled' AND m.ends_at > p_since
    LEFT JOIN person o ON o.id = CASE WHEN m.mentee_person_id = f.person_id THEN m.mentor_person_id ELSE m.mentee_person_id END
    WHERE f.token_hash = p_token_hash ORDER BY m.starts_at;
END $$;
"""

# What an assistant sees of a schedule: since when, how often, and the next meeting's time. Never its words or its place.
SCHEDULE = """
CREATE FUNCTION assisted_mentorships() RETURNS TABLE (
    assistance_id bigint, mentorship_id bigint, executive_name text, executive_zone text, other_name text, executive_is_mentor boolean,
    state text, cadence text, started_at timestamptz{column})
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT a.assistance_id, m.id, e.name::text, e.time_zone::text, o.name::text, m.mentor_person_id = e.id,
           m.state::text, m.cadence::text, m.started_at{value}
    FROM assisted_by_me() a JOIN person e ON e.id = a.executive_person_id
    JOIN mentorship m ON (m.mentee_person_id = e.id AND m.mentee_employer_id = a.org_id)
                      OR (m.mentor_person_id = e.id AND m.mentor_employer_id = a.org_id)
    JOIN person o ON o.id = CASE WHEN m.mentor_person_id = e.id THEN m.mentee_person_id ELSE m.mentor_person_id END
    WHERE m.state <> 'ended' ORDER BY m.started_at DESC;
END $$;
"""
NEXT = """,
           (SELECT min(n.starts_at) FROM meeting n WHERE n.org_id = m.org_id AND n.mentorship_id = m.id AND n.state = 'planned'
              AND n.ends_at > statement_timestamp())"""

GATE_FUNCTIONS = {
    "may_meet(bigint)": (),
    "hours_of(bigint)": ("web",),
    "busy_times(bigint, timestamptz, bigint)": ("web",),
    "assistants_of_meeting(bigint)": ("worker",),
    "organisations_with_due_meetings(timestamptz, timestamptz)": ("worker",),
    "feed_meetings(bytea, timestamptz)": ("web",),
}

MY_TALK = """EXISTS (SELECT FROM chemistry_meeting t WHERE t.org_id = chemistry_answer.org_id
    AND t.request_id = chemistry_answer.request_id AND t.settled_at IS NULL)"""
TALKED = (
    """EXISTS (SELECT FROM chemistry_meeting t WHERE t.org_id = {table}.org_id AND t.request_id = {table}.request_id)"""
)

TABLES = ("meeting", "meeting_hours", "calendar_feed", "chemistry_meeting", "chemistry_answer")

# (name, table, role, command, using, check)
POLICIES = (
    ("web_select", "meeting", "web", "SELECT", f"{PARTY} AND {S}", None),
    ("web_insert", "meeting", "web", "INSERT", None, f"{PARTY} AND set_by_person_id = wall_person() AND {S}"),
    ("web_update", "meeting", "web", "UPDATE", f"{PARTY} AND {S}", f"{PARTY} AND {S}"),
    ("worker_select", "meeting", "worker", "SELECT", f"{OURS} AND {S}", None),
    ("worker_update", "meeting", "worker", "UPDATE", f"{OURS} AND {S}", None),
    ("worker_export", "meeting", "worker", "SELECT", f"wall_role() = 'export' AND {PARTY} AND {S}", None),
    ("worker_erasure", "meeting", "worker", "ALL", f"wall_role() = 'erasure' AND {PARTY} AND {S}",
     f"wall_role() = 'erasure' AND {S}"),
    ("web_own", "meeting_hours", "web", "ALL", f"{OWN} AND {S}", f"{OWN} AND {S}"),
    ("worker_export", "meeting_hours", "worker", "SELECT", f"wall_role() = 'export' AND {OWN} AND {S}", None),
    ("worker_erasure", "meeting_hours", "worker", "ALL", f"wall_role() = 'erasure' AND {OWN} AND {S}",
     f"wall_role() = 'erasure' AND {S}"),
    ("web_own", "calendar_feed", "web", "ALL", f"{OWN} AND {S}", f"{OWN} AND {S}"),
    ("worker_export", "calendar_feed", "worker", "SELECT", f"wall_role() = 'export' AND {OWN} AND {S}", None),
    ("worker_erasure", "calendar_feed", "worker", "ALL", f"wall_role() = 'erasure' AND {OWN} AND {S}",
     f"wall_role() = 'erasure' AND {S}"),
    ("web_select", "chemistry_meeting", "web", "SELECT", f"{PARTY} AND {S}", None),
    ("web_insert", "chemistry_meeting", "web", "INSERT", None, f"{PARTY} AND settled_at IS NULL AND {S}"),
    ("worker_select", "chemistry_meeting", "worker", "SELECT", f"{OURS} AND {S}", None),
    ("worker_update", "chemistry_meeting", "worker", "UPDATE", f"{OURS} AND {S}", None),
    ("worker_export", "chemistry_meeting", "worker", "SELECT", f"wall_role() = 'export' AND {PARTY} AND {S}", None),
    ("worker_erasure", "chemistry_meeting", "worker", "ALL", f"wall_role() = 'erasure' AND {PARTY} AND {S}",
     f"wall_role() = 'erasure' AND {S}"),
    # One's own answer, and never the other's.
    ("web_select", "chemistry_answer", "web", "SELECT", f"{OWN} AND {S}", None),
    ("web_insert", "chemistry_answer", "web", "INSERT", None, f"{OWN} AND {MY_TALK} AND {S}"),
    ("web_update", "chemistry_answer", "web", "UPDATE", f"{OWN} AND {S}", f"{OWN} AND {MY_TALK} AND {S}"),
    ("worker_select", "chemistry_answer", "worker", "SELECT", f"{OURS} AND {S}", None),
    ("worker_delete", "chemistry_answer", "worker", "DELETE", f"{OURS} AND {S}", None),
    ("worker_export", "chemistry_answer", "worker", "SELECT", f"wall_role() = 'export' AND {OWN} AND {S}", None),
    ("worker_erasure", "chemistry_answer", "worker", "ALL", f"wall_role() = 'erasure' AND {OWN} AND {S}",
     f"wall_role() = 'erasure' AND {S}"),
    # A yes of both confirms: the worker, which alone may read both, makes the pair and shows each how to reach the other.
    ("worker_insert", "mentorship", "worker", "INSERT", None, f"{OURS} AND {S} AND {TALKED.format(table='mentorship')}"),
    ("worker_insert", "request_message", "worker", "INSERT", None,
     f"{OURS} AND {S} AND kind = 'contact' AND {TALKED.format(table='request_message')}"),
)  # fmt: skip

CHANGED = (
    "sequence, starts_at, ends_at, zone, place, video_url, agenda, state, set_by_person_id, changed_at, reminded_at, asked_at, "
    "mentee_said, mentor_said"
)
GRANTS = f"""
GRANT SELECT, INSERT ON meeting TO passerelle_web;
GRANT UPDATE ({CHANGED}) ON meeting TO passerelle_web;
GRANT SELECT ON meeting TO passerelle_worker;
GRANT UPDATE (sequence, place, video_url, agenda, state, changed_at, reminded_at, asked_at) ON meeting TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE ON meeting_hours TO passerelle_web;
GRANT SELECT, DELETE ON meeting_hours TO passerelle_worker;
GRANT SELECT (person_id, made_at), INSERT, UPDATE, DELETE ON calendar_feed TO passerelle_web;
GRANT SELECT (person_id, made_at), DELETE ON calendar_feed TO passerelle_worker;
GRANT SELECT, INSERT ON chemistry_meeting, chemistry_answer TO passerelle_web;
GRANT UPDATE (goes_on, contact, answered_at) ON chemistry_answer TO passerelle_web;
GRANT SELECT, DELETE ON chemistry_meeting, chemistry_answer TO passerelle_worker;
GRANT UPDATE (settled_at) ON chemistry_meeting TO passerelle_worker;
GRANT INSERT ON mentorship, request_message TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON meeting, meeting_hours, calendar_feed, chemistry_meeting, chemistry_answer TO passerelle_operator;
GRANT SELECT ON meeting, meeting_hours, calendar_feed TO passerelle_gate;
"""


def upgrade() -> None:
    op.create_unique_constraint(
        "uq_mentoring_request_pair", "mentoring_request", ["org_id", "id", "mentee_person_id", "mentor_person_id"]
    )
    _tables()
    execute = op.get_bind().exec_driver_sql
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
        op.execute(f"CREATE POLICY gate_select ON {table} FOR SELECT TO passerelle_gate USING (true)")
    op.execute("SET LOCAL ROLE passerelle_gate")
    execute(FUNCTIONS)
    _schedule(", next_meeting timestamptz", NEXT)
    for signature, roles in GATE_FUNCTIONS.items():
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.execute(GRANTS)
    for name, table, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")


def _schedule(column: str, value: str) -> None:
    op.execute("DROP FUNCTION assisted_mentorships()")
    op.get_bind().exec_driver_sql(SCHEDULE.format(column=column, value=value))
    op.execute("REVOKE EXECUTE ON FUNCTION assisted_mentorships() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION assisted_mentorships() TO passerelle_web")


def _tables() -> None:
    moment = sa.DateTime(timezone=True)

    def person(name: str, table: str) -> sa.Column:
        return sa.Column(name, sa.BigInteger(), sa.ForeignKey("person.id", name=f"fk_{table}_{name}"), nullable=False)

    op.create_table(
        "meeting",
        sa.Column("org_id", sa.Integer(), sa.ForeignKey("organisation.id", name="fk_meeting_org_id"), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("mentorship_id", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("mentee_person_id", sa.BigInteger(), nullable=False),
        sa.Column("mentor_person_id", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.String(120), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("starts_at", moment, nullable=False),
        sa.Column("ends_at", moment, nullable=False),
        sa.Column("zone", sa.String(60), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("video_url", sa.String(500), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("state", _one_of("meetingstate", "planned", "cancelled", "held", "missed"), nullable=False),
        person("set_by_person_id", "meeting"),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("reminded_at", moment, nullable=True),
        sa.Column("asked_at", moment, nullable=True),
        sa.Column("mentee_said", _one_of("mentee_said", "held", "missed"), nullable=True),
        sa.Column("mentor_said", _one_of("mentor_said", "held", "missed"), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_meeting"),
        sa.UniqueConstraint("uid", name="uq_meeting_uid"),
        *(
            sa.ForeignKeyConstraint(
                ["org_id", f"{parent}_id", "mentee_person_id", "mentor_person_id"],
                [f"{table}.org_id", f"{table}.id", f"{table}.mentee_person_id", f"{table}.mentor_person_id"],
                name=f"fk_meeting_{parent}",
            )
            for parent, table in (("mentorship", "mentorship"), ("request", "mentoring_request"))
        ),
        sa.CheckConstraint("num_nonnulls(mentorship_id, request_id) = 1", name="ck_meeting_of_one"),
        sa.CheckConstraint("ends_at > starts_at", name="ck_meeting_takes_time"),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(mentor_person_id, mentor_person_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("state = 'planned'"),
            using="gist",
            name="ex_meeting_mentor_once",
        ),
    )
    op.create_index("ix_meeting_mentorship", "meeting", ["org_id", "mentorship_id", "starts_at"])
    op.create_index("ix_meeting_mentee_person_id", "meeting", ["mentee_person_id", "starts_at"])
    op.create_index("ix_meeting_mentor_person_id", "meeting", ["mentor_person_id", "starts_at"])
    op.create_index(
        "uq_meeting_one_talk",
        "meeting",
        ["org_id", "request_id"],
        unique=True,
        postgresql_where=sa.text("request_id IS NOT NULL AND state <> 'cancelled'"),
    )
    op.create_index(
        "ix_meeting_due",
        "meeting",
        ["starts_at"],
        postgresql_where=sa.text("state = 'planned' AND (reminded_at IS NULL OR asked_at IS NULL)"),
    )
    op.create_table(
        "meeting_hours",
        person("person_id", "meeting_hours"),
        sa.Column("zone", sa.String(60), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("notice_hours", sa.SmallInteger(), nullable=False),
        sa.Column("pattern", postgresql.JSONB(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_meeting_hours"),
    )
    op.create_table(
        "calendar_feed",
        person("person_id", "calendar_feed"),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_calendar_feed"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_feed_token_hash"),
    )

    op.create_table(
        "chemistry_meeting",
        sa.Column(
            "org_id", sa.Integer(), sa.ForeignKey("organisation.id", name="fk_chemistry_meeting_org_id"), nullable=False
        ),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("mentee_person_id", sa.BigInteger(), nullable=False),
        sa.Column("mentor_person_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("settled_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("org_id", "request_id", name="pk_chemistry_meeting"),
        sa.ForeignKeyConstraint(
            ["org_id", "request_id", "mentee_person_id", "mentor_person_id"],
            [f"mentoring_request.{name}" for name in ("org_id", "id", "mentee_person_id", "mentor_person_id")],
            name="fk_chemistry_meeting_request",
        ),
    )
    op.create_table(
        "chemistry_answer",
        sa.Column(
            "org_id", sa.Integer(), sa.ForeignKey("organisation.id", name="fk_chemistry_answer_org_id"), nullable=False
        ),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        person("person_id", "chemistry_answer"),
        sa.Column("goes_on", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        sa.Column("answered_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "request_id", "person_id", name="pk_chemistry_answer"),
        sa.ForeignKeyConstraint(
            ["org_id", "request_id"],
            ["chemistry_meeting.org_id", "chemistry_meeting.request_id"],
            name="fk_chemistry_answer_meeting",
            ondelete="CASCADE",
        ),
    )


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    _schedule("", "")
    for signature in reversed(GATE_FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.execute("DROP POLICY worker_insert ON mentorship")
    op.execute("DROP POLICY worker_insert ON request_message")
    op.execute("REVOKE INSERT ON mentorship, request_message FROM passerelle_worker")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_constraint("uq_mentoring_request_pair", "mentoring_request")
