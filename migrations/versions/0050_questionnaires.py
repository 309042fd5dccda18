"""Questionnaires and answers that nobody can lay beside a name.

The box, the answers and the words are the gate's alone: no other role has a right to read them. Whoever answers is set down as
having answered by an update of every invitation of the round, so that all of them carry the same transaction; answers leave
the box together and in no order when the round closes, so that all of those carry another.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
RANDOM = "(('x' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 16))::bit(64)::bigint & 9223372036854775807)"
BLIND = ("round_box", "round_answer", "round_words")
NAMED = ("questionnaire_version", "questionnaire_round", "round_invitation", "round_response")

TRIGGERS = {
    "keep_questionnaire_version()": """
CREATE FUNCTION keep_questionnaire_version() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION 'what was asked, and what was promised with it, is never changed';
END $$""",
    "keep_round_promise()": """
CREATE FUNCTION keep_round_promise() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF NEW.anonymous <> OLD.anonymous OR NEW.cohort_id <> OLD.cohort_id OR NEW.audience <> OLD.audience
       OR NEW.moment <> OLD.moment OR (OLD.state IN ('closed', 'cancelled') AND NEW.state <> OLD.state) THEN
        RAISE EXCEPTION 'who was asked, and what was promised, is never changed';
    END IF;
    RETURN NEW;
END $$""",
}

FUNCTIONS = {
    "asked_in_round(integer, bigint)": (
        """
CREATE FUNCTION asked_in_round(p_org integer, p_round bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND EXISTS (SELECT FROM round_invitation i WHERE i.org_id = p_org AND i.round_id = p_round
        AND i.person_id = wall_person());
END $$""",
        ("web", "worker"),
    ),
    # Whoever is asked in a round reads what it asks, and what it asked when they began.
    "asked_with_version(integer, bigint, text, text)": (
        """
CREATE FUNCTION asked_with_version(p_org integer, p_programme bigint, p_moment text, p_audience text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND EXISTS (SELECT FROM round_invitation i
        JOIN questionnaire_round r ON r.org_id = i.org_id AND r.id = i.round_id
        JOIN questionnaire_version v ON v.org_id = r.org_id AND v.id = r.version_id
        WHERE i.org_id = p_org AND i.person_id = wall_person() AND v.programme_id = p_programme
          AND v.moment = p_moment AND v.audience = p_audience);
END $$""",
        ("web", "worker"),
    ),
    # The viewer answers. What became of it: given; or why not: gone, answered, closed.
    "answer_round(integer, bigint, bigint, text[], jsonb, timestamptz)": (
        """
CREATE FUNCTION answer_round(p_org integer, p_round bigint, p_version bigint, p_marks text[], p_content jsonb, p_now timestamptz)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE one questionnaire_round; done boolean;
BEGIN
    IF NOT wall_sealed() THEN RETURN 'gone'; END IF;
    -- Those who answer one round take turns, with each other and with its closing.
    SELECT * INTO one FROM questionnaire_round r WHERE r.org_id = p_org AND r.id = p_round FOR UPDATE;
    IF NOT FOUND OR one.state NOT IN ('open', 'closed') THEN RETURN 'gone'; END IF;
    SELECT i.answered INTO done FROM round_invitation i
    WHERE i.org_id = p_org AND i.round_id = p_round AND i.person_id = wall_person();
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    IF done THEN RETURN 'answered'; END IF;
    IF one.state = 'closed' OR one.closes_at <= p_now THEN RETURN 'closed'; END IF;
    IF NOT EXISTS (SELECT FROM questionnaire_version v JOIN questionnaire_version w ON w.org_id = v.org_id
                   AND w.programme_id = v.programme_id AND w.moment = v.moment AND w.audience = v.audience
                   WHERE v.org_id = p_org AND v.id = one.version_id AND w.id = p_version AND w.anonymous = one.anonymous)
    THEN RETURN 'gone'; END IF;
    IF one.anonymous THEN
        -- Every invitation of the round is written anew, so that none carries this transaction alone.
        UPDATE round_invitation SET answered = answered OR person_id = wall_person()
            WHERE org_id = p_org AND round_id = p_round;
        INSERT INTO round_box (org_id, id, round_id, version_id, marks, words)
            VALUES (p_org, RANDOM, p_round, p_version, p_marks, p_content);
    ELSE
        UPDATE round_invitation SET answered = true
            WHERE org_id = p_org AND round_id = p_round AND person_id = wall_person();
        INSERT INTO round_response (org_id, round_id, person_id, version_id, content, marks, given_at)
            VALUES (p_org, p_round, wall_person(), p_version, p_content, p_marks, p_now)
            ON CONFLICT (org_id, round_id, person_id) DO UPDATE
            SET version_id = p_version, content = p_content, marks = p_marks, given_at = p_now;
    END IF;
    RETURN 'given';
END $$""".replace("RANDOM", RANDOM),
        ("web",),
    ),
    # By those who run it at any time, by the clock when it is over. The box is emptied, in no order.
    "close_round(integer, bigint, timestamptz)": (
        """
CREATE FUNCTION close_round(p_org integer, p_round bigint, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE one questionnaire_round;
BEGIN
    IF NOT wall_sealed() OR p_org <> wall_org() OR NOT (wall_coordinates() OR wall_role() = 'system') THEN RETURN false; END IF;
    SELECT * INTO one FROM questionnaire_round r WHERE r.org_id = p_org AND r.id = p_round AND r.state = 'open' FOR UPDATE;
    IF NOT FOUND OR (wall_role() = 'system' AND one.closes_at > p_now) THEN RETURN false; END IF;
    UPDATE questionnaire_round SET state = 'closed', remind_at = NULL,
        closes_at = greatest(least(closes_at, p_now), opens_at + interval '1 second') WHERE org_id = p_org AND id = p_round;
    INSERT INTO round_words (org_id, id, round_id, question, words)
        SELECT p_org, RANDOM, p_round, w.key, w.value FROM round_box b, jsonb_each_text(b.words) w
        WHERE b.org_id = p_org AND b.round_id = p_round ORDER BY random();
    INSERT INTO round_answer (org_id, id, round_id, version_id, marks)
        SELECT p_org, RANDOM, p_round, b.version_id, b.marks FROM round_box b
        WHERE b.org_id = p_org AND b.round_id = p_round ORDER BY random();
    DELETE FROM round_box WHERE org_id = p_org AND round_id = p_round;
    RETURN true;
END $$""".replace("RANDOM", RANDOM),
        ("web", "worker"),
    ),
    # Exact counts of a closed round, for the auditor; nothing where fewer than five answered. The empty mark: all answers.
    "round_counts(integer, bigint)": (
        """
CREATE FUNCTION round_counts(p_org integer, p_round bigint) RETURNS TABLE (mark text, people integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE total integer;
BEGIN
    IF NOT wall_sealed() OR p_org <> wall_org() OR NOT wall_coordinates() OR NOT EXISTS (SELECT FROM questionnaire_round r
        WHERE r.org_id = p_org AND r.id = p_round AND r.state = 'closed') THEN RETURN; END IF;
    total := (SELECT count(*) FROM (
        SELECT FROM round_answer a WHERE a.org_id = p_org AND a.round_id = p_round
        UNION ALL SELECT FROM round_response s WHERE s.org_id = p_org AND s.round_id = p_round AND s.given_at IS NOT NULL) x);
    IF total < 5 THEN RETURN; END IF;
    RETURN QUERY SELECT '', total;
    RETURN QUERY SELECT m, count(*)::integer FROM (
        SELECT unnest(a.marks) AS m FROM round_answer a WHERE a.org_id = p_org AND a.round_id = p_round
        UNION ALL SELECT unnest(s.marks) FROM round_response s
        WHERE s.org_id = p_org AND s.round_id = p_round AND s.given_at IS NOT NULL) x GROUP BY m ORDER BY m;
END $$""",
        ("web",),
    ),
    # What people wrote in an anonymous round that has closed, in no order; nothing where fewer than five answered.
    "round_words_written(integer, bigint)": (
        """
CREATE FUNCTION round_words_written(p_org integer, p_round bigint) RETURNS TABLE (question text, words text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR p_org <> wall_org() OR NOT wall_coordinates() OR (SELECT count(*) FROM round_answer a
        WHERE a.org_id = p_org AND a.round_id = p_round) < 5 THEN RETURN; END IF;
    RETURN QUERY SELECT w.question::text, w.words FROM round_words w
    WHERE w.org_id = p_org AND w.round_id = p_round ORDER BY w.question, random();
END $$""",
        ("web",),
    ),
    "organisations_with_due_rounds(timestamptz)": (
        """
CREATE FUNCTION organisations_with_due_rounds(p_now timestamptz) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT r.org_id FROM questionnaire_round r
    WHERE (r.state = 'planned' AND r.opens_at <= p_now) OR (r.state = 'open' AND least(r.closes_at, r.remind_at) <= p_now)
$$""",
        ("worker",),
    ),
}

RUNS = f"org_id = wall_org() AND wall_coordinates() AND {S}"
KEPT = f"org_id = wall_org() AND wall_role() = 'system' AND {S}"
OWN = f"person_id = wall_person() AND {S}"
PRIVATE = f"wall_role() IN ('export', 'erasure') AND {OWN}"

# (table, name, role, command, using, check)
POLICIES = (
    ("questionnaire_version", "web_select", "web", "SELECT",
     f"({RUNS}) OR ({S} AND asked_with_version(org_id, programme_id, moment, audience))", None),
    ("questionnaire_version", "web_insert", "web", "INSERT", None, f"{RUNS} AND published_by_id = wall_person()"),
    ("questionnaire_version", "worker_select", "worker", "SELECT", KEPT, None),
    ("questionnaire_round", "web_select", "web", "SELECT",
     f"({RUNS}) OR (state IN ('open', 'closed') AND {S} AND asked_in_round(org_id, id))", None),
    ("questionnaire_round", "web_insert", "web", "INSERT", None, f"{RUNS} AND state = 'planned'"),
    ("questionnaire_round", "web_update", "web", "UPDATE", RUNS, RUNS),
    ("questionnaire_round", "worker_all", "worker", "ALL", KEPT, KEPT),
    ("round_invitation", "web_select", "web", "SELECT", f"({OWN}) OR ({RUNS})", None),
    ("round_invitation", "worker_all", "worker", "ALL", KEPT, KEPT),
    ("round_invitation", "worker_export", "worker", "SELECT", PRIVATE, None),
    ("round_invitation", "worker_erasure", "worker", "DELETE", f"wall_role() = 'erasure' AND {OWN}", None),
    ("round_response", "web_select", "web", "SELECT", f"({OWN}) OR (given_at IS NOT NULL AND {RUNS})", None),
    ("round_response", "web_insert", "web", "INSERT", None, f"{OWN} AND given_at IS NULL AND asked_in_round(org_id, round_id)"),
    ("round_response", "web_update", "web", "UPDATE", f"{OWN} AND given_at IS NULL", f"{OWN} AND given_at IS NULL"),
    ("round_response", "worker_export", "worker", "SELECT", PRIVATE, None),
    ("round_response", "worker_erasure", "worker", "DELETE", f"wall_role() = 'erasure' AND {OWN}", None),
    *((table, "operator", "operator", "ALL", "true", None) for table in NAMED),
    # A load may fill them; nobody but the gate reads them.
    *((table, "operator_insert", "operator", "INSERT", None, "true") for table in BLIND),
    *((table, "gate_all", "gate", "ALL", "true", None) for table in (*NAMED, *BLIND)),
)  # fmt: skip

GRANTS = """
GRANT SELECT, INSERT ON questionnaire_version, questionnaire_round, round_response TO passerelle_web;
GRANT UPDATE (version_id, state, closes_on, zone, opens_at, closes_at) ON questionnaire_round TO passerelle_web;
GRANT UPDATE (version_id, content) ON round_response TO passerelle_web;
GRANT SELECT ON round_invitation TO passerelle_web;
GRANT SELECT ON questionnaire_version TO passerelle_worker;
GRANT SELECT, UPDATE (state, remind_at) ON questionnaire_round TO passerelle_worker;
GRANT SELECT, INSERT, DELETE ON round_invitation TO passerelle_worker;
GRANT SELECT, DELETE ON round_response TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON questionnaire_version, questionnaire_round, round_invitation, round_response TO passerelle_operator;
GRANT INSERT ON round_box, round_answer, round_words TO passerelle_operator;
GRANT SELECT ON questionnaire_version TO passerelle_gate;
GRANT SELECT, UPDATE ON questionnaire_round, round_invitation TO passerelle_gate;
GRANT SELECT, INSERT, UPDATE ON round_response TO passerelle_gate;
GRANT SELECT, INSERT, DELETE ON round_box, round_answer, round_words TO passerelle_gate;
"""


def _col(name: str, kind: sa.types.TypeEngine[object], *, nullable: bool = False, **more: object) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable, **more)  # type: ignore[arg-type]


def _refers(table: str, column: str, to: str) -> sa.Column[int]:
    kind = sa.Integer() if to == "organisation" else sa.BigInteger()
    return sa.Column(column, kind, sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}"), nullable=False)


def _one_of(column: str, name: str, *values: str) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=False)


def _whom() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        _one_of("moment", "moment", "start", "mid_point", "end", "after_12_months", "after_24_months"),
        _one_of("audience", "audience", "mentor", "mentee", "peer", "hr_partner", "manager"),
    )


def _to(table: str, columns: list[str], to: str, name: str) -> sa.ForeignKeyConstraint:
    keys = [f"{to}.{column}" for column in ("org_id", "id", "anonymous")[: len(columns)]]
    return sa.ForeignKeyConstraint(columns, keys, name=f"fk_{table}_{name}")


def _tables() -> None:
    big, moment, marks = sa.BigInteger(), sa.DateTime(timezone=True), postgresql.ARRAY(sa.Text())
    op.create_table(
        "questionnaire_version",
        _refers("questionnaire_version", "org_id", "organisation"),
        _col("id", big),
        _col("programme_id", big),
        *_whom(),
        _col("number", sa.SmallInteger()),
        _col("anonymous", sa.Boolean()),
        _col("promise_en", sa.Text()),
        _col("promise_fr", sa.Text()),
        _col("content", postgresql.JSONB()),
        _refers("questionnaire_version", "published_by_id", "person"),
        _col("published_at", moment),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_questionnaire_version"),
        _to("questionnaire_version", ["org_id", "programme_id"], "programme", "org_id_programme_id"),
        sa.UniqueConstraint("org_id", "programme_id", "moment", "audience", "number", name="uq_questionnaire_number"),
        sa.UniqueConstraint("org_id", "id", "anonymous", name="uq_questionnaire_promise"),
    )
    op.create_table(
        "questionnaire_round",
        _refers("questionnaire_round", "org_id", "organisation"),
        _col("id", big),
        _col("cohort_id", big),
        _col("version_id", big),
        _col("anonymous", sa.Boolean()),
        *_whom(),
        _one_of("state", "roundstate", "planned", "open", "closed", "cancelled"),
        _col("closes_on", sa.Date()),
        _col("zone", sa.String(60)),
        _col("opens_at", moment),
        _col("closes_at", moment),
        _col("remind_at", moment, nullable=True),
        _refers("questionnaire_round", "created_by_id", "person"),
        _col("created_at", moment),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_questionnaire_round"),
        _to("questionnaire_round", ["org_id", "cohort_id"], "cohort", "org_id_cohort_id"),
        _to("questionnaire_round", ["org_id", "version_id", "anonymous"], "questionnaire_version", "version"),
        sa.CheckConstraint("closes_at > opens_at", name="opens_before_it_closes"),
    )
    op.create_index(
        "uq_questionnaire_round_once",
        "questionnaire_round",
        ["org_id", "cohort_id", "moment", "audience"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_index(
        "ix_questionnaire_round_due",
        "questionnaire_round",
        ["opens_at"],
        postgresql_where=sa.text("state IN ('planned', 'open')"),
    )
    for table, parts in (
        ("round_invitation", (_refers("round_invitation", "firm_id", "organisation"), _col("answered", sa.Boolean()))),
        (
            "round_response",
            (
                _col("version_id", big),
                _col("content", postgresql.JSONB()),
                _col("marks", marks, server_default="{}"),
                _col("given_at", moment, nullable=True),
                _to("round_response", ["org_id", "version_id"], "questionnaire_version", "org_id_version_id"),
            ),
        ),
    ):
        op.create_table(
            table,
            _refers(table, "org_id", "organisation"),
            _col("round_id", big),
            _refers(table, "person_id", "person"),
            *parts,
            sa.PrimaryKeyConstraint("org_id", "round_id", "person_id", name=f"pk_{table}"),
            _to(table, ["org_id", "round_id"], "questionnaire_round", "org_id_round_id"),
        )
        op.create_index(f"ix_{table}_person_id", table, ["person_id"])
    for table, columns in (
        ("round_box", (_col("version_id", big), _col("marks", marks), _col("words", postgresql.JSONB()))),
        ("round_answer", (_col("version_id", big), _col("marks", marks))),
        ("round_words", (_col("question", sa.String(60)), _col("words", sa.Text()))),
    ):
        op.create_table(
            table,
            _refers(table, "org_id", "organisation"),
            _col("id", big),
            _col("round_id", big),
            *columns,
            sa.PrimaryKeyConstraint("org_id", "id", name=f"pk_{table}"),
            _to(table, ["org_id", "round_id"], "questionnaire_round", "org_id_round_id"),
        )
        op.create_index(f"ix_{table}_round_id", table, ["org_id", "round_id"])


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    for table in (*NAMED, *BLIND):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    execute(GRANTS)
    for definition in TRIGGERS.values():
        execute(definition)
    execute(
        "CREATE TRIGGER keep_questionnaire_version BEFORE UPDATE OR DELETE ON questionnaire_version "
        "FOR EACH ROW EXECUTE FUNCTION keep_questionnaire_version()"
    )
    execute(
        "CREATE TRIGGER keep_round_promise BEFORE UPDATE ON questionnaire_round "
        "FOR EACH ROW EXECUTE FUNCTION keep_round_promise()"
    )
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, (definition, roles) in FUNCTIONS.items():
        execute(definition)
        execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")


def downgrade() -> None:
    for table, name, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed((*NAMED, *BLIND)):
        op.drop_table(table)
    for signature in TRIGGERS:
        op.execute(f"DROP FUNCTION {signature}")
