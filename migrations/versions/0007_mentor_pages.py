"""What a mentor published beside what they are writing, small photos, and the people somebody does not wish to meet"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# A blocked person is hidden from the one who blocked them, so their name has to come from here. The second policy keeps
# this from telling names to somebody who writes down the ids of people they have never seen.
BLOCKS = """
CREATE FUNCTION blocked_people() RETURNS TABLE (person_id bigint, name text, since timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() THEN RETURN; END IF;
    RETURN QUERY SELECT p.id, p.name::text, b.created_at FROM personal_block b JOIN person p ON p.id = b.blocked_person_id
    WHERE b.org_id = wall_org() AND b.person_id = wall_person() ORDER BY b.created_at DESC, p.id;
END $$;
REVOKE EXECUTE ON FUNCTION blocked_people() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION blocked_people() TO passerelle_web;
ALTER FUNCTION blocked_people() OWNER TO passerelle_gate;
CREATE POLICY web_insert_known ON personal_block AS RESTRICTIVE FOR INSERT TO passerelle_web WITH CHECK (
    blocked_person_id <> wall_person() AND (
        EXISTS (SELECT FROM directory d WHERE d.person_id = blocked_person_id)
        OR EXISTS (SELECT FROM mentoring_request r WHERE wall_person() IN (r.mentee_person_id, r.mentor_person_id)
                   AND blocked_person_id IN (r.mentee_person_id, r.mentor_person_id))));
"""


def upgrade() -> None:
    op.add_column("mentor_profile", sa.Column("published", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("mentor_profile", sa.Column("saved_in", sa.String(length=32), server_default="", nullable=False))
    op.add_column("photo", sa.Column("small", sa.LargeBinary(), server_default=sa.text("''::bytea"), nullable=False))
    op.alter_column("photo", "small", server_default=None)
    op.add_column("mentee_profile", sa.Column("saved_in", sa.String(length=32), server_default="", nullable=False))
    op.execute(BLOCKS)


def downgrade() -> None:
    op.execute("DROP POLICY web_insert_known ON personal_block")
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.execute("DROP FUNCTION blocked_people()")
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.drop_column("mentee_profile", "saved_in")
    op.drop_column("photo", "small")
    op.drop_column("mentor_profile", "saved_in")
    op.drop_column("mentor_profile", "published")
