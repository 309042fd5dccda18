"""Events in a person's own calendar and ahead of them; a certificate that strangers can verify; papers drawn by the worker."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
KEPT = f"org_id = wall_org() AND wall_role() = 'system' AND {S}"

FUNCTIONS = {
    # Beside feed_meetings: what the owner of a feed is asked to and has not declined, in every workspace. It opens no context.
    "feed_events(bytea, timestamptz)": """
CREATE FUNCTION feed_events(p_token_hash bytea, p_since timestamptz) RETURNS TABLE (
    event_id bigint, uid text, sequence integer, title_en text, title_fr text, starts_at timestamptz, minutes integer,
    zone text, place text, video_url text, stands text, slug text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT e.id, e.uid::text, e.sequence, e.title_en::text, e.title_fr::text, e.starts_at, e.minutes::integer,
        e.zone::text, e.place::text, e.video_url::text,
        CASE WHEN g.waiting_at IS NOT NULL THEN 'waiting' ELSE coalesce(g.answer::text, '') END,
        coalesce((SELECT o.slug::text FROM enrolment n JOIN organisation o ON o.id = n.firm_id
            WHERE n.org_id = e.org_id AND n.cohort_id = e.cohort_id AND n.person_id = f.person_id ORDER BY n.id DESC LIMIT 1), '')
    FROM calendar_feed f JOIN account a ON a.id = f.person_id AND a.active
    JOIN event_guest g ON g.person_id = f.person_id AND g.withdrawn_at IS NULL AND g.answer IS DISTINCT FROM 'no'
    JOIN event e ON e.org_id = g.org_id AND e.id = g.event_id AND e.state = 'published'
    WHERE f.token_hash = p_token_hash AND e.starts_at + make_interval(mins => e.minutes) > p_since
    ORDER BY e.starts_at, e.id;
END $$""",
    # What the viewer is asked to and has not declined, where they take part, the nearest first.
    "own_events_ahead(timestamptz, integer)": """
CREATE FUNCTION own_events_ahead(p_now timestamptz, p_limit integer) RETURNS TABLE (
    event_id bigint, cohort_id bigint, kind text, title_en text, title_fr text, starts_at timestamptz, zone text, stands text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT e.id, e.cohort_id, e.kind::text, e.title_en::text, e.title_fr::text, e.starts_at, e.zone::text,
        CASE WHEN g.waiting_at IS NOT NULL THEN 'waiting' ELSE coalesce(g.answer::text, '') END
    FROM event_guest g JOIN event e ON e.org_id = g.org_id AND e.id = g.event_id AND e.state = 'published'
    WHERE g.person_id = wall_person() AND g.withdrawn_at IS NULL AND g.answer IS DISTINCT FROM 'no'
      AND e.starts_at + make_interval(mins => e.minutes) > p_now
      AND EXISTS (SELECT FROM enrolment n WHERE n.org_id = e.org_id AND n.cohort_id = e.cohort_id
                  AND n.person_id = wall_person() AND n.state IN ('enrolled', 'completed'))
    ORDER BY e.starts_at, e.id LIMIT p_limit;
END $$""",
    # Anybody who has the code may ask. A withdrawn one says so and nothing else; one whose training was taken back counts
    # as withdrawn, and one that was erased is as if it had never been.
    "training_certificate_by_code(text)": """
CREATE FUNCTION training_certificate_by_code(p_code text)
RETURNS TABLE (valid boolean, initials text, programme_en text, programme_fr text, trained_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    FOR valid, initials, programme_en, programme_fr, trained_at IN
        SELECT c.withdrawn_at IS NULL AND n.trained_at IS NOT NULL,
            (SELECT string_agg(upper(left(w.word, 1)) || '.', ' ' ORDER BY w.at)
             FROM regexp_split_to_table(btrim(p.name), '[[:space:]-]+') WITH ORDINALITY w(word, at)),
            g.name_en::text, g.name_fr::text, n.trained_at
        FROM training_certificate c JOIN enrolment n ON n.org_id = c.org_id AND n.id = c.enrolment_id
        JOIN cohort h ON h.org_id = c.org_id AND h.id = c.cohort_id
        JOIN programme g ON g.org_id = h.org_id AND g.id = h.programme_id
        JOIN person p ON p.id = c.person_id WHERE c.code = p_code
    LOOP
        IF NOT valid THEN initials := ''; programme_en := ''; programme_fr := ''; trained_at := NULL; END IF;
        RETURN NEXT;
    END LOOP;
END $$""",
}

# (table, name, role, command, using, check)
POLICIES = (
    ("drawn_paper", "web_select", "web", "SELECT", f"org_id = wall_org() AND {S}", None),
    ("drawn_paper", "web_insert", "web", "INSERT", None, f"org_id = wall_org() AND {S}"),
    ("drawn_paper", "web_update", "web", "UPDATE", f"org_id = wall_org() AND {S}", f"org_id = wall_org() AND {S}"),
    ("drawn_paper", "worker_all", "worker", "ALL", KEPT, KEPT),
    ("drawn_paper", "operator", "operator", "ALL", "true", None),
    ("training_certificate", "web_withdraw", "web", "UPDATE", f"person_id = wall_person() AND {S}", f"person_id = wall_person() AND {S}"),
    ("training_certificate", "gate_select", "gate", "SELECT", "true", None),
)  # fmt: skip

GRANTS = """
GRANT SELECT, INSERT, UPDATE (asked_at) ON drawn_paper TO passerelle_web;
GRANT SELECT, UPDATE, DELETE ON drawn_paper TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON drawn_paper TO passerelle_operator;
GRANT UPDATE (withdrawn_at) ON training_certificate TO passerelle_web;
GRANT SELECT ON training_certificate TO passerelle_gate;
"""


def upgrade() -> None:
    op.create_table(
        "drawn_paper",
        sa.Column(
            "org_id", sa.Integer(), sa.ForeignKey("organisation.id", name="fk_drawn_paper_org_id"), nullable=False
        ),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.LargeBinary()),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("org_id", "digest", name="pk_drawn_paper"),
        sa.CheckConstraint("num_nonnulls(source, content) = 1", name="ck_drawn_paper_source_or_content"),
    )
    op.create_index("ix_drawn_paper_asked_at", "drawn_paper", ["org_id", "asked_at"])
    op.execute("ALTER TABLE drawn_paper ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE drawn_paper FORCE ROW LEVEL SECURITY")
    op.add_column("event_guest", sa.Column("told_sequence", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("training_certificate", sa.Column("code", sa.String(40)))
    op.add_column("training_certificate", sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
    op.execute("ALTER TABLE training_certificate NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE training_certificate SET code = replace(gen_random_uuid()::text, '-', '')")
    op.execute("ALTER TABLE training_certificate FORCE ROW LEVEL SECURITY")
    op.alter_column("training_certificate", "code", nullable=False)
    op.create_unique_constraint("uq_training_certificate_code", "training_certificate", ["code"])
    execute = op.get_bind().exec_driver_sql
    execute(GRANTS)
    op.execute("SET LOCAL ROLE passerelle_gate")
    execute("SET LOCAL check_function_bodies = off")
    for signature, body in FUNCTIONS.items():
        execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_web")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, name, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    op.drop_table("drawn_paper")
    op.execute("REVOKE UPDATE (withdrawn_at) ON training_certificate FROM passerelle_web")
    op.execute("REVOKE SELECT ON training_certificate FROM passerelle_gate")
    op.drop_column("event_guest", "told_sequence")
    op.drop_constraint("uq_training_certificate_code", "training_certificate")
    op.drop_column("training_certificate", "withdrawn_at")
    op.drop_column("training_certificate", "code")
