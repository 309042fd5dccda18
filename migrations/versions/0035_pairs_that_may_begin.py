"""A pair of a cohort begins only where the two may still meet: asked once more when the mentor says yes and when it is confirmed.

Between a request and its yes a firm may declare a conflict, somebody may block, leave, or be taken up by the other's employer.
Why not is never said: the answer is one word for every reason, and the trigger stands behind every page and job.
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

FUNCTIONS = {
    "may_begin_pair(integer, bigint)": """
CREATE FUNCTION may_begin_pair(p_org integer, p_request bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE q record; c record;
BEGIN
    IF NOT wall_sealed() THEN RETURN false; END IF;
    SELECT * INTO q FROM mentoring_request r WHERE r.org_id = p_org AND r.id = p_request
        AND (wall_role() = 'system' OR wall_person() IN (r.mentee_person_id, r.mentor_person_id));
    IF NOT FOUND THEN RETURN false; END IF;
    IF q.cohort_id IS NULL THEN RETURN true; END IF;
    SELECT * INTO c FROM cohort k WHERE k.org_id = q.cohort_org_id AND k.id = q.cohort_id AND k.state = 'open';
    IF NOT FOUND OR (q.org_id = q.mentor_org_id AND c.form IN ('external', 'cross_company', 'board')) THEN RETURN false; END IF;
    IF q.mentor_org_id = ANY (hidden_from(q.org_id)) OR q.mentor_person_id = ANY (blocked_for(q.mentee_person_id))
    THEN RETURN false; END IF;
    RETURN EXISTS (SELECT FROM enrolment e WHERE e.org_id = c.org_id AND e.cohort_id = c.id AND e.state = 'enrolled'
                   AND e.person_id = q.mentee_person_id AND e.firm_id = q.org_id AND e.side <> 'mentor')
       AND EXISTS (SELECT FROM enrolment e WHERE e.org_id = c.org_id AND e.cohort_id = c.id AND e.state = 'enrolled'
                   AND e.person_id = q.mentor_person_id AND e.firm_id = q.mentor_org_id AND e.side <> 'mentee');
END $$""",
    # Loading by hand has no context, and answers for itself.
    "keep_apart()": """
CREATE FUNCTION keep_apart() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF coalesce(current_setting('passerelle.org', true), '') NOT IN ('', '0') AND NOT may_begin_pair(NEW.org_id, NEW.request_id) THEN
        RAISE EXCEPTION 'these two cannot be paired' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$""",
}
GRANTED = {"may_begin_pair(integer, bigint)": ("web", "worker"), "keep_apart()": ("owner",)}


def upgrade() -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, body in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in GRANTED[signature]:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    op.execute(
        """CREATE TRIGGER keep_apart AFTER INSERT ON mentorship FOR EACH ROW
           WHEN (NEW.cohort_id IS NOT NULL) EXECUTE FUNCTION keep_apart()"""
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_apart ON mentorship")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
