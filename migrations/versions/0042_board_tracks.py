"""Board tracks, what companies subscribe to, and seats.

A track is shown to the network that offers it and, once it is open, to the network's member firms. What a firm pays for is
read by its own coordinators alone; the network that offers the track learns figures from a function. A seat is claimed and
given back by the database only, in the transaction of the enrolment that it is for.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
TABLES = ("board_track", "subscription", "seat", "billing_wish", "billing_invoice", "billing_account", "stripe_event")
COUNTED = "('nominated', 'awaiting_employer', 'awaiting_decision', 'waiting', 'enrolled')"

FUNCTIONS = {
    # One statement takes the seat, so that two who nominate for the last one take turns and the second is refused.
    "claim_seat(bigint, bigint, bigint, bigint, text, timestamptz)": """
CREATE FUNCTION claim_seat(p_subscription bigint, p_seat bigint, p_person bigint, p_sponsor bigint, p_office text,
                           p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE of_firm subscription; track board_track;
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN 'closed'; END IF;
    IF p_person = p_sponsor OR 2 <> (SELECT count(DISTINCT a.person_id) FROM affiliation a WHERE a.org_id = wall_org()
            AND a.person_id IN (p_person, p_sponsor) AND (a.ended_on IS NULL OR a.ended_on > current_date)) THEN
        RETURN 'stranger';
    END IF;
    UPDATE subscription s SET seats_used = s.seats_used + 1
    WHERE s.org_id = wall_org() AND s.id = p_subscription AND s.seats_used < least(s.seats, coalesce(s.seats_wanted, s.seats))
      AND (s.status = 'active' OR (s.status = 'past_due' AND s.grace_until > p_now))
    RETURNING s.* INTO of_firm;
    IF NOT FOUND THEN
        SELECT * INTO of_firm FROM subscription s WHERE s.org_id = wall_org() AND s.id = p_subscription;
        IF NOT FOUND OR of_firm.status = 'ended' THEN RETURN 'closed'; END IF;
        IF of_firm.status = 'active' OR (of_firm.status = 'past_due' AND of_firm.grace_until > p_now) THEN RETURN 'full'; END IF;
        RETURN 'unpaid';
    END IF;
    SELECT * INTO track FROM board_track t WHERE t.org_id = of_firm.track_org_id AND t.id = of_firm.track_id;
    INSERT INTO seat (org_id, id, subscription_id, track_org_id, cohort_id, person_id, sponsor_id, office, nominated_by_id, claimed_at)
    VALUES (of_firm.org_id, p_seat, of_firm.id, track.org_id, track.cohort_id, p_person, p_sponsor, p_office, wall_person(), p_now);
    RETURN '';
END $$""",
    # Whoever comes into a track's cohort as a candidate sits on a seat that their firm has claimed in this transaction.
    # Loading by hand has no context, and answers for itself.
    "keep_seat()": f"""
CREATE FUNCTION keep_seat() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF coalesce(current_setting('passerelle.org', true), '') IN ('', '0') OR NEW.state NOT IN {COUNTED}
       OR NOT EXISTS (SELECT FROM board_track t WHERE t.org_id = NEW.org_id AND t.cohort_id = NEW.cohort_id
                      AND t.state <> 'draft') THEN RETURN NEW; END IF;
    UPDATE seat s SET enrolment_id = NEW.id
    WHERE s.track_org_id = NEW.org_id AND s.cohort_id = NEW.cohort_id AND s.person_id = NEW.person_id
      AND s.org_id = NEW.firm_id AND s.released_at IS NULL AND s.enrolment_id IS NULL;
    IF NOT FOUND THEN RAISE EXCEPTION USING MESSAGE = 'no seat', ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
END $$""",
    # A seat is free again when its candidate is out, is done, or does not take part for that firm any more.
    "release_seat()": f"""
CREATE FUNCTION release_seat() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NEW.state IN {COUNTED} AND NEW.firm_id IS NOT DISTINCT FROM OLD.firm_id THEN RETURN NULL; END IF;
    WITH free AS (
        UPDATE seat s SET released_at = coalesce(NEW.ended_at, NEW.updated_at)
        WHERE s.track_org_id = NEW.org_id AND s.enrolment_id = NEW.id AND s.released_at IS NULL
        RETURNING s.org_id, s.subscription_id)
    UPDATE subscription b SET seats_used = b.seats_used - 1 FROM free
    WHERE b.org_id = free.org_id AND b.id = free.subscription_id;
    RETURN NULL;
END $$""",
    # How many seats of a track are spoken for; nobody asks for more than there are. What Stripe says is so (the worker) stands.
    "keep_seats_sold()": """
CREATE FUNCTION keep_seats_sold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE before integer := 0; after integer := 0; track board_track;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status <> 'ended' THEN before := greatest(OLD.seats, coalesce(OLD.seats_wanted, 0)); END IF;
    IF NEW.status <> 'ended' THEN after := greatest(NEW.seats, coalesce(NEW.seats_wanted, 0)); END IF;
    IF after <> before THEN
        UPDATE board_track t SET seats_sold = t.seats_sold + after - before
        WHERE t.org_id = NEW.track_org_id AND t.id = NEW.track_id RETURNING t.* INTO track;
        IF after > before AND track.seats_sold > track.seats_total
           AND coalesce(current_setting('passerelle.role', true), '') NOT IN ('', 'system') THEN
            RAISE EXCEPTION USING MESSAGE = 'no seats left on the track', ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$""",
    # A firm that subscribes takes part in the programme by that. What the network set for it stays as it is.
    "join_by_subscription()": """
CREATE FUNCTION join_by_subscription() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO programme_party (org_id, programme_id, firm_id, state, is_school, asked_at, answered_at)
    SELECT c.org_id, c.programme_id, NEW.org_id, 'active', false, NEW.created_at, NEW.updated_at
    FROM board_track t JOIN cohort c ON c.org_id = t.org_id AND c.id = t.cohort_id
    WHERE t.org_id = NEW.track_org_id AND t.id = NEW.track_id
    ON CONFLICT (org_id, programme_id, firm_id) DO UPDATE SET state = 'active', answered_at = excluded.answered_at
        WHERE programme_party.state <> 'active';
    RETURN NULL;
END $$""",
    # Stripe knows no tenant: an event is kept once by its id, and told to the firm whose customer it is about. It comes with
    # its signature checked and without a context; all that follows from it is that the object is read again.
    "take_stripe_event(text, text, text, text, text, timestamptz, timestamptz)": """
CREATE FUNCTION take_stripe_event(p_id text, p_account text, p_kind text, p_object text, p_customer text,
                                  p_created timestamptz, p_now timestamptz)
RETURNS TABLE (org_id integer, subscription_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE whose record;
BEGIN
    SELECT s.org_id AS firm, s.id AS subscription INTO whose FROM subscription s
    WHERE s.stripe_account = p_account AND s.stripe_customer = p_customer AND p_customer <> '';
    INSERT INTO stripe_event (id, account, kind, object_id, customer, firm_id, subscription_id, created_at, received_at, trouble)
    VALUES (p_id, p_account, p_kind, p_object, p_customer, whose.firm, whose.subscription, p_created, p_now,
            CASE WHEN whose.firm IS NULL THEN 'nobody’s customer' ELSE '' END)
    ON CONFLICT (id) DO NOTHING;
    IF FOUND AND whose.firm IS NOT NULL THEN
        RETURN QUERY SELECT whose.firm, whose.subscription;
    END IF;
END $$""",
    # For the clock: whose subscriptions are compared with Stripe, and whose wishes still wait.
    "subscriptions_to_follow()": """
CREATE FUNCTION subscriptions_to_follow() RETURNS TABLE (org_id integer, subscription_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT s.org_id, s.id FROM subscription s WHERE s.status <> 'ended' AND s.stripe_customer <> '' ORDER BY 1, 2
$$""",
    "wishes_waiting(timestamptz)": """
CREATE FUNCTION wishes_waiting(p_before timestamptz) RETURNS TABLE (org_id integer, wish_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT w.org_id, w.id FROM billing_wish w WHERE w.state = 'open' AND w.asked_at < p_before ORDER BY 1, 2
$$""",
    # What a network reads of the firms that subscribe to its track: no address, no invoice.
    "track_subscribers(bigint)": """
CREATE FUNCTION track_subscribers(p_track bigint)
RETURNS TABLE (firm text, seats integer, seats_used integer, status text, collection text, period_end timestamptz,
               cancel_at_period_end boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    RETURN QUERY SELECT o.name::text, s.seats, s.seats_used, s.status::text, s.collection::text, s.period_end, s.cancel_at_period_end
    FROM subscription s JOIN organisation o ON o.id = s.org_id
    WHERE s.track_org_id = wall_org() AND s.track_id = p_track ORDER BY s.status = 'ended', lower(o.name), s.id;
END $$""",
    # For anybody: an open track that its network chose to show. No context, and nothing private in it.
    "public_track(text, text)": """
CREATE FUNCTION public_track(p_network text, p_slug text)
RETURNS TABLE (network text, name_en text, name_fr text, summary_en text, summary_fr text, audience_en text, audience_fr text,
               contents_en text, contents_fr text, price_cents integer, currency text, starts_on date, ends_on date, seats_left integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT o.name::text, t.name_en::text, t.name_fr::text, t.summary_en, t.summary_fr, t.audience_en, t.audience_fr, t.contents_en,
           t.contents_fr, t.price_cents, t.currency::text, t.starts_on, t.ends_on, greatest(t.seats_total - t.seats_sold, 0)
    FROM board_track t JOIN organisation o ON o.id = t.org_id
    WHERE o.slug = p_network AND t.slug = p_slug AND t.is_public AND t.state = 'open'
$$""",
}
GRANTED = {
    "claim_seat(bigint, bigint, bigint, bigint, text, timestamptz)": ("web",),
    "keep_seat()": ("owner",),
    "release_seat()": ("owner",),
    "keep_seats_sold()": ("owner",),
    "join_by_subscription()": ("owner",),
    "take_stripe_event(text, text, text, text, text, timestamptz, timestamptz)": ("web", "operator"),
    "subscriptions_to_follow()": ("worker", "operator"),
    "wishes_waiting(timestamptz)": ("worker",),
    "track_subscribers(bigint)": ("web",),
    "public_track(text, text)": ("web",),
}
TRIGGERS = {
    "keep_seat": "BEFORE INSERT ON enrolment FOR EACH ROW WHEN (NEW.side = 'mentee')",
    "release_seat": "AFTER UPDATE OF state, firm_id ON enrolment FOR EACH ROW WHEN (NEW.side = 'mentee')",
    "keep_seats_sold": "AFTER INSERT OR UPDATE OF seats, seats_wanted, status ON subscription FOR EACH ROW",
    "join_by_subscription": "AFTER INSERT OR UPDATE OF status ON subscription FOR EACH ROW WHEN (NEW.status = 'active')",
}

RUNS = f"org_id = wall_org() AND wall_coordinates() AND {S}"
WORKS = f"org_id = wall_org() AND wall_role() = 'system' AND {S}"
SHOWN = "state <> 'draft' AND org_id = ANY (wall_audiences())"

# (table, name, role, command, using, check)
POLICIES = (
    ("board_track", "web_select", "web", "SELECT",
     f"((org_id = wall_org() AND wall_coordinates()) OR ({SHOWN})) AND {S}", None),
    ("board_track", "web_insert", "web", "INSERT", None, RUNS),
    ("board_track", "web_update", "web", "UPDATE", RUNS, RUNS),
    ("board_track", "worker_select", "worker", "SELECT", f"org_id = ANY (wall_audiences()) AND wall_role() = 'system' AND {S}", None),
    *((table, "web_select", "web", "SELECT", RUNS, None) for table in ("subscription", "billing_wish", "billing_invoice")),
    *((table, "web_insert", "web", "INSERT", None, RUNS) for table in ("subscription", "billing_wish")),
    *((table, "web_update", "web", "UPDATE", RUNS, RUNS) for table in ("subscription", "billing_wish")),
    *((table, "worker_all", "worker", "ALL", WORKS, None) for table in ("subscription", "billing_wish", "billing_invoice")),
    ("seat", "web_select", "web", "SELECT",
     f"((wall_coordinates() AND (org_id = wall_org() OR track_org_id = wall_org())) OR wall_person() IN (person_id, sponsor_id)) AND {S}", None),
    ("seat", "worker_select", "worker", "SELECT", WORKS, None),
    ("seat", "worker_export", "worker", "SELECT",
     f"wall_role() = 'export' AND wall_person() IN (person_id, sponsor_id) AND {S}", None),
    *(("billing_account", f"{role}_select", role, "SELECT", f"org_id = ANY (wall_audiences()) AND {S}", None)
      for role in ("web", "worker")),
    ("stripe_event", "worker_select", "worker", "SELECT", f"firm_id = wall_org() AND wall_role() = 'system' AND {S}", None),
    ("stripe_event", "worker_update", "worker", "UPDATE", f"firm_id = wall_org() AND wall_role() = 'system' AND {S}", None),
)  # fmt: skip
GATE = {
    "board_track": ("SELECT", "UPDATE"),
    "subscription": ("SELECT", "UPDATE"),
    "seat": ("SELECT", "INSERT", "UPDATE"),
    "billing_wish": ("SELECT",),
    "stripe_event": ("SELECT", "INSERT"),
}

GRANTS = """
GRANT SELECT, INSERT ON board_track, subscription, billing_wish TO passerelle_web;
GRANT SELECT ON seat, billing_invoice, billing_account TO passerelle_web;
GRANT UPDATE (slug, name_en, name_fr, summary_en, summary_fr, audience_en, audience_fr, contents_en, contents_fr, price_cents,
    currency, starts_on, ends_on, seats_total, is_public, state, updated_at, version) ON board_track TO passerelle_web;
GRANT UPDATE (seats, seats_wanted, status, collection, period_end, cancel_at_period_end, grace_until, vat_state,
    stripe_customer, stripe_subscription, stripe_item, stripe_checkout, checkout_url, checkout_until, updated_at, followed_at,
    ended_at) ON subscription TO passerelle_web, passerelle_worker;
GRANT UPDATE (state, settled_at, tries, trouble) ON billing_wish TO passerelle_web, passerelle_worker;
GRANT SELECT ON board_track, subscription, seat, billing_wish, billing_account, stripe_event TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE ON billing_invoice TO passerelle_worker;
GRANT UPDATE (handled_at, tries, trouble) ON stripe_event TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON board_track, subscription, seat, billing_wish, billing_invoice, billing_account, stripe_event
    TO passerelle_operator;
"""


def _col(name: str, kind: sa.types.TypeEngine, *, nullable: bool = False, **options: object) -> sa.Column:
    return sa.Column(name, kind, nullable=nullable, **options)


def _text(name: str, most: int) -> sa.Column:
    return sa.Column(name, sa.String(most), nullable=False)


def _moment(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _one_of(column: str, name: str, *values: str) -> sa.Column:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=False)


def _refers(table: str, column: str, to: str, *, nullable: bool = False) -> sa.Column:
    kind = sa.Integer() if to == "organisation" else sa.BigInteger()
    return sa.Column(column, kind, sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}"), nullable=nullable)


def _child(table: str, *columns: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(list(columns), [f"{of}.org_id", f"{of}.id"], name=f"fk_{table}_{'_'.join(columns)}")


def _tracks() -> None:
    op.create_table(
        "board_track",
        _refers("board_track", "org_id", "organisation"),
        _col("id", sa.BigInteger()),
        _col("cohort_id", sa.BigInteger()),
        _text("slug", 80),
        _text("name_en", 120),
        _text("name_fr", 120),
        *[_col(f"{what}_{lang}", sa.Text()) for what in ("summary", "audience", "contents") for lang in ("en", "fr")],
        _col("price_cents", sa.Integer()),
        _text("currency", 3),
        _col("starts_on", sa.Date()),
        _col("ends_on", sa.Date()),
        _col("seats_total", sa.Integer()),
        _col("seats_sold", sa.Integer(), server_default="0"),
        _col("is_public", sa.Boolean()),
        _one_of("state", "trackstate", "draft", "open", "closed"),
        _refers("board_track", "created_by_id", "person"),
        _moment("created_at", nullable=False),
        _moment("updated_at", nullable=False),
        _col("version", sa.Integer()),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_board_track"),
        _child("board_track", "org_id", "cohort_id", of="cohort"),
        sa.UniqueConstraint("org_id", "cohort_id", name="uq_board_track_org_id_cohort_id"),
        sa.UniqueConstraint("org_id", "slug", name="uq_board_track_org_id_slug"),
        sa.CheckConstraint("price_cents >= 0", name="ck_board_track_price_not_negative"),
        sa.CheckConstraint("seats_total BETWEEN 1 AND 1000", name="ck_board_track_seats_from_one"),
        sa.CheckConstraint("seats_sold >= 0", name="ck_board_track_sold_not_negative"),
        sa.CheckConstraint("ends_on > starts_on", name="ck_board_track_ends_after_it_starts"),
    )
    op.create_table(
        "subscription",
        _refers("subscription", "org_id", "organisation"),
        _col("id", sa.BigInteger()),
        _refers("subscription", "track_org_id", "organisation"),
        _col("track_id", sa.BigInteger()),
        _col("seats", sa.Integer()),
        _col("seats_wanted", sa.Integer(), nullable=True),
        _col("seats_used", sa.Integer(), server_default="0"),
        _col("price_cents", sa.Integer()),
        _text("currency", 3),
        _one_of("status", "subscriptionstatus", "asked", "active", "past_due", "ended"),
        _one_of("collection", "collection", "card", "invoice"),
        _moment("period_end"),
        _col("cancel_at_period_end", sa.Boolean()),
        _moment("grace_until"),
        _text("legal_entity", 160),
        _text("vat_number", 20),
        _text("vat_state", 20),
        _text("address_line", 200),
        _text("postal_code", 20),
        _text("city", 100),
        _text("country", 2),
        _text("billing_email", 254),
        _text("purchase_order", 30),
        _text("stripe_account", 80),
        _text("stripe_customer", 80),
        _text("stripe_subscription", 80),
        _text("stripe_item", 80),
        _text("stripe_checkout", 120),
        _col("checkout_url", sa.Text()),
        _moment("checkout_until"),
        _refers("subscription", "started_by_id", "person"),
        _moment("created_at", nullable=False),
        _moment("updated_at", nullable=False),
        _moment("followed_at"),
        _moment("ended_at"),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_subscription"),
        _child("subscription", "track_org_id", "track_id", of="board_track"),
        sa.CheckConstraint("seats BETWEEN 1 AND 1000", name="ck_subscription_seats_from_one"),
        sa.CheckConstraint("seats_wanted BETWEEN 1 AND 1000", name="ck_subscription_wanted_from_one"),
        sa.CheckConstraint("seats_used >= 0", name="ck_subscription_used_not_negative"),
    )
    op.create_index(
        "uq_subscription_one_open",
        "subscription",
        ["org_id", "track_org_id", "track_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'ended'"),
    )
    op.create_index(
        "uq_subscription_customer",
        "subscription",
        ["stripe_account", "stripe_customer"],
        unique=True,
        postgresql_where=sa.text("stripe_customer <> ''"),
    )
    op.create_index("ix_subscription_track_id", "subscription", ["track_org_id", "track_id"])
    op.create_table(
        "seat",
        _refers("seat", "org_id", "organisation"),
        _col("id", sa.BigInteger()),
        _col("subscription_id", sa.BigInteger()),
        _refers("seat", "track_org_id", "organisation"),
        _col("cohort_id", sa.BigInteger()),
        _col("enrolment_id", sa.BigInteger(), nullable=True),
        _refers("seat", "person_id", "person"),
        _refers("seat", "sponsor_id", "person"),
        _one_of("office", "office", "chair", "chief_executive"),
        _refers("seat", "nominated_by_id", "person"),
        _moment("claimed_at", nullable=False),
        _moment("released_at"),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_seat"),
        _child("seat", "org_id", "subscription_id", of="subscription"),
        _child("seat", "track_org_id", "cohort_id", of="cohort"),
    )
    op.create_index(
        "uq_seat_held",
        "seat",
        ["track_org_id", "cohort_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_index("ix_seat_subscription_id", "seat", ["org_id", "subscription_id"])
    op.create_index("ix_seat_enrolment_id", "seat", ["track_org_id", "enrolment_id"])
    op.create_index("ix_seat_person_id", "seat", ["person_id"])


def _billing() -> None:
    op.create_table(
        "billing_wish",
        _refers("billing_wish", "org_id", "organisation"),
        _col("id", sa.BigInteger()),
        _col("subscription_id", sa.BigInteger()),
        _one_of("kind", "wishkind", "subscribe", "seats", "cancel", "reactivate"),
        _one_of("state", "wishstate", "open", "done", "refused"),
        _col("seats", sa.Integer(), nullable=True),
        _moment("priced_at"),
        _refers("billing_wish", "asked_by_id", "person"),
        _moment("asked_at", nullable=False),
        _moment("settled_at"),
        _col("tries", sa.SmallInteger(), server_default="0"),
        _col("trouble", sa.Text(), server_default=""),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_billing_wish"),
        _child("billing_wish", "org_id", "subscription_id", of="subscription"),
    )
    op.create_index(
        "uq_billing_wish_open",
        "billing_wish",
        ["org_id", "subscription_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "billing_invoice",
        _refers("billing_invoice", "org_id", "organisation"),
        _text("id", 80),
        _col("subscription_id", sa.BigInteger()),
        _text("number", 60),
        _text("status", 20),
        _text("currency", 3),
        *[_col(f"{what}_cents", sa.BigInteger()) for what in ("total", "tax", "due")],
        _moment("issued_at", nullable=False),
        _moment("due_at"),
        _moment("paid_at"),
        _col("page_url", sa.Text()),
        _col("pdf_url", sa.Text()),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_billing_invoice"),
        _child("billing_invoice", "org_id", "subscription_id", of="subscription"),
    )
    op.create_index("ix_billing_invoice_subscription_id", "billing_invoice", ["org_id", "subscription_id"])
    op.create_table(
        "billing_account",
        _refers("billing_account", "org_id", "organisation"),
        _text("stripe_account", 80),
        _moment("set_at", nullable=False),
        sa.PrimaryKeyConstraint("org_id", name="pk_billing_account"),
    )
    op.create_table(
        "stripe_event",
        _text("id", 80),
        _text("account", 80),
        _text("kind", 80),
        _text("object_id", 120),
        _text("customer", 80),
        _refers("stripe_event", "firm_id", "organisation", nullable=True),
        _col("subscription_id", sa.BigInteger(), nullable=True),
        _moment("created_at", nullable=False),
        _moment("received_at", nullable=False),
        _moment("handled_at"),
        _col("tries", sa.SmallInteger(), server_default="0"),
        _col("trouble", sa.Text(), server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_stripe_event"),
    )
    op.create_index(
        "ix_stripe_event_waiting",
        "stripe_event",
        ["firm_id", "subscription_id"],
        postgresql_where=sa.text("handled_at IS NULL AND firm_id IS NOT NULL"),
    )


def upgrade() -> None:
    _tracks()
    _billing()
    execute = op.get_bind().exec_driver_sql
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY operator ON {table} TO passerelle_operator USING (true)")
    execute(GRANTS)
    for table, commands in GATE.items():
        op.execute(f"GRANT {', '.join(commands)} ON {table} TO passerelle_gate")
        for command in commands:
            clause = "WITH CHECK (true)" if command == "INSERT" else "USING (true)"
            op.execute(f"CREATE POLICY gate_{command.lower()} ON {table} FOR {command} TO passerelle_gate {clause}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, body in FUNCTIONS.items():
        execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in GRANTED[signature]:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, name, role, command, using, check in POLICIES:
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    for name, when in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for name, when in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {'enrolment' if ' enrolment ' in when else 'subscription'}")
    for table, name, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table in reversed(TABLES):
        op.drop_table(table)
