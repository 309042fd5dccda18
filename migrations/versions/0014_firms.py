"""The way in of a member firm: agreements, quotas, nudges, domains, logos, and where a firm's welcome stands."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
OURS = f"{S} AND org_id = wall_org() AND wall_coordinates()"
ADMIN = f"{S} AND org_id = wall_org() AND wall_role() = 'network_admin'"
MEMBER_OF = """EXISTS (SELECT FROM firm_membership m WHERE m.firm_id = wall_org() AND m.network_id = {network}
               AND m.state <> 'left')"""

# (name, table, role, command, using, check)
POLICIES = (
    (
        "web_select_agreement",
        "agreement",
        "web",
        "SELECT",
        # Once it left, a firm has its papers.
        f"{S} AND wall_coordinates() AND (org_id = wall_org() "
        f"OR (published_at IS NOT NULL AND {MEMBER_OF.format(network='agreement.org_id')}))",
        None,
    ),
    ("web_insert_agreement", "agreement", "web", "INSERT", None, ADMIN),
    # What was published stands: somebody accepted these words.
    ("web_update_agreement", "agreement", "web", "UPDATE", f"{ADMIN} AND published_at IS NULL", ADMIN),
    (
        "worker_select_agreement",
        "agreement",
        "worker",
        "SELECT",
        f"{S} AND EXISTS (SELECT FROM agreement_acceptance a WHERE a.org_id = wall_org() "
        "AND a.network_id = agreement.org_id AND a.number = agreement.number)",
        None,
    ),
    (
        "web_select_acceptance",
        "agreement_acceptance",
        "web",
        "SELECT",
        f"{S} AND wall_coordinates() AND wall_org() IN (org_id, network_id)",
        None,
    ),
    (
        "web_insert_acceptance",
        "agreement_acceptance",
        "web",
        "INSERT",
        None,
        f"""{S} AND org_id = wall_org() AND accepted_by_id = wall_person() AND wall_role() IN ('hr_partner', 'company_admin')
            AND {MEMBER_OF.format(network="agreement_acceptance.network_id")}
            AND EXISTS (SELECT FROM agreement g WHERE g.org_id = agreement_acceptance.network_id
                        AND g.number = agreement_acceptance.number AND g.published_at IS NOT NULL)""",
    ),
    (
        "worker_select_acceptance",
        "agreement_acceptance",
        "worker",
        "SELECT",
        f"{S} AND org_id = wall_org()",
        None,
    ),
    ("web_select_document", "document", "web", "SELECT", OURS, None),
    ("worker_select_document", "document", "worker", "SELECT", f"{S} AND org_id = wall_org()", None),
    # One copy for each of the two who agreed, written while the worker is inside the firm.
    (
        "worker_insert_document",
        "document",
        "worker",
        "INSERT",
        None,
        f"""{S} AND EXISTS (SELECT FROM agreement_acceptance a WHERE a.org_id = wall_org() AND a.number = document.number
            AND ((document.org_id = a.org_id AND document.other_org_id = a.network_id)
              OR (document.org_id = a.network_id AND document.other_org_id = a.org_id)))""",
    ),
    (
        "web_select_quota",
        "intake_quota",
        "web",
        "SELECT",
        f"""{S} AND wall_coordinates() AND (org_id = wall_org()
            OR (firm_id IN (wall_org(), org_id) AND {MEMBER_OF.format(network="intake_quota.org_id")}))""",
        None,
    ),
    ("web_insert_quota", "intake_quota", "web", "INSERT", None, ADMIN),
    ("web_update_quota", "intake_quota", "web", "UPDATE", ADMIN, ADMIN),
    ("web_delete_quota", "intake_quota", "web", "DELETE", ADMIN, None),
    ("web_select_nudge", "nudge", "web", "SELECT", OURS, None),
    ("web_insert_nudge", "nudge", "web", "INSERT", None, f"{ADMIN} AND sent_by_id = wall_person()"),
    ("web_select_domain", "domain", "web", "SELECT", OURS, None),
    ("web_insert_domain", "domain", "web", "INSERT", None, f"{OURS} AND verified_at IS NULL"),
    ("web_update_domain", "domain", "web", "UPDATE", f"{OURS} AND verified_at IS NULL", OURS),
    ("web_delete_domain", "domain", "web", "DELETE", OURS, None),
    ("worker_select_domain", "domain", "worker", "SELECT", f"{S} AND org_id = wall_org()", None),
    ("worker_update_domain", "domain", "worker", "UPDATE", f"{S} AND org_id = wall_org()", None),
    # A mark, for everybody who works here.
    ("web_select_logo", "logo", "web", "SELECT", f"{S} AND org_id = wall_org()", None),
    ("web_insert_logo", "logo", "web", "INSERT", None, OURS),
    ("web_update_logo", "logo", "web", "UPDATE", OURS, None),
    ("web_delete_logo", "logo", "web", "DELETE", OURS, None),
    ("web_all_welcome_step", "welcome_step", "web", "ALL", OURS, None),
    ("gate_select_agreement", "agreement_acceptance", "gate", "SELECT", "true", None),
    ("gate_select_quota", "intake_quota", "gate", "SELECT", "true", None),
    ("gate_select_welcome_step", "welcome_step", "gate", "SELECT", "true", None),
    ("gate_select_domain", "domain", "gate", "SELECT", "true", None),
    ("gate_update_domain", "domain", "gate", "UPDATE", "true", None),
    ("gate_select_for_desk", "invitation", "gate", "SELECT", "true", None),
    ("gate_select_for_desk", "mentorship", "gate", "SELECT", "true", None),
)

TABLES = (
    "agreement",
    "agreement_acceptance",
    "document",
    "intake_quota",
    "nudge",
    "domain",
    "logo",
    "welcome_step",
)

# The web asks for a code and hands in an answer; that a domain is verified is written by the gate and the worker alone.
GRANTS = """
GRANT SELECT, INSERT ON agreement, agreement_acceptance, nudge TO passerelle_web;
GRANT UPDATE (text_en, text_fr, written_by_id, updated_at, published_at, old_holds_until) ON agreement TO passerelle_web;
GRANT SELECT ON document TO passerelle_web;
GRANT SELECT ON agreement, agreement_acceptance TO passerelle_worker;
GRANT SELECT, INSERT ON document TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON intake_quota, logo, welcome_step TO passerelle_web;
GRANT SELECT (org_id, id, name, dns_token, code_sent_to, code_sent_at, code_expires_at, code_tries, checked_at, answer, method,
    verified_at, created_at) ON domain TO passerelle_web, passerelle_worker;
GRANT INSERT (org_id, id, name, dns_token, created_at) ON domain TO passerelle_web;
GRANT UPDATE (code_hash, code_sent_to, code_sent_at, code_expires_at, code_tries, checked_at, answer) ON domain TO passerelle_web;
GRANT DELETE ON domain TO passerelle_web;
GRANT UPDATE (checked_at, answer, method, verified_at) ON domain TO passerelle_worker;
GRANT SELECT ON agreement_acceptance, intake_quota, welcome_step, domain, invitation, mentorship TO passerelle_gate;
GRANT UPDATE ON domain TO passerelle_gate;
"""

# A network's own figures about its member firms: counts and days, never rows, never names.
FIRM_PROGRESS = """
CREATE FUNCTION firm_progress() RETURNS TABLE (firm_id integer, people integer, mentors integer, mentees integer, requests integer,
    accepted smallint, accepted_on date, people_on date, conflicts_on date, mentors_on date, request_on date)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() NOT IN ('network_admin', 'programme_manager') THEN RETURN; END IF;
    RETURN QUERY SELECT m.firm_id,
        (SELECT count(*)::integer FROM affiliation a WHERE a.org_id = m.firm_id AND a.ended_on IS NULL),
        (SELECT count(*)::integer FROM card c WHERE c.org_id = m.firm_id AND wall_org() = ANY (c.aud)),
        (SELECT count(DISTINCT s.mentee_person_id)::integer FROM mentorship s
            JOIN firm_membership f ON f.network_id = wall_org() AND f.firm_id = s.mentor_org_id AND f.state = 'active'
            WHERE s.org_id = m.firm_id AND s.state <> 'ended'),
        (SELECT count(*)::integer FROM mentoring_request r WHERE r.org_id = m.firm_id AND r.state <> 'draft'),
        (SELECT max(g.number) FROM agreement_acceptance g WHERE g.org_id = m.firm_id AND g.network_id = wall_org()),
        (SELECT min(g.accepted_at)::date FROM agreement_acceptance g WHERE g.org_id = m.firm_id AND g.network_id = wall_org()
            AND g.number = (SELECT max(h.number) FROM agreement_acceptance h
                            WHERE h.org_id = m.firm_id AND h.network_id = wall_org())),
        least((SELECT min(a.created_at)::date FROM affiliation a
                WHERE a.org_id = m.firm_id AND a.ended_on IS NULL AND a.role NOT IN ('hr_partner', 'company_admin')),
              (SELECT min(i.created_at)::date FROM invitation i
                WHERE i.org_id = m.firm_id AND i.state = 'open' AND i.role NOT IN ('hr_partner', 'company_admin'))),
        least((SELECT min(d.created_at)::date FROM conflict_declaration d WHERE d.org_id = m.firm_id),
              (SELECT min(w.at)::date FROM welcome_step w WHERE w.org_id = m.firm_id AND w.step = 'conflicts' AND w.state = 'nothing')),
        (SELECT min(c.published_at)::date FROM card c WHERE c.org_id = m.firm_id AND wall_org() = ANY (c.aud)),
        (SELECT min(r.created_at)::date FROM mentoring_request r WHERE r.org_id = m.firm_id AND r.state <> 'draft')
    FROM firm_membership m WHERE m.network_id = wall_org();
END $$
"""

# What parting would change, for either side: how many cards, mentorships, open requests. No names.
PARTING_FIGURES = """
CREATE FUNCTION parting_figures(p_network integer, p_firm integer)
RETURNS TABLE (cards integer, mentorships integer, requests integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE fellows integer[];
BEGIN
    IF NOT wall_sealed() OR wall_org() NOT IN (p_network, p_firm) OR NOT wall_coordinates()
       OR NOT EXISTS (SELECT FROM firm_membership m WHERE m.network_id = p_network AND m.firm_id = p_firm) THEN RETURN; END IF;
    fellows := ARRAY(SELECT m.firm_id FROM firm_membership m
                     WHERE m.network_id = p_network AND m.state = 'active' AND m.firm_id <> p_firm);
    RETURN QUERY SELECT
        (SELECT count(*)::integer FROM card c WHERE c.org_id = p_firm AND p_network = ANY (c.aud)),
        (SELECT count(*)::integer FROM mentorship s WHERE s.state <> 'ended'
            AND ((s.org_id = p_firm AND s.mentor_org_id = ANY (fellows)) OR (s.mentor_org_id = p_firm AND s.org_id = ANY (fellows)))),
        (SELECT count(*)::integer FROM mentoring_request r WHERE r.state IN ('awaiting_employer', 'sent', 'more_information', 'accepted')
            AND ((r.org_id = p_firm AND r.mentor_org_id = ANY (fellows)) OR (r.mentor_org_id = p_firm AND r.org_id = ANY (fellows))));
END $$
"""

# Conflicts of interest change nothing here: a count that moved would tell who declared one.
MARKETPLACE_FIGURES = """
CREATE FUNCTION marketplace_figures() RETURNS TABLE (firms integer, mentors integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    RETURN QUERY SELECT
        (SELECT count(*)::integer FROM organisation o WHERE o.in_marketplace AND o.kind = 'company' AND o.id <> wall_org()),
        (SELECT count(*)::integer FROM card c WHERE 0 = ANY (c.aud) AND c.org_id <> wall_org());
END $$
"""

# One firm's mentors come to one network one after the other, so that two never take the last place.
MENTOR_PLACE = """
CREATE FUNCTION mentor_place(p_network integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE most integer;
BEGIN
    IF NOT wall_sealed() THEN RETURN false; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('intake ' || p_network || ' ' || wall_org(), 0));
    IF EXISTS (SELECT FROM card c WHERE c.org_id = wall_org() AND c.person_id = wall_person() AND p_network = ANY (c.chosen)) THEN
        RETURN true;
    END IF;
    SELECT q.max_mentors INTO most FROM intake_quota q
    WHERE q.org_id = p_network AND q.firm_id IN (wall_org(), p_network) AND wall_org() <> p_network
    ORDER BY (q.firm_id = wall_org()) DESC LIMIT 1;
    RETURN most IS NULL OR (SELECT count(*) FROM card c WHERE c.org_id = wall_org() AND p_network = ANY (c.chosen)) < most;
END $$
"""

# 'verified', 'wrong' (a try is gone), 'spent' (no code that could still be right) or 'taken' (another firm proved it before).
VERIFY_DOMAIN = """
CREATE FUNCTION verify_domain(p_id bigint, p_code_hash bytea, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE d record;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN 'spent'; END IF;
    SELECT * INTO d FROM domain WHERE org_id = wall_org() AND id = p_id AND verified_at IS NULL FOR UPDATE;
    IF NOT FOUND OR d.code_hash IS NULL OR d.code_expires_at <= p_now OR d.code_tries >= 5 THEN RETURN 'spent'; END IF;
    IF d.code_hash <> p_code_hash THEN
        UPDATE domain SET code_tries = code_tries + 1 WHERE org_id = d.org_id AND id = d.id;
        RETURN 'wrong';
    END IF;
    UPDATE domain SET code_hash = NULL, method = 'letter', verified_at = p_now, answer = '' WHERE org_id = d.org_id AND id = d.id;
    RETURN 'verified';
EXCEPTION WHEN unique_violation THEN RETURN 'taken';
END $$
"""

# (signature, definition, roles)
FUNCTIONS = (
    ("firm_progress()", FIRM_PROGRESS, "passerelle_web"),
    ("parting_figures(integer, integer)", PARTING_FIGURES, "passerelle_web"),
    ("marketplace_figures()", MARKETPLACE_FIGURES, "passerelle_web"),
    ("mentor_place(integer)", MENTOR_PLACE, "passerelle_web"),
    ("verify_domain(bigint, bytea, timestamptz)", VERIFY_DOMAIN, "passerelle_web"),
)

FIRM_FIGURES = """
CREATE FUNCTION firm_figures() RETURNS TABLE (firm_id integer, people integer, mentors integer, conflicts_declared boolean, requests integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() NOT IN ('network_admin', 'programme_manager') THEN RETURN; END IF;
    RETURN QUERY SELECT m.firm_id,
        (SELECT count(*)::integer FROM affiliation a WHERE a.org_id = m.firm_id AND a.ended_on IS NULL),
        (SELECT count(*)::integer FROM card c WHERE c.org_id = m.firm_id AND wall_org() = ANY (c.aud)),
        EXISTS (SELECT FROM conflict_declaration d WHERE d.org_id = m.firm_id),
        (SELECT count(*)::integer FROM mentoring_request r WHERE r.org_id = m.firm_id AND r.state <> 'draft')
    FROM firm_membership m WHERE m.network_id = wall_org();
END $$;
"""


def moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def organisation_key(table: str, name: str) -> sa.Column:
    key = sa.ForeignKey("organisation.id", name=f"fk_{table}_{name}")
    return sa.Column(name, sa.Integer(), key, nullable=False)


def person_key(table: str, name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), sa.ForeignKey("person.id", name=f"fk_{table}_{name}"), nullable=False)


def one_of(name: str, kind: str, *values: str, nullable: bool = False) -> sa.Column:
    choices = sa.Enum(*values, name=kind, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, choices, nullable=nullable)


def create_tables() -> None:
    op.create_table(
        "agreement",
        organisation_key("agreement", "org_id"),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_fr", sa.Text(), nullable=False),
        person_key("agreement", "written_by_id"),
        moment("updated_at"),
        moment("published_at", nullable=True),
        sa.Column("old_holds_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "number", name="pk_agreement"),
    )
    op.create_index(
        "uq_agreement_draft", "agreement", ["org_id"], unique=True, postgresql_where=sa.text("published_at IS NULL")
    )
    op.create_table(
        "agreement_acceptance",
        organisation_key("agreement_acceptance", "org_id"),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        person_key("agreement_acceptance", "accepted_by_id"),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("position", sa.String(120), nullable=False),
        sa.Column("locale", sa.String(5), nullable=False),
        moment("accepted_at"),
        sa.ForeignKeyConstraint(
            ["network_id", "number"],
            ["agreement.org_id", "agreement.number"],
            name="fk_agreement_acceptance_network_id_number",
        ),
        sa.PrimaryKeyConstraint("org_id", "network_id", "number", name="pk_agreement_acceptance"),
    )
    op.create_index("ix_agreement_acceptance_network_id", "agreement_acceptance", ["network_id"])
    op.create_table(
        "document",
        organisation_key("document", "org_id"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        organisation_key("document", "other_org_id"),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("locale", sa.String(5), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        moment("created_at"),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_document"),
        sa.UniqueConstraint("org_id", "other_org_id", "number", name="uq_document_org_id_other_org_id_number"),
    )
    op.create_table(
        "intake_quota",
        organisation_key("intake_quota", "org_id"),
        organisation_key("intake_quota", "firm_id"),
        sa.Column("max_mentors", sa.SmallInteger(), nullable=True),
        sa.Column("max_mentees", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("max_mentors >= 0 AND max_mentees >= 0", name="ck_intake_quota_not_negative"),
        sa.PrimaryKeyConstraint("org_id", "firm_id", name="pk_intake_quota"),
    )
    op.create_table(
        "nudge",
        organisation_key("nudge", "org_id"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        organisation_key("nudge", "firm_id"),
        sa.Column("step", sa.String(40), nullable=False),
        person_key("nudge", "sent_by_id"),
        moment("sent_at"),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_nudge"),
    )
    op.create_index("ix_nudge_org_id_firm_id", "nudge", ["org_id", "firm_id"])
    op.create_table(
        "domain",
        organisation_key("domain", "org_id"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(253), nullable=False),
        sa.Column("dns_token", sa.String(64), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_sent_to", sa.String(254), nullable=False, server_default=""),
        moment("code_sent_at", nullable=True),
        moment("code_expires_at", nullable=True),
        sa.Column("code_tries", sa.SmallInteger(), nullable=False, server_default="0"),
        moment("checked_at", nullable=True),
        sa.Column("answer", sa.String(40), nullable=False, server_default=""),
        one_of("method", "domainmethod", "letter", "dns", nullable=True),
        moment("verified_at", nullable=True),
        moment("created_at"),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_domain"),
        sa.UniqueConstraint("org_id", "name", name="uq_domain_org_id_name"),
    )
    op.create_index(
        "uq_domain_verified", "domain", ["name"], unique=True, postgresql_where=sa.text("verified_at IS NOT NULL")
    )
    op.create_table(
        "logo",
        organisation_key("logo", "org_id"),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.SmallInteger(), nullable=False),
        sa.Column("height", sa.SmallInteger(), nullable=False),
        moment("updated_at"),
        sa.PrimaryKeyConstraint("org_id", name="pk_logo"),
    )
    op.create_table(
        "welcome_step",
        organisation_key("welcome_step", "org_id"),
        sa.Column("step", sa.String(32), nullable=False),
        one_of("state", "stepstate", "done", "skipped", "nothing"),
        person_key("welcome_step", "by_id"),
        moment("at"),
        sa.PrimaryKeyConstraint("org_id", "step", name="pk_welcome_step"),
    )


def upgrade() -> None:
    op.add_column("organisation", sa.Column("request_approval", sa.String(32), server_default="never", nullable=False))
    op.create_check_constraint(
        op.f("ck_organisation_approvalrule"), "organisation", "request_approval IN ('never', 'always', 'by_programme')"
    )
    for name in ("welcome_open", "provisional"):
        op.add_column("organisation", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    # Row-level security is forced: the owner sees no row of the table while it is.
    op.execute("ALTER TABLE organisation NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE organisation SET request_approval = 'always' WHERE requests_need_approval")
    op.execute("ALTER TABLE organisation FORCE ROW LEVEL SECURITY")
    op.drop_column("organisation", "requests_need_approval")
    create_tables()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO passerelle_operator")
    for name, table, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        op.get_bind().exec_driver_sql(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    op.execute(GRANTS)
    op.execute("SET LOCAL ROLE passerelle_gate")
    op.execute("DROP FUNCTION firm_figures()")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for signature, definition, roles in FUNCTIONS:
        create_function(signature, definition, roles)


def create_function(signature: str, definition: str, roles: str) -> None:
    op.get_bind().exec_driver_sql(definition)
    op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {roles}")
    op.execute(f"ALTER FUNCTION {signature} OWNER TO passerelle_gate")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, _definition, _roles in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    create_function("firm_figures()", FIRM_FIGURES, "passerelle_web")
    for table in ("invitation", "mentorship"):
        op.execute(f"DROP POLICY gate_select_for_desk ON {table}")
        op.execute(f"REVOKE SELECT ON {table} FROM passerelle_gate")
    for name, table, *_rest in POLICIES:
        if table in TABLES:
            op.execute(f"DROP POLICY {name} ON {table}")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.add_column(
        "organisation", sa.Column("requests_need_approval", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute("ALTER TABLE organisation NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE organisation SET requests_need_approval = (request_approval = 'always')")
    op.execute("ALTER TABLE organisation FORCE ROW LEVEL SECURITY")
    op.alter_column("organisation", "requests_need_approval", server_default=None)
    for name in ("provisional", "welcome_open", "request_approval"):
        op.drop_column("organisation", name)
