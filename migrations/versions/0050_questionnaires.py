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
DRAWN = ("round_figure",)

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
       OR NEW.moment <> OLD.moment OR (NEW.version_id <> OLD.version_id AND OLD.state <> 'planned') OR (OLD.state IN ('closed', 'cancelled') AND NEW.state <> OLD.state) THEN
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
    IF p_version <> one.version_id THEN RETURN 'gone'; END IF;
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
    PERFORM draw_round(p_org, p_round);
    RETURN true;
END $$""".replace("RANDOM", RANDOM),
        ("web", "worker"),
    ),
    # The figures of a round that has just closed, as the auditor lets them out: each line of it divides all who answered. A scale
    # is shown by steps, else by its low, middle and high part, else by one of these against the rest; of a choice, what fewer
    # chose is put together until it may be shown. Who left a line empty is with its middle, or with what is put together.
    "draw_round(integer, bigint)": (
        """
CREATE FUNCTION draw_round(p_org integer, p_round bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE few integer; line record; units bigint[]; said text[]; kinds smallint[]; parts jsonb; often text[];
    low jsonb; mid jsonb; high jsonb; schemes jsonb; scheme jsonb; measure text;
BEGIN
    few := greatest(5, coalesce((SELECT s.minimum_group FROM evaluation_setting s WHERE s.org_id = p_org), 5));
    FOR line IN
        SELECT 0 AS number, '' AS question, 'all' AS kind, '' AS part, 0 AS steps, '{}'::text[] AS options
        UNION ALL
        SELECT row_number() OVER (ORDER BY s.n, q.n, p.n), q.one->>'key', q.one->>'kind', coalesce(p.key, ''),
            (q.one->>'steps')::integer, ARRAY(SELECT o.one->>'key'
                FROM jsonb_array_elements(q.one->'options') WITH ORDINALITY o (one, n) ORDER BY o.n)
        FROM questionnaire_round r
        JOIN questionnaire_version v ON v.org_id = r.org_id AND v.id = r.version_id
        CROSS JOIN jsonb_array_elements(v.content->'sections') WITH ORDINALITY s (one, n)
        CROSS JOIN jsonb_array_elements(s.one->'questions') WITH ORDINALITY q (one, n)
        LEFT JOIN LATERAL (SELECT o.one->>'key' AS key, o.n FROM jsonb_array_elements(
            CASE q.one->>'kind' WHEN 'many' THEN q.one->'options' WHEN 'matrix' THEN q.one->'rows' END)
            WITH ORDINALITY o (one, n)) p ON true
        WHERE r.org_id = p_org AND r.id = p_round AND q.one->>'kind' <> 'words'
        ORDER BY 1
    LOOP
        SELECT array_agg(g.unit ORDER BY g.unit), array_agg(coalesce((
            SELECT split_part(m, ':', CASE line.kind WHEN 'matrix' THEN 3 ELSE 2 END) FROM unnest(g.marks) m
            WHERE CASE line.kind WHEN 'many' THEN m = line.question || ':' || line.part
                WHEN 'matrix' THEN starts_with(m, line.question || ':' || line.part || ':')
                ELSE starts_with(m, line.question || ':') AND (line.kind <> 'ranking' OR split_part(m, ':', 3) = '1') END LIMIT 1
            ), '') ORDER BY g.unit)
        INTO units, said FROM (
            SELECT a.id AS unit, a.marks FROM round_answer a WHERE a.org_id = p_org AND a.round_id = p_round
            UNION ALL SELECT s.person_id, s.marks FROM round_response s
            WHERE s.org_id = p_org AND s.round_id = p_round AND s.given_at IS NOT NULL) g;
        IF coalesce(cardinality(units), 0) < few THEN RETURN; END IF;
        CASE line.kind
        WHEN 'all' THEN schemes := '[[[""]]]';
        WHEN 'many' THEN schemes := jsonb_build_array(jsonb_build_array(jsonb_build_array(line.part), '[""]'::jsonb));
        WHEN 'scale', 'matrix' THEN
            parts := (SELECT jsonb_agg(jsonb_build_array(n::text) ORDER BY n) FROM generate_series(1, line.steps) n);
            low := (SELECT jsonb_agg(n::text ORDER BY n) FROM generate_series(1, greatest(1, 2 * line.steps / 5)) n);
            high := (SELECT jsonb_agg(n::text ORDER BY n)
                FROM generate_series(line.steps + 1 - greatest(1, 2 * line.steps / 5), line.steps) n);
            mid := coalesce((SELECT jsonb_agg(n::text ORDER BY n) FROM generate_series(1, line.steps) n
                WHERE NOT low ? n::text AND NOT high ? n::text), '[]') || '[""]';
            schemes := jsonb_build_array(parts || '[[""]]', parts, jsonb_build_array(low, mid, high),
                jsonb_build_array(low || mid, high), jsonb_build_array(low, mid || high));
        ELSE
            often := ARRAY(SELECT o.key FROM unnest(line.options) WITH ORDINALITY o (key, n)
                ORDER BY cardinality(array_positions(said, o.key)) DESC, o.n);
            parts := (SELECT jsonb_agg(jsonb_build_array(o) ORDER BY n) FROM unnest(line.options) WITH ORDINALITY x (o, n));
            schemes := jsonb_build_array(parts || '[[""]]', parts) || coalesce((SELECT jsonb_agg((
                    SELECT jsonb_agg(jsonb_build_array(o) ORDER BY array_position(line.options, o)) FROM unnest(often[:k]) o)
                    || jsonb_build_array(to_jsonb(often[k + 1:]) || '[""]') ORDER BY k DESC)
                FROM generate_series(1, cardinality(often) - 1) k), '[]');
        END CASE;
        measure := 'round ' || p_round || ' ' || line.number;
        FOR scheme IN SELECT s FROM jsonb_array_elements(schemes) WITH ORDINALITY x (s, n) ORDER BY n LOOP
            kinds := ARRAY(SELECT (SELECT p.n::smallint FROM jsonb_array_elements(scheme) WITH ORDINALITY p (one, n)
                WHERE p.one ? v OR line.kind = 'all') FROM unnest(said) WITH ORDINALITY x (v, n) ORDER BY n);
            CONTINUE WHEN array_position(kinds, NULL) IS NOT NULL OR NOT audited(ARRAY[p_org], measure, units, kinds,
                ARRAY(SELECT n::smallint FROM generate_series(1, jsonb_array_length(scheme)) n), few);
            INSERT INTO round_figure (org_id, round_id, question, part, place, answers, people, least)
            SELECT p_org, p_round, line.question, line.part, p.n, ARRAY(SELECT jsonb_array_elements_text(p.one)),
                cardinality(array_positions(kinds, p.n::smallint)), few
            FROM jsonb_array_elements(scheme) WITH ORDINALITY p (one, n);
            EXIT;
        END LOOP;
    END LOOP;
END $$""",
        (),
    ),
    # What people wrote in an anonymous round that has closed, in no order; nothing where too few answered.
    "round_words_written(integer, bigint)": (
        """
CREATE FUNCTION round_words_written(p_org integer, p_round bigint) RETURNS TABLE (question text, words text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR p_org <> wall_org() OR NOT wall_coordinates() OR (SELECT count(*) FROM round_answer a
        WHERE a.org_id = p_org AND a.round_id = p_round) < greatest(5, coalesce((SELECT s.minimum_group
        FROM evaluation_setting s WHERE s.org_id = p_org), 5)) THEN RETURN; END IF;
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
    ("round_figure", "web_select", "web", "SELECT", RUNS, None),
    ("round_figure", "worker_select", "worker", "SELECT", KEPT, None),
    *((table, "operator", "operator", "ALL", "true", None) for table in (*NAMED, *DRAWN)),
    # A load may fill them; nobody but the gate reads them.
    *((table, "operator_insert", "operator", "INSERT", None, "true") for table in BLIND),
    *((table, "gate_all", "gate", "ALL", "true", None) for table in (*NAMED, *BLIND, *DRAWN)),
)  # fmt: skip

GRANTS = """
GRANT SELECT, INSERT ON questionnaire_version, questionnaire_round, round_response TO passerelle_web;
GRANT UPDATE (version_id, state, closes_on, zone, opens_at, closes_at) ON questionnaire_round TO passerelle_web;
GRANT UPDATE (version_id, content) ON round_response TO passerelle_web;
GRANT SELECT ON round_invitation, round_figure TO passerelle_web;
GRANT SELECT ON questionnaire_version, round_figure TO passerelle_worker;
GRANT SELECT, UPDATE (state, remind_at) ON questionnaire_round TO passerelle_worker;
GRANT SELECT, INSERT, DELETE ON round_invitation TO passerelle_worker;
GRANT SELECT, DELETE ON round_response TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON questionnaire_version, questionnaire_round, round_invitation, round_response, round_figure
    TO passerelle_operator;
GRANT INSERT ON round_box, round_answer, round_words TO passerelle_operator;
GRANT SELECT ON questionnaire_version TO passerelle_gate;
GRANT SELECT, UPDATE ON questionnaire_round, round_invitation TO passerelle_gate;
GRANT SELECT, INSERT, UPDATE ON round_response TO passerelle_gate;
GRANT SELECT, INSERT, DELETE ON round_box, round_answer, round_words TO passerelle_gate;
GRANT SELECT, INSERT ON round_figure TO passerelle_gate;
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
    op.create_table(
        "round_figure",
        _refers("round_figure", "org_id", "organisation"),
        _col("round_id", big),
        _col("question", sa.String(40)),
        _col("part", sa.String(40)),
        _col("place", sa.SmallInteger()),
        _col("answers", marks),
        _col("people", sa.Integer()),
        _col("least", sa.SmallInteger()),
        sa.PrimaryKeyConstraint("org_id", "round_id", "question", "part", "place", name="pk_round_figure"),
        _to("round_figure", ["org_id", "round_id"], "questionnaire_round", "org_id_round_id"),
        sa.CheckConstraint("people >= 5", name="never_below_five"),
    )


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    for table in (*NAMED, *BLIND, *DRAWN):
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
    for table in reversed((*NAMED, *BLIND, *DRAWN)):
        op.drop_table(table)
    for signature in TRIGGERS:
        op.execute(f"DROP FUNCTION {signature}")
