"""A request's life behind the wall: a mentor sees what was sent, links are made by the worker alone, drafts can be thrown away."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
KINDS = ("goal", "why_you", "what_i_bring", "question", "answer", "acceptance", "decline", "withdrawal")
PAIR = """EXISTS (SELECT FROM mentoring_request r WHERE r.org_id = request_message.org_id AND r.id = request_message.request_id
          AND wall_person() IN (r.mentee_person_id, r.mentor_person_id){further})"""

# Who is to be told in an organisation: needed to write to them without seeing who else works there.
COORDINATORS_OF = """
CREATE FUNCTION coordinators_of(p_org integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT (p_org = wall_org() OR p_org = ANY (wall_audiences())) THEN RETURN; END IF;
    RETURN QUERY SELECT a.person_id FROM affiliation a JOIN organisation o ON o.id = a.org_id
    WHERE a.org_id = p_org AND (a.ended_on IS NULL OR a.ended_on > current_date)
      AND ((o.kind = 'network' AND a.role = 'network_admin') OR (o.kind = 'company' AND a.role IN ('hr_partner', 'company_admin')))
    ORDER BY 1;
END $$
"""

# Only somebody who still sees the mentor is told that there is room: conflicts and blocks hide at once.
NEXT_IN_QUEUE = """
CREATE FUNCTION next_in_queue(p_org integer, p_mentor bigint) RETURNS TABLE (org_id integer, person_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' OR wall_org() <> p_org THEN RETURN; END IF;
    RETURN QUERY SELECT q.org_id, q.person_id
    FROM queue_place q JOIN card c ON c.org_id = q.mentor_org_id AND c.mentor_id = q.mentor_id
    WHERE q.mentor_org_id = p_org AND q.mentor_id = p_mentor AND q.told_at IS NULL AND c.room > 0
      AND c.aud && audiences_of(q.org_id) AND NOT q.org_id = ANY (hidden_from(p_org))
      AND NOT c.person_id = ANY (blocked_for(q.person_id))
      AND EXISTS (SELECT FROM affiliation a WHERE a.org_id = q.org_id AND a.person_id = q.person_id
                  AND (a.ended_on IS NULL OR a.ended_on > current_date))
    ORDER BY q.created_at, q.person_id LIMIT 1;
END $$
"""

# (name, table, command, using, check)
NEW = (
    # What never reached the mentor stays unseen by them and by their firm, whatever became of it.
    (
        "web_select_request",
        "mentoring_request",
        "SELECT",
        f"""{S} AND (mentee_person_id = wall_person()
            OR (sent_at IS NOT NULL AND (mentor_person_id = wall_person() OR (mentor_org_id = wall_org() AND wall_coordinates())))
            OR (org_id = wall_org() AND state <> 'draft' AND wall_coordinates()))""",
        None,
    ),
    (
        "web_update_request",
        "mentoring_request",
        "UPDATE",
        f"{S} AND (mentee_person_id = wall_person() OR (mentor_person_id = wall_person() AND sent_at IS NOT NULL))",
        None,
    ),
    # The employer answers, once, and changes nothing else.
    (
        "web_update_employer",
        "mentoring_request",
        "UPDATE",
        f"""{S} AND org_id = wall_org() AND state = 'awaiting_employer' AND mentee_person_id <> wall_person()
            AND wall_role() IN ('hr_partner', 'company_admin')""",
        f"{S} AND org_id = wall_org() AND state IN ('sent', 'refused_by_employer')",
    ),
    (
        "web_delete_request",
        "mentoring_request",
        "DELETE",
        f"{S} AND org_id = wall_org() AND mentee_person_id = wall_person() AND state = 'draft'",
        None,
    ),
    (
        "web_delete_message",
        "request_message",
        "DELETE",
        f"{S} AND author_person_id = wall_person() AND " + PAIR.format(further=" AND r.state = 'draft'"),
        None,
    ),
    # How to reach somebody is for the other one to read once both have said yes.
    (
        "web_select_message",
        "request_message",
        "SELECT",
        f"{S} AND "
        + PAIR.format(
            further=" AND (request_message.kind <> 'contact' OR request_message.author_person_id = wall_person() OR r.state = 'confirmed')"
        ),
        None,
    ),
    # Somebody whom a concern is about never reads it, coordinator or not.
    (
        "web_select_concern",
        "concern",
        "SELECT",
        f"""{S} AND ((org_id = wall_org() AND wall_coordinates() AND about_person_id <> wall_person())
            OR reporter_person_id = wall_person())""",
        None,
    ),
    (
        "web_update_concern",
        "concern",
        "UPDATE",
        f"{S} AND org_id = wall_org() AND wall_coordinates() AND about_person_id <> wall_person()",
        None,
    ),
    (
        "web_insert_concern",
        "concern",
        "INSERT",
        None,
        f"""{S} AND reporter_person_id = wall_person() AND reporter_org_id = wall_org() AND org_id = ANY (wall_audiences())
            AND EXISTS (SELECT FROM mentoring_request r WHERE r.org_id = concern.request_org_id AND r.id = concern.request_id
                AND wall_person() IN (r.mentee_person_id, r.mentor_person_id)
                AND about_person_id IN (r.mentee_person_id, r.mentor_person_id))""",
    ),
    ("web_insert_to_coordinator", "letter", "INSERT", None, f"{S} AND person_id IN (SELECT coordinators_of(org_id))"),
    ("web_insert_to_coordinator", "notice", "INSERT", None, f"{S} AND person_id IN (SELECT coordinators_of(org_id))"),
    (
        "web_select_in_concern",
        "person",
        "SELECT",
        f"{S} AND EXISTS (SELECT FROM concern c WHERE person.id IN (c.reporter_person_id, c.about_person_id))",
        None,
    ),
)

# What 0002 said of the same commands.
PARTY = "(mentee_person_id = wall_person() OR mentor_person_id = wall_person())"
OLD = (
    (
        "web_select_42",
        "mentoring_request",
        "SELECT",
        f"{S} AND (mentee_person_id = wall_person() OR (state <> 'draft' AND ((mentor_person_id = wall_person() "
        f"AND state NOT IN ('awaiting_employer', 'refused_by_employer')) OR (org_id = wall_org() AND wall_coordinates()) "
        f"OR (mentor_org_id = wall_org() AND wall_coordinates() AND state NOT IN ('awaiting_employer', 'refused_by_employer')))))",
        None,
    ),
    (
        "web_update_44",
        "mentoring_request",
        "UPDATE",
        f"{S} AND (({PARTY}) OR (org_id = wall_org() AND wall_coordinates()))",
        None,
    ),
    (
        "web_select_47",
        "request_message",
        "SELECT",
        f"""{S} AND EXISTS (SELECT FROM mentoring_request r WHERE r.org_id = request_message.org_id AND r.id = request_message.request_id
            AND wall_person() IN (r.mentee_person_id, r.mentor_person_id))""",
        None,
    ),
    (
        "web_insert_28",
        "action_link",
        "INSERT",
        None,
        f"{S} AND EXISTS (SELECT FROM mentoring_request r WHERE r.org_id = subject_org_id AND r.id = subject_id AND {PARTY})",
    ),
    (
        "web_select_52",
        "concern",
        "SELECT",
        f"{S} AND ((org_id = wall_org() AND wall_coordinates()) OR reporter_person_id = wall_person())",
        None,
    ),
    ("web_update_54", "concern", "UPDATE", f"{S} AND org_id = wall_org() AND wall_coordinates()", None),
    (
        "web_insert_53",
        "concern",
        "INSERT",
        None,
        f"""{S} AND reporter_person_id = wall_person() AND EXISTS (SELECT FROM mentoring_request r
            WHERE r.org_id = concern.request_org_id AND r.id = concern.request_id AND {PARTY})""",
    ),
)

WEB_MAY_CHANGE = "state, form, cadence, sent_at, due_at, reminded_at, accepted_at, closed_at, version, updated_at"
WORKER_MAY_CHANGE = "state, due_at, reminded_at, closed_at, version, updated_at"


def create_policies(policies: tuple[tuple[str, str, str, str | None, str | None], ...]) -> None:
    for name, table, command, using, check in policies:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        op.get_bind().exec_driver_sql(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_web{clauses}")


def drop_policies(policies: tuple[tuple[str, str, str, str | None, str | None], ...]) -> None:
    for name, table, *_rest in policies:
        op.execute(f"DROP POLICY {name} ON {table}")


def set_message_kinds(kinds: tuple[str, ...]) -> None:
    name = op.get_bind().scalar(
        sa.text(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'request_message'::regclass AND contype = 'c' "
            "AND pg_get_constraintdef(oid) LIKE '%why_you%'"
        )
    )
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"ALTER TABLE request_message DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE request_message ADD CONSTRAINT {name} CHECK (kind IN ({allowed}))")


def upgrade() -> None:
    op.get_bind().exec_driver_sql(COORDINATORS_OF)
    op.execute("REVOKE EXECUTE ON FUNCTION coordinators_of(integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION coordinators_of(integer) TO passerelle_web, passerelle_worker")
    op.execute("ALTER FUNCTION coordinators_of(integer) OWNER TO passerelle_gate")
    op.get_bind().exec_driver_sql(NEXT_IN_QUEUE)
    op.execute("REVOKE EXECUTE ON FUNCTION next_in_queue(integer, bigint) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION next_in_queue(integer, bigint) TO passerelle_worker")
    op.execute("ALTER FUNCTION next_in_queue(integer, bigint) OWNER TO passerelle_gate")
    op.execute("GRANT SELECT ON queue_place TO passerelle_gate")
    op.execute("CREATE POLICY gate_select ON queue_place FOR SELECT TO passerelle_gate USING (true)")
    drop_policies(OLD)
    create_policies(NEW)
    # A link acts for its reader, so whoever may make one may act for anybody: the pages may not, the worker may.
    op.execute("REVOKE INSERT ON action_link FROM passerelle_web")
    # Nobody moves a place, or a request from one pair to another, by writing a column.
    op.execute("REVOKE UPDATE ON mentoring_request FROM passerelle_web, passerelle_worker")
    op.execute(f"GRANT UPDATE ({WEB_MAY_CHANGE}) ON mentoring_request TO passerelle_web")
    op.execute(f"GRANT UPDATE ({WORKER_MAY_CHANGE}) ON mentoring_request TO passerelle_worker")
    op.execute("GRANT DELETE ON mentoring_request, request_message TO passerelle_web")
    set_message_kinds((*KINDS, "contact"))
    op.execute(
        "ALTER TABLE mentoring_request ADD CONSTRAINT ck_mentoring_request_sent_is_dated CHECK (sent_at IS NOT NULL "
        "OR state IN ('draft', 'awaiting_employer', 'refused_by_employer', 'withdrawn', 'expired'))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE mentoring_request DROP CONSTRAINT ck_mentoring_request_sent_is_dated")
    # Row-level security is forced: the owner sees no row of the table while it is.
    op.execute("ALTER TABLE request_message NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM request_message WHERE kind = 'contact'")
    op.execute("ALTER TABLE request_message FORCE ROW LEVEL SECURITY")
    set_message_kinds(KINDS)
    op.execute("REVOKE DELETE ON mentoring_request, request_message FROM passerelle_web")
    op.execute("REVOKE UPDATE ON mentoring_request FROM passerelle_web, passerelle_worker")
    op.execute("GRANT UPDATE ON mentoring_request TO passerelle_web, passerelle_worker")
    op.execute("GRANT INSERT ON action_link TO passerelle_web")
    drop_policies(NEW)
    create_policies(OLD)
    op.execute("DROP POLICY gate_select ON queue_place")
    op.execute("REVOKE SELECT ON queue_place FROM passerelle_gate")
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.execute("DROP FUNCTION next_in_queue(integer, bigint)")
    op.execute("DROP FUNCTION coordinators_of(integer)")
    op.execute("SET LOCAL ROLE passerelle_owner")
