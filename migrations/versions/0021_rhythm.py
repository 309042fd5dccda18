"""Check-ins, reviews, quiet pairs and pauses.

Every row of a pair carries its two people, so a policy looks at the row alone. What a coordinator may know of a pair
(that it exists, where it stands, since when it is quiet) comes from functions without a column of text.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
PAIR = "wall_person() IN (mentee_person_id, mentor_person_id)"
TABLES = (
    "mentorship_pulse",
    "check_in",
    "check_in_answer",
    "mentorship_extension",
    "mentorship_pause",
    "rhythm_setting",
)

# --- the pulse ----------------------------------------------------------------------------------------------------------

PULSE = """
-- Half of the time agreed, or half a year where no end is agreed yet.
CREATE FUNCTION half_way(p_started timestamptz, p_ends date) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT p_started + CASE WHEN p_ends IS NULL THEN 182 * interval '24 hours'
                            ELSE (p_ends::timestamp AT TIME ZONE 'UTC' - p_started) / 2 END
$$;

-- A pair has a pulse from its first moment, and its clocks stop in the transaction that pauses or ends it. They start again
-- only when the worker has moved what was due: it clears paused_at.
CREATE FUNCTION keep_pulse() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO mentorship_pulse (org_id, mentorship_id, mentee_person_id, mentor_person_id, last_sign_at, check_in_at,
                                      review_at, paused_at, over)
        VALUES (NEW.org_id, NEW.id, NEW.mentee_person_id, NEW.mentor_person_id, NEW.started_at,
                CASE WHEN NEW.state <> 'ended' THEN NEW.started_at + 42 * interval '24 hours' END,
                CASE WHEN NEW.state <> 'ended' THEN half_way(NEW.started_at, NEW.ends_on) END,
                CASE WHEN NEW.state = 'paused' THEN coalesce(NEW.paused_at, NEW.started_at) END, NEW.state = 'ended')
        ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF NEW.state = 'ended' THEN
        UPDATE mentorship_pulse SET over = true, check_in_at = NULL, review_at = NULL, paused_at = NULL
        WHERE org_id = NEW.org_id AND mentorship_id = NEW.id AND NOT over;
    ELSIF NEW.state = 'paused' THEN
        UPDATE mentorship_pulse SET paused_at = coalesce(NEW.paused_at, now())
        WHERE org_id = NEW.org_id AND mentorship_id = NEW.id AND paused_at IS NULL;
    END IF;
    IF NEW.ends_on IS DISTINCT FROM OLD.ends_on AND NEW.state <> 'ended' THEN
        UPDATE mentorship_pulse SET review_at = half_way(NEW.started_at, NEW.ends_on)
        WHERE org_id = NEW.org_id AND mentorship_id = NEW.id AND reviewed_at IS NULL AND review_at IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;

-- Whatever the two do together counts, and nothing is kept of what it was. Told at most once an hour.
CREATE FUNCTION mark_sign_of_life(p_org integer, p_mentorship bigint, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    UPDATE mentorship_pulse SET last_sign_at = greatest(last_sign_at, p_now), nudged_at = NULL, hinted_at = NULL
    WHERE org_id = p_org AND mentorship_id = p_mentorship AND NOT over
      AND (wall_person() IN (mentee_person_id, mentor_person_id) OR (wall_role() = 'system' AND org_id = wall_org()))
      AND (nudged_at IS NOT NULL OR last_sign_at < p_now - interval '1 hour');
END $$;

-- Whatever table it is written in, no page can forget to tell. Loading by hand has no context, and tells nothing.
CREATE FUNCTION tell_sign_of_life() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF coalesce(current_setting('passerelle.org', true), '') <> '' THEN
        PERFORM mark_sign_of_life(NEW.org_id, NEW.mentorship_id, (to_jsonb(NEW) ->> TG_ARGV[0])::timestamptz);
    END IF;
    RETURN NULL;
END $$;

-- A review is shown to the other when both have answered. The worker learns that, and not a word.
CREATE FUNCTION share_review(p_org integer, p_check_in bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' OR p_org <> wall_org()
       OR NOT EXISTS (SELECT FROM check_in c WHERE c.org_id = p_org AND c.id = p_check_in AND c.occasion = 'review') THEN
        RETURN false;
    END IF;
    UPDATE check_in_answer a SET shared = true WHERE a.org_id = p_org AND a.check_in_id = p_check_in AND NOT a.shared
      AND 2 = (SELECT count(*) FROM check_in_answer b WHERE b.org_id = p_org AND b.check_in_id = p_check_in);
    RETURN FOUND;
END $$;

CREATE FUNCTION organisations_with_due_rhythm(p_now timestamptz) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT p.org_id FROM mentorship_pulse p LEFT JOIN rhythm_setting s ON s.org_id = p.org_id
    WHERE p.paused_at IS NULL AND NOT p.over AND (p.check_in_at <= p_now OR p.review_at <= p_now
        OR (p.nudged_at IS NULL AND p.last_sign_at <= p_now - coalesce(s.quiet_days, 45) * interval '24 hours')
        OR (p.hinted_at IS NULL AND p.nudged_at <= p_now - 14 * interval '24 hours'))
    UNION
    SELECT q.org_id FROM mentorship_pause q WHERE q.act_on <= (p_now AT TIME ZONE 'UTC')::date
$$;
"""

# --- the coordinator's desk -----------------------------------------------------------------------------------------------

DESK = """
-- Since when the two have a mentoring agreement that both signed.
CREATE FUNCTION pair_signed_at(p_org integer, p_mentorship bigint) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN (SELECT a.in_force_at FROM mentoring_agreement a WHERE a.org_id = p_org AND a.mentorship_id = p_mentorship
            AND a.in_force_at IS NOT NULL AND a.replaced_at IS NULL);
END $$;

-- The pairs that the viewer looks after: their own people's, or those within their network. An ending without a new match
-- is known to the mentee's side alone.
CREATE FUNCTION pairs_in_sight() RETURNS TABLE (org_id integer, id bigint, standing text, rank integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE here integer := wall_org(); me bigint := wall_person(); members integer[] := '{}';
BEGIN
    IF NOT wall_sealed() OR wall_role() NOT IN ('hr_partner', 'company_admin', 'network_admin') THEN RETURN; END IF;
    IF wall_role() = 'network_admin' THEN
        members := ARRAY(SELECT f.firm_id FROM firm_membership f WHERE f.network_id = here AND f.state = 'active') || here;
    END IF;
    RETURN QUERY
    SELECT x.org_id, x.id, x.standing,
           CASE x.standing WHEN 'quiet' THEN 0 WHEN 'alone' THEN 1 WHEN 'paused' THEN 2 WHEN 'running' THEN 3 ELSE 4 END
    FROM (
        SELECT m.org_id, m.id, CASE
            WHEN m.state = 'paused' THEN 'paused'
            WHEN m.state = 'running' THEN CASE WHEN p.hinted_at IS NOT NULL THEN 'quiet' ELSE 'running' END
            WHEN (m.mentee_employer_id = here OR m.mentee_employer_id = ANY (members))
                AND EXISTS (SELECT FROM affiliation a WHERE a.org_id = m.mentee_employer_id AND a.person_id = m.mentee_person_id
                            AND (a.ended_on IS NULL OR a.ended_on > current_date))
                AND NOT EXISTS (SELECT FROM mentorship n WHERE n.mentee_person_id = m.mentee_person_id
                                AND (n.state <> 'ended' OR n.started_at > m.started_at) AND n.id <> m.id)
                AND NOT EXISTS (SELECT FROM mentoring_request r WHERE r.mentee_person_id = m.mentee_person_id
                                AND r.state IN ('awaiting_employer', 'sent', 'more_information', 'accepted'))
                THEN 'alone'
            ELSE 'ended' END AS standing
        FROM mentorship m JOIN mentorship_pulse p ON p.org_id = m.org_id AND p.mentorship_id = m.id
        -- Nobody looks after a pair of which they are one: they have its own page.
        WHERE me NOT IN (m.mentee_person_id, m.mentor_person_id)
          AND (m.mentee_employer_id = here OR m.mentor_employer_id = here
               OR (m.mentee_employer_id = ANY (members) AND m.mentor_employer_id = ANY (members)))
    ) x;
END $$;

CREATE FUNCTION count_pairs() RETURNS TABLE (standing text, number bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT s.standing, count(*) FROM pairs_in_sight() s GROUP BY 1
$$;

-- One page of them, what is stuck first. Names of the viewer's own people only; dates and states, no word.
CREATE FUNCTION coordinated_pairs(p_standing text, p_rank integer, p_before bigint, p_only bigint, p_limit integer)
RETURNS TABLE (id bigint, standing text, rank integer, mentee_name text, mentor_name text, mentee_firm text, mentor_firm text,
               started_at timestamptz, ends_on date, paused_at timestamptz, ended_at timestamptz, quiet_since timestamptz,
               nudged_at timestamptz, signed_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY
    SELECT m.id, t.standing, t.rank,
           CASE WHEN m.mentee_employer_id = wall_org() THEN e.name::text END,
           CASE WHEN m.mentor_employer_id = wall_org() THEN o.name::text END,
           f.name::text, g.name::text, m.started_at, m.ends_on, m.paused_at, m.ended_at,
           CASE WHEN t.standing = 'quiet' THEN p.last_sign_at END, p.coordinator_nudged_at,
           pair_signed_at(m.org_id, m.id)
    FROM (
        SELECT * FROM pairs_in_sight() s
        WHERE (p_standing IS NULL OR s.standing = p_standing) AND (p_only IS NULL OR s.id = p_only)
          AND (p_rank IS NULL OR s.rank > p_rank OR (s.rank = p_rank AND s.id < p_before))
        ORDER BY s.rank, s.id DESC LIMIT p_limit
    ) t
    JOIN mentorship m ON m.org_id = t.org_id AND m.id = t.id
    JOIN mentorship_pulse p ON p.org_id = m.org_id AND p.mentorship_id = m.id
    JOIN person e ON e.id = m.mentee_person_id
    JOIN person o ON o.id = m.mentor_person_id
    LEFT JOIN organisation f ON f.id = m.mentee_employer_id
    LEFT JOIN organisation g ON g.id = m.mentor_employer_id
    ORDER BY t.rank, t.id DESC;
END $$;

-- A coordinator asks for one more kind word: a week after the last at the soonest. The organisation that keeps the pair.
CREATE FUNCTION claim_kind_word(p_mentorship bigint, p_now timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE keeper integer;
BEGIN
    IF NOT wall_sealed() THEN RETURN NULL; END IF;
    SELECT s.org_id INTO keeper FROM pairs_in_sight() s WHERE s.id = p_mentorship AND s.standing = 'quiet';
    IF NOT FOUND THEN RETURN NULL; END IF;
    UPDATE mentorship_pulse SET coordinator_nudged_at = p_now WHERE org_id = keeper AND mentorship_id = p_mentorship
      AND (coordinator_nudged_at IS NULL OR coordinator_nudged_at <= p_now - 7 * interval '24 hours');
    RETURN CASE WHEN FOUND THEN keeper END;
END $$;
"""

FUNCTIONS = {
    "half_way(timestamptz, date)": (),
    "keep_pulse()": ("owner",),
    "mark_sign_of_life(integer, bigint, timestamptz)": ("web", "worker"),
    "tell_sign_of_life()": ("owner",),
    "share_review(integer, bigint)": ("worker",),
    "organisations_with_due_rhythm(timestamptz)": ("worker",),
    "pair_signed_at(integer, bigint)": (),
    "pairs_in_sight()": (),
    "count_pairs()": ("web",),
    "coordinated_pairs(text, integer, bigint, bigint, integer)": ("web",),
    "claim_kind_word(bigint, timestamptz)": ("web",),
}

# (table, when, column that says at what moment)
SIGNS = (
    ("meeting", "INSERT OR UPDATE OF state, starts_at", "changed_at"),
    ("agreement_signature", "INSERT", "signed_at"),
    ("pair_message", "INSERT", "created_at"),
    ("note_version", "INSERT", "at"),
    ("pair_file", "INSERT", "created_at"),
    ("goal_event", "INSERT", "at"),
    ("goal_comment", "INSERT", "created_at"),
)

# --- policies -----------------------------------------------------------------------------------------------------------

KEPT = f"{S} AND org_id = wall_org()"
OURS = f"{S} AND org_id = wall_org() AND wall_coordinates()"

# (table, name, role, command, using, check)
POLICIES = (
    ("mentorship_pulse", "web_select", "web", "SELECT", f"{PAIR} AND {S}", None),
    ("mentorship_pulse", "worker_all", "worker", "ALL", KEPT, None),
    ("check_in", "web_select", "web", "SELECT", f"{PAIR} AND {S}", None),
    ("check_in", "worker_all", "worker", "ALL", KEPT, None),
    # One's own, and what the other chose to share. Nobody else's, whatever their role.
    ("check_in_answer", "web_select", "web", "SELECT",
     f"(author_person_id = wall_person() OR (shared AND {PAIR})) AND {S}", None),
    ("check_in_answer", "web_insert", "web", "INSERT", None, f"author_person_id = wall_person() AND {PAIR} AND {S}"),
    ("check_in_answer", "web_update", "web", "UPDATE", f"author_person_id = wall_person() AND {S}", None),
    ("mentorship_extension", "web_select", "web", "SELECT", f"{PAIR} AND {S}", None),
    ("mentorship_extension", "web_insert", "web", "INSERT", None,
     f"proposed_by_id = wall_person() AND state = 'open' AND {PAIR} AND {S}"),
    # Whoever proposed takes it back; the other one answers.
    ("mentorship_extension", "web_update", "web", "UPDATE", f"{PAIR} AND state = 'open' AND {S}",
     f"{PAIR} AND {S} AND CASE WHEN proposed_by_id = wall_person() THEN state = 'withdrawn' ELSE state IN ('agreed', 'declined') END"),
    ("mentorship_extension", "worker_all", "worker", "ALL", KEPT, None),
    ("mentorship_pause", "web_select", "web", "SELECT", f"{PAIR} AND {S}", None),
    ("mentorship_pause", "web_insert", "web", "INSERT", None,
     f"asked_by_id = wall_person() AND state = 'planned' AND {PAIR} AND {S}"),
    ("mentorship_pause", "web_update", "web", "UPDATE", f"asked_by_id = wall_person() AND state = 'planned' AND {S}",
     f"asked_by_id = wall_person() AND state = 'withdrawn' AND {S}"),
    ("mentorship_pause", "worker_all", "worker", "ALL", KEPT, None),
    ("rhythm_setting", "web_all", "web", "ALL", OURS, None),
    ("rhythm_setting", "worker_select", "worker", "SELECT", KEPT, None),
)  # fmt: skip

# What the worker reads for one person's export, and touches for their erasure (see migration 0015).
PERSONAL = (
    (
        "check_in_answer",
        "(author_person_id = wall_person() OR (shared AND {pair}))",
        "author_person_id = wall_person()",
    ),
    ("check_in", "{pair}", None),
    ("mentorship_extension", "{pair}", None),
    ("mentorship_pause", "{pair}", "asked_by_id = wall_person()"),
)

GATE_POLICIES = {
    "mentorship_pulse": ("SELECT", "INSERT", "UPDATE"),
    "check_in": ("SELECT",),
    "check_in_answer": ("SELECT", "UPDATE"),
    "mentorship_pause": ("SELECT",),
    "rhythm_setting": ("SELECT",),
}

GRANTS = """
GRANT SELECT ON mentorship_pulse, check_in TO passerelle_web;
GRANT SELECT, INSERT ON check_in_answer, mentorship_extension, mentorship_pause TO passerelle_web;
GRANT UPDATE (how, said, shared, answered_at) ON check_in_answer TO passerelle_web;
GRANT UPDATE (state, answered_at) ON mentorship_extension TO passerelle_web;
GRANT UPDATE (state, act_on) ON mentorship_pause TO passerelle_web;
GRANT SELECT, INSERT, UPDATE ON rhythm_setting TO passerelle_web;
GRANT SELECT, UPDATE ON mentorship_pulse TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE (closes_at) ON check_in TO passerelle_worker;
GRANT SELECT, UPDATE (state, closes_at, answered_at) ON mentorship_extension TO passerelle_worker;
GRANT SELECT, UPDATE (state, until_on, act_on), DELETE ON mentorship_pause TO passerelle_worker;
GRANT SELECT, DELETE ON check_in_answer TO passerelle_worker;
GRANT SELECT ON rhythm_setting TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON mentorship_pulse, check_in, check_in_answer, mentorship_extension, mentorship_pause,
    rhythm_setting TO passerelle_operator;
"""

# Pairs that began before there was a pulse are not called quiet for it: their clocks start today.
BACKFILL = """
INSERT INTO mentorship_pulse (org_id, mentorship_id, mentee_person_id, mentor_person_id, last_sign_at, check_in_at, review_at,
                              paused_at, over)
SELECT m.org_id, m.id, m.mentee_person_id, m.mentor_person_id, now(),
       CASE WHEN m.state <> 'ended' THEN now() + 42 * interval '24 hours' END,
       CASE WHEN m.state <> 'ended' THEN greatest(half_way(m.started_at, m.ends_on), now() + 42 * interval '24 hours') END,
       CASE WHEN m.state = 'paused' THEN coalesce(m.paused_at, now()) END, m.state = 'ended'
FROM mentorship m
"""


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for functions in (PULSE, DESK):
        execute(functions)
    for signature, roles in FUNCTIONS.items():
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("GRANT EXECUTE ON FUNCTION half_way(timestamptz, date) TO passerelle_owner")
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.execute(GRANTS)
    for table, commands in GATE_POLICIES.items():
        for command in commands:
            op.execute(f"GRANT {command} ON {table} TO passerelle_gate")
            clause = "WITH CHECK (true)" if command == "INSERT" else "USING (true)"
            op.execute(f"CREATE POLICY gate_{command.lower()} ON {table} FOR {command} TO passerelle_gate {clause}")
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    for table, read, erased in PERSONAL:
        execute(
            f"CREATE POLICY worker_export ON {table} FOR SELECT TO passerelle_worker "
            f"USING (wall_role() IN ('export', 'erasure') AND {read.format(pair=PAIR)} AND {S})"
        )
        if erased:
            execute(
                f"CREATE POLICY worker_erasure ON {table} FOR DELETE TO passerelle_worker "
                f"USING (wall_role() = 'erasure' AND {erased} AND {S})"
            )
    op.execute("ALTER TABLE mentorship NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE mentorship_pulse NO FORCE ROW LEVEL SECURITY")
    op.execute(BACKFILL)
    op.execute("ALTER TABLE mentorship_pulse FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE mentorship FORCE ROW LEVEL SECURITY")
    op.execute(
        """CREATE TRIGGER keep_pulse AFTER INSERT OR UPDATE OF state, paused_at, ends_on ON mentorship
           FOR EACH ROW EXECUTE FUNCTION keep_pulse()"""
    )
    for table, when, moment in SIGNS:
        op.execute(
            f"CREATE TRIGGER sign_of_life AFTER {when} ON {table} FOR EACH ROW EXECUTE FUNCTION tell_sign_of_life('{moment}')"
        )


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _org(table: str) -> sa.Column[int]:
    return sa.Column(
        "org_id", sa.Integer(), sa.ForeignKey("organisation.id", name=f"fk_{table}_org_id"), nullable=False
    )


def _person(name: str, table: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), sa.ForeignKey("person.id", name=f"fk_{table}_{name}"), nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _states(column: str, name: str, *values: str) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=False)


def _of_pair(table: str, *things: sa.schema.SchemaItem, own_id: bool = True) -> None:
    pair = ["mentorship_id", "mentee_person_id", "mentor_person_id"]
    op.create_table(
        table,
        _org(table),
        *([_big("id")] if own_id else []),
        *[_big(name) for name in pair],
        *things,
        sa.PrimaryKeyConstraint("org_id", "id" if own_id else "mentorship_id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["org_id", *pair],
            [f"mentorship.{name}" for name in ("org_id", "id", "mentee_person_id", "mentor_person_id")],
            name=f"fk_{table}_org_id_{'_'.join(pair)}"[:63],
            # What is worked out from a mentorship goes with it; what people wrote keeps it.
            ondelete=None if own_id else "CASCADE",
        ),
    )


def _tables() -> None:
    _of_pair(
        "mentorship_pulse",
        _moment("last_sign_at", nullable=False),
        *[_moment(name) for name in ("nudged_at", "hinted_at", "coordinator_nudged_at", "check_in_at")],
        *[_moment(name) for name in ("review_at", "reviewed_at", "paused_at")],
        sa.Column("over", sa.Boolean(), server_default=sa.false(), nullable=False),
        own_id=False,
    )
    for name, column, where in (
        ("check_in", "check_in_at", "check_in_at IS NOT NULL AND paused_at IS NULL"),
        ("review", "review_at", "review_at IS NOT NULL AND paused_at IS NULL"),
        ("quiet", "last_sign_at", "nudged_at IS NULL AND paused_at IS NULL AND NOT over"),
        ("nudged", "nudged_at", "nudged_at IS NOT NULL AND hinted_at IS NULL AND paused_at IS NULL AND NOT over"),
    ):
        op.create_index(
            f"ix_mentorship_pulse_{name}", "mentorship_pulse", ["org_id", column], postgresql_where=sa.text(where)
        )
    _of_pair(
        "check_in",
        _states("occasion", "occasion", "check_in", "review"),
        _moment("asked_at", nullable=False),
        _moment("closes_at", nullable=False),
        sa.UniqueConstraint("org_id", "id", "mentorship_id", name="uq_check_in_of_pair"),
    )
    op.create_index("ix_check_in_mentorship_id", "check_in", ["org_id", "mentorship_id", "asked_at"])
    _of_pair(
        "check_in_answer",
        _big("check_in_id"),
        _person("author_person_id", "check_in_answer"),
        sa.Column("how", sa.SmallInteger(), nullable=True),
        sa.Column("said", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        _moment("answered_at", nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "check_in_id", "mentorship_id"],
            ["check_in.org_id", "check_in.id", "check_in.mentorship_id"],
            name="fk_check_in_answer_org_id_check_in_id_mentorship_id",
        ),
        sa.UniqueConstraint("org_id", "check_in_id", "author_person_id", name="uq_check_in_answer_author"),
        sa.CheckConstraint("how BETWEEN 1 AND 5", name="ck_check_in_answer_how_is_one_to_five"),
    )
    op.create_index("ix_check_in_answer_author_person_id", "check_in_answer", ["author_person_id"])
    _of_pair(
        "mentorship_extension",
        _person("proposed_by_id", "mentorship_extension"),
        _day("ends_on"),
        _states("state", "extensionstate", "open", "agreed", "declined", "withdrawn"),
        _moment("proposed_at", nullable=False),
        _moment("closes_at", nullable=False),
        _moment("answered_at"),
    )
    op.create_index(
        "uq_mentorship_extension_open",
        "mentorship_extension",
        ["org_id", "mentorship_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_mentorship_extension_proposed_by_id", "mentorship_extension", ["proposed_by_id"])
    _of_pair(
        "mentorship_pause",
        _person("asked_by_id", "mentorship_pause"),
        _states("reason", "pausereason", "leave", "parental_leave", "other"),
        sa.Column("words", sa.Text(), nullable=False),
        _day("begins_on"),
        _day("until_on"),
        _states("state", "pausestate", "planned", "under_way", "over", "withdrawn"),
        _day("act_on", nullable=True),
        _moment("asked_at", nullable=False),
        sa.CheckConstraint("until_on > begins_on", name="ck_mentorship_pause_days_in_order"),
    )
    op.create_index(
        "uq_mentorship_pause_open",
        "mentorship_pause",
        ["org_id", "mentorship_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('planned', 'under_way')"),
    )
    op.create_index(
        "ix_mentorship_pause_act_on", "mentorship_pause", ["act_on"], postgresql_where=sa.text("act_on IS NOT NULL")
    )
    op.create_index("ix_mentorship_pause_asked_by_id", "mentorship_pause", ["asked_by_id"])
    op.create_table(
        "rhythm_setting",
        _org("rhythm_setting"),
        sa.Column("quiet_days", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name="pk_rhythm_setting"),
        sa.CheckConstraint("quiet_days BETWEEN 14 AND 365", name="ck_rhythm_setting_two_weeks_to_a_year"),
    )
    for side in ("mentee", "mentor"):
        op.create_index(f"ix_mentorship_{side}_employer_id", "mentorship", [f"{side}_employer_id"])


def downgrade() -> None:
    for table, _when, _moment in SIGNS:
        op.execute(f"DROP TRIGGER sign_of_life ON {table}")
    op.execute("DROP TRIGGER keep_pulse ON mentorship")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for side in ("mentor", "mentee"):
        op.drop_index(f"ix_mentorship_{side}_employer_id", table_name="mentorship")
    for table in ("rhythm_setting", "mentorship_pause", "mentorship_extension", "check_in_answer", "check_in"):
        op.drop_table(table)
    op.drop_table("mentorship_pulse")
