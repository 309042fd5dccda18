"""The committee's bench: versions of a whole cohort's match, who is left over and why, marks, notes and votes.

Rows are the committee's organisation's, read and written by those who coordinate there; the worker puts down what it solved.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
OWN = f"org_id = wall_org() AND wall_coordinates() AND {S}"
IN_SIGHT = f"{OWN} AND cohort_in_sight(cohort_org_id, cohort_id)"
WORKER = f"org_id = wall_org() AND wall_role() = 'system' AND {S}"

TABLES = ("match_run", "match_proposal", "match_leftover", "match_mark", "match_note", "match_vote")

# (table, command, using, check)
WEB: tuple[tuple[str, str, str | None, str | None], ...] = (
    *((table, "SELECT", OWN, None) for table in TABLES),
    ("match_run", "INSERT", None, IN_SIGHT),
    ("match_run", "UPDATE", OWN, OWN),
    ("match_mark", "INSERT", None, IN_SIGHT),
    ("match_mark", "UPDATE", OWN, OWN),
    ("match_mark", "DELETE", OWN, None),
    ("match_note", "INSERT", None, f"{IN_SIGHT} AND author_id = wall_person()"),
    ("match_note", "DELETE", f"{OWN} AND author_id = wall_person()", None),
    ("match_vote", "INSERT", None, f"{OWN} AND person_id = wall_person()"),
    ("match_vote", "UPDATE", f"{OWN} AND person_id = wall_person()", f"{OWN} AND person_id = wall_person()"),
    ("match_vote", "DELETE", f"{OWN} AND person_id = wall_person()", None),
)

GRANTS = """
GRANT SELECT ON match_run, match_proposal, match_leftover, match_mark, match_note, match_vote TO passerelle_web;
GRANT INSERT ON match_run, match_mark, match_note, match_vote TO passerelle_web;
GRANT UPDATE (published_by_id, published_at) ON match_run TO passerelle_web;
GRANT UPDATE (kind, marked_by_id, marked_at) ON match_mark TO passerelle_web;
GRANT UPDATE (is_yes, voted_at) ON match_vote TO passerelle_web;
GRANT DELETE ON match_mark, match_note, match_vote TO passerelle_web;
GRANT SELECT ON match_run TO passerelle_worker;
GRANT UPDATE (state, answer, trouble, solved_at, question) ON match_run TO passerelle_worker;
GRANT SELECT, INSERT ON match_proposal, match_leftover TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON match_run, match_proposal, match_leftover, match_mark, match_note, match_vote
    TO passerelle_operator;
"""

# What the engine says for a pair that the committee proposes: kept in figures and words of the vocabulary, so that each of
# the two reads it in their own language. Nothing that is not the two's own.
SAY_BECAUSE = """
CREATE FUNCTION say_because(p_org integer, p_proposal bigint, p_because jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    UPDATE cohort_proposal p SET because = p_because
    WHERE p.org_id = p_org AND p.id = p_proposal AND p.proposed_by_id = wall_person();
END $$
"""
SIGNATURE = "say_because(integer, bigint, jsonb)"


def _key(table: str, name: str, to: str, kind: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, sa.ForeignKey(to, name=f"fk_{table}_{name}"), nullable=nullable)


def _org(table: str) -> sa.Column[Any]:
    return _key(table, "org_id", "organisation.id", sa.Integer())


def _person(table: str, name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return _key(table, name, "person.id", sa.BigInteger(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_cohort(table: str) -> tuple[sa.Column[Any], sa.Column[Any], sa.ForeignKeyConstraint]:
    columns = ["cohort_org_id", "cohort_id"]
    return (
        sa.Column("cohort_org_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            columns, ["cohort.org_id", "cohort.id"], name=f"fk_{table}_{'_'.join(columns)}", ondelete="CASCADE"
        ),
    )


def _of_run(table: str) -> tuple[sa.Column[Any], sa.ForeignKeyConstraint]:
    return (
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "run_id"],
            ["match_run.org_id", "match_run.id"],
            name=f"fk_{table}_org_id_run_id",
            ondelete="CASCADE",
        ),
    )


def _pair() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return (
        sa.Column("mentee_enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("mentor_enrolment_id", sa.BigInteger(), nullable=False),
    )


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _tables() -> None:
    op.add_column("cohort_proposal", sa.Column("because", JSONB(), server_default="[]", nullable=False))
    op.create_table(
        "match_run",
        _org("match_run"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        *_of_cohort("match_run"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("after_number", sa.Integer(), nullable=True),
        sa.Column("state", _one_of("runstate", "waiting", "solved", "failed"), nullable=False),
        sa.Column("choices", JSONB(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("answer", JSONB(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        _person("match_run", "asked_by_id"),
        _moment("asked_at"),
        _moment("solved_at", nullable=True),
        _person("match_run", "published_by_id", nullable=True),
        _moment("published_at", nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_match_run"),
        sa.UniqueConstraint("org_id", "cohort_id", "number", name="uq_match_run_number"),
    )
    op.create_table(
        "match_proposal",
        _org("match_proposal"),
        *_of_run("match_proposal"),
        *_pair(),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("is_kept", sa.Boolean(), nullable=False),
        sa.Column("reasons", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint(
            "org_id", "run_id", "mentee_enrolment_id", "mentor_enrolment_id", name="pk_match_proposal"
        ),
    )
    op.create_table(
        "match_leftover",
        _org("match_leftover"),
        *_of_run("match_leftover"),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("details", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "run_id", "enrolment_id", name="pk_match_leftover"),
    )
    op.create_table(
        "match_mark",
        _org("match_mark"),
        *_of_cohort("match_mark"),
        *_pair(),
        sa.Column("kind", _one_of("markkind", "pin", "forbid"), nullable=False),
        _person("match_mark", "marked_by_id"),
        _moment("marked_at"),
        sa.PrimaryKeyConstraint(
            "org_id", "cohort_id", "mentee_enrolment_id", "mentor_enrolment_id", name="pk_match_mark"
        ),
    )
    op.create_table(
        "match_note",
        _org("match_note"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        *_of_cohort("match_note"),
        *_pair(),
        sa.Column("words", sa.String(1000), nullable=False),
        _person("match_note", "author_id"),
        _moment("written_at"),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_match_note"),
    )
    op.create_index("ix_match_note_cohort_id", "match_note", ["cohort_id", "mentee_enrolment_id"])
    op.create_table(
        "match_vote",
        _org("match_vote"),
        *_of_run("match_vote"),
        *_pair(),
        _person("match_vote", "person_id"),
        sa.Column("is_yes", sa.Boolean(), nullable=False),
        _moment("voted_at"),
        sa.PrimaryKeyConstraint(
            "org_id", "run_id", "mentee_enrolment_id", "mentor_enrolment_id", "person_id", name="pk_match_vote"
        ),
    )


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    execute(GRANTS)
    for table, command, using, check in WEB:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY web_{command.lower()} ON {table} FOR {command} TO passerelle_web{clauses}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    execute(SAY_BECAUSE)
    op.execute(f"REVOKE EXECUTE ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO passerelle_web")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in ("match_run", "match_proposal", "match_leftover"):
        execute(f"CREATE POLICY worker_all ON {table} TO passerelle_worker USING ({WORKER}) WITH CHECK ({WORKER})")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("cohort_proposal", "because")
