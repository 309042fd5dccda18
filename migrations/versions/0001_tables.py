"""The tables of tenants, mentors, requests and letters"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("organisation_id_seq", data_type=sa.Integer)))
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "company",
                "network",
                name="organisationkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("industry", sa.String(length=60), nullable=True),
        sa.Column("in_marketplace", sa.Boolean(), nullable=False),
        sa.Column("requests_need_approval", sa.Boolean(), nullable=False),
        sa.Column("max_open_requests", sa.SmallInteger(), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_organisation_slug_is_a_word")),
        sa.ForeignKeyConstraint(["invited_by_id"], ["organisation.id"], name=op.f("fk_organisation_invited_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["person.id"], name=op.f("fk_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
    )
    op.create_index("uq_account_email_folded", "account", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "action_link",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("subject_org_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_action_link_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_action_link_person_id")),
        sa.ForeignKeyConstraint(["subject_org_id"], ["organisation.id"], name=op.f("fk_action_link_subject_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_action_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_action_link_token_hash")),
    )
    op.create_index("ix_action_link_subject", "action_link", ["subject_org_id", "subject_id"], unique=False)
    op.create_table(
        "activity",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_person_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["actor_person_id"], ["person.id"], name=op.f("fk_activity_actor_person_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_activity_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_activity")),
    )
    op.create_index("ix_activity_org_id_subject", "activity", ["org_id", "subject_kind", "subject_id"], unique=False)
    op.create_table(
        "affiliation",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "member",
                "hr_partner",
                "company_admin",
                "network_admin",
                "programme_manager",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("job_title", sa.String(length=120), nullable=False),
        sa.Column("work_email", sa.String(length=254), nullable=False),
        sa.Column("started_on", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_affiliation_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_affiliation_person_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_affiliation")),
    )
    op.create_index("ix_affiliation_person_id", "affiliation", ["person_id"], unique=False)
    op.create_index(
        "uq_affiliation_current",
        "affiliation",
        ["org_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "concern",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reporter_person_id", sa.BigInteger(), nullable=False),
        sa.Column("reporter_org_id", sa.Integer(), nullable=False),
        sa.Column("about_person_id", sa.BigInteger(), nullable=False),
        sa.Column("request_org_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["about_person_id"], ["person.id"], name=op.f("fk_concern_about_person_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_concern_org_id")),
        sa.ForeignKeyConstraint(["reporter_org_id"], ["organisation.id"], name=op.f("fk_concern_reporter_org_id")),
        sa.ForeignKeyConstraint(["reporter_person_id"], ["person.id"], name=op.f("fk_concern_reporter_person_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_concern")),
    )
    op.create_table(
        "conflict_declaration",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("other_org_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "competitor",
                "client_or_supplier",
                "auditor",
                "shared_board",
                "group_company",
                "former_manager",
                "personal",
                name="conflictkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("declared_by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("org_id <> other_org_id", name=op.f("ck_conflict_declaration_two_firms")),
        sa.CheckConstraint("until IS NULL OR until > since", name=op.f("ck_conflict_declaration_dates_in_order")),
        sa.ForeignKeyConstraint(["declared_by_id"], ["person.id"], name=op.f("fk_conflict_declaration_declared_by_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_conflict_declaration_org_id")),
        sa.ForeignKeyConstraint(
            ["other_org_id"], ["organisation.id"], name=op.f("fk_conflict_declaration_other_org_id")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_conflict_declaration")),
    )
    op.create_index("ix_conflict_declaration_other_org_id", "conflict_declaration", ["other_org_id"], unique=False)
    op.create_table(
        "firm_membership",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("firm_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "invited",
                "active",
                "suspended",
                "left",
                name="membershipstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("joined_on", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["organisation.id"], name=op.f("fk_firm_membership_firm_id")),
        sa.ForeignKeyConstraint(["network_id"], ["organisation.id"], name=op.f("fk_firm_membership_network_id")),
        sa.PrimaryKeyConstraint("network_id", "firm_id", name=op.f("pk_firm_membership")),
    )
    op.create_index("ix_firm_membership_firm_id", "firm_membership", ["firm_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("inviter_org_id", sa.Integer(), nullable=False),
        sa.Column("invited_by_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "member",
                "hr_partner",
                "company_admin",
                "network_admin",
                "programme_manager",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("job_title", sa.String(length=120), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "withdrawn",
                name="invitationstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["invited_by_id"], ["person.id"], name=op.f("fk_invitation_invited_by_id")),
        sa.ForeignKeyConstraint(["inviter_org_id"], ["organisation.id"], name=op.f("fk_invitation_inviter_org_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_invitation_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(
        "uq_invitation_open",
        "invitation",
        ["org_id", sa.literal_column("lower(email)")],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "letter",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sent",
                "failed",
                name="letterstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_letter_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_letter_person_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_letter")),
    )
    op.create_index("ix_letter_org_id_state", "letter", ["org_id", "state"], unique=False)
    op.create_table(
        "notice",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_notice_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_person", "notice", ["org_id", "person_id", "read_at"], unique=False)
    op.create_table(
        "personal_block",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("blocked_person_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["blocked_person_id"], ["person.id"], name=op.f("fk_personal_block_blocked_person_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_personal_block_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_personal_block_person_id")),
        sa.PrimaryKeyConstraint("org_id", "person_id", "blocked_person_id", name=op.f("pk_personal_block")),
    )
    op.create_index("ix_personal_block_blocked_person_id", "personal_block", ["blocked_person_id"], unique=False)
    op.create_table(
        "photo",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_photo_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_photo_person_id")),
        sa.PrimaryKeyConstraint("org_id", "person_id", name=op.f("pk_photo")),
    )
    op.create_table(
        "queue_place",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("mentor_org_id", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.BigInteger(), nullable=False),
        sa.Column("mentor_person_id", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["mentor_person_id"], ["person.id"], name=op.f("fk_queue_place_mentor_person_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_queue_place_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_queue_place_person_id")),
        sa.PrimaryKeyConstraint("org_id", "person_id", "mentor_org_id", "mentor_id", name=op.f("pk_queue_place")),
    )
    op.create_index("ix_queue_place_mentor", "queue_place", ["mentor_org_id", "mentor_id", "created_at"], unique=False)
    op.create_table(
        "saved_mentor",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("mentor_org_id", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_saved_mentor_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_mentor_person_id")),
        sa.PrimaryKeyConstraint("org_id", "person_id", "mentor_org_id", "mentor_id", name=op.f("pk_saved_mentor")),
    )
    op.create_table(
        "mentee_profile",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("affiliation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("goals", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("seeking", sa.Text(), nullable=False),
        sa.Column("experience", sa.Text(), nullable=False),
        sa.Column("function", sa.String(length=60), nullable=True),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "affiliation_id"],
            ["affiliation.org_id", "affiliation.id"],
            name=op.f("fk_mentee_profile_org_id_affiliation_id"),
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_mentee_profile_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentee_profile_person_id")),
        sa.PrimaryKeyConstraint("org_id", "affiliation_id", name=op.f("pk_mentee_profile")),
    )
    op.create_table(
        "mentor_profile",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("affiliation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "paused",
                "withdrawn",
                name="profilestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("function", sa.String(length=60), nullable=True),
        sa.Column("industries", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("seniority", sa.String(length=60), nullable=True),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("own_words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("in_person", sa.Boolean(), nullable=False),
        sa.Column("forms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("board_mandates", sa.Text(), nullable=False),
        sa.Column("cadence", sa.String(length=40), nullable=True),
        sa.Column("capacity", sa.SmallInteger(), nullable=False),
        sa.Column("open_slots", sa.SmallInteger(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "company",
                "networks",
                "marketplace",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("network_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("capacity BETWEEN 0 AND 5", name=op.f("ck_mentor_profile_capacity_in_range")),
        sa.CheckConstraint("open_slots <= capacity", name=op.f("ck_mentor_profile_no_more_room_than_capacity")),
        sa.ForeignKeyConstraint(
            ["org_id", "affiliation_id"],
            ["affiliation.org_id", "affiliation.id"],
            name=op.f("fk_mentor_profile_org_id_affiliation_id"),
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_mentor_profile_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentor_profile_person_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_mentor_profile")),
        sa.UniqueConstraint("org_id", "person_id", name=op.f("uq_mentor_profile_org_id_person_id")),
    )
    op.create_table(
        "card",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("aud", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("room", sa.SmallInteger(), nullable=False),
        sa.Column("capacity", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("firm", sa.String(length=120), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("own_words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("function", sa.String(length=60), nullable=True),
        sa.Column("industries", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("seniority", sa.String(length=60), nullable=True),
        sa.Column("forms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("in_person", sa.Boolean(), nullable=False),
        sa.Column("cadence", sa.String(length=40), nullable=True),
        sa.Column("board_mandates", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("photo", sa.String(length=64), nullable=True),
        sa.Column("story_html", sa.Text(), nullable=False),
        sa.Column("facets", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "mentor_id"],
            ["mentor_profile.org_id", "mentor_profile.id"],
            name=op.f("fk_card_org_id_mentor_id"),
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_card_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_card_person_id")),
        sa.PrimaryKeyConstraint("org_id", "mentor_id", name=op.f("pk_card")),
    )
    op.create_table(
        "mentoring_request",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("mentee_id", sa.BigInteger(), nullable=False),
        sa.Column("mentee_person_id", sa.BigInteger(), nullable=False),
        sa.Column("mentor_org_id", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.BigInteger(), nullable=False),
        sa.Column("mentor_person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "awaiting_employer",
                "sent",
                "more_information",
                "accepted",
                "confirmed",
                "declined",
                "withdrawn",
                "expired",
                "lapsed",
                "refused_by_employer",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("cadence", sa.String(length=40), nullable=True),
        sa.Column("holds_place", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resent_from_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mentee_person_id <> mentor_person_id", name=op.f("ck_mentoring_request_two_people")),
        sa.ForeignKeyConstraint(
            ["mentee_person_id"], ["person.id"], name=op.f("fk_mentoring_request_mentee_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["mentor_org_id", "mentor_id"],
            ["mentor_profile.org_id", "mentor_profile.id"],
            name=op.f("fk_mentoring_request_mentor_org_id_mentor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mentor_org_id"], ["organisation.id"], name=op.f("fk_mentoring_request_mentor_org_id")
        ),
        sa.ForeignKeyConstraint(
            ["mentor_person_id"], ["person.id"], name=op.f("fk_mentoring_request_mentor_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "mentee_id"],
            ["affiliation.org_id", "affiliation.id"],
            name=op.f("fk_mentoring_request_org_id_mentee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "resent_from_id"],
            ["mentoring_request.org_id", "mentoring_request.id"],
            name=op.f("fk_mentoring_request_org_id_resent_from_id"),
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_mentoring_request_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_mentoring_request")),
    )
    op.create_index(
        "ix_mentoring_request_due_at",
        "mentoring_request",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_mentoring_request_mentee_person_id",
        "mentoring_request",
        ["mentee_person_id", "state"],
        unique=False,
    )
    op.create_index(
        "ix_mentoring_request_mentor_org_id",
        "mentoring_request",
        ["mentor_org_id", "mentor_id"],
        unique=False,
    )
    op.create_index(
        "ix_mentoring_request_mentor_person_id",
        "mentoring_request",
        ["mentor_person_id", "state"],
        unique=False,
    )
    op.create_index("ix_mentoring_request_org_id_state", "mentoring_request", ["org_id", "state"], unique=False)
    op.create_index(
        "uq_mentoring_request_open_pair",
        "mentoring_request",
        ["org_id", "mentee_person_id", "mentor_person_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'awaiting_employer', 'sent', 'more_information', 'accepted')"),
    )
    op.create_table(
        "employer_approval",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_employer_approval_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "request_id"],
            ["mentoring_request.org_id", "mentoring_request.id"],
            name=op.f("fk_employer_approval_org_id_request_id"),
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_employer_approval_org_id")),
        sa.PrimaryKeyConstraint("org_id", "request_id", name=op.f("pk_employer_approval")),
    )
    op.create_table(
        "mentorship",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("mentee_person_id", sa.BigInteger(), nullable=False),
        sa.Column("mentor_org_id", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.BigInteger(), nullable=False),
        sa.Column("mentor_person_id", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("cadence", sa.String(length=40), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "paused",
                "ended",
                name="mentorshipstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mentee_person_id"], ["person.id"], name=op.f("fk_mentorship_mentee_person_id")),
        sa.ForeignKeyConstraint(["mentor_org_id"], ["organisation.id"], name=op.f("fk_mentorship_mentor_org_id")),
        sa.ForeignKeyConstraint(["mentor_person_id"], ["person.id"], name=op.f("fk_mentorship_mentor_person_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "request_id"],
            ["mentoring_request.org_id", "mentoring_request.id"],
            name=op.f("fk_mentorship_org_id_request_id"),
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_mentorship_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_mentorship")),
        sa.UniqueConstraint("org_id", "request_id", name=op.f("uq_mentorship_org_id_request_id")),
    )
    op.create_index("ix_mentorship_mentee_person_id", "mentorship", ["mentee_person_id"], unique=False)
    op.create_index("ix_mentorship_mentor_org_id", "mentorship", ["mentor_org_id"], unique=False)
    op.create_index("ix_mentorship_mentor_person_id", "mentorship", ["mentor_person_id"], unique=False)
    op.create_table(
        "request_message",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("author_person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "goal",
                "why_you",
                "what_i_bring",
                "question",
                "answer",
                "acceptance",
                "decline",
                "withdrawal",
                name="messagekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_person_id"], ["person.id"], name=op.f("fk_request_message_author_person_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "request_id"],
            ["mentoring_request.org_id", "mentoring_request.id"],
            name=op.f("fk_request_message_org_id_request_id"),
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_request_message_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_request_message")),
    )
    op.create_index("ix_request_message_request", "request_message", ["org_id", "request_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_request_message_request", table_name="request_message")
    op.drop_table("request_message")
    op.drop_index("ix_mentorship_mentor_person_id", table_name="mentorship")
    op.drop_index("ix_mentorship_mentor_org_id", table_name="mentorship")
    op.drop_index("ix_mentorship_mentee_person_id", table_name="mentorship")
    op.drop_table("mentorship")
    op.drop_table("employer_approval")
    op.drop_index(
        "uq_mentoring_request_open_pair",
        table_name="mentoring_request",
        postgresql_where=sa.text("state IN ('draft', 'awaiting_employer', 'sent', 'more_information', 'accepted')"),
    )
    op.drop_index("ix_mentoring_request_org_id_state", table_name="mentoring_request")
    op.drop_index("ix_mentoring_request_mentor_person_id", table_name="mentoring_request")
    op.drop_index("ix_mentoring_request_mentor_org_id", table_name="mentoring_request")
    op.drop_index("ix_mentoring_request_mentee_person_id", table_name="mentoring_request")
    op.drop_index(
        "ix_mentoring_request_due_at",
        table_name="mentoring_request",
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.drop_table("mentoring_request")
    op.drop_table("card")
    op.drop_table("mentor_profile")
    op.drop_table("mentee_profile")
    op.drop_table("saved_mentor")
    op.drop_index("ix_queue_place_mentor", table_name="queue_place")
    op.drop_table("queue_place")
    op.drop_table("photo")
    op.drop_index("ix_personal_block_blocked_person_id", table_name="personal_block")
    op.drop_table("personal_block")
    op.drop_index("ix_notice_person", table_name="notice")
    op.drop_table("notice")
    op.drop_index("ix_letter_org_id_state", table_name="letter")
    op.drop_table("letter")
    op.drop_index("uq_invitation_open", table_name="invitation", postgresql_where=sa.text("state = 'open'"))
    op.drop_table("invitation")
    op.drop_index("ix_firm_membership_firm_id", table_name="firm_membership")
    op.drop_table("firm_membership")
    op.drop_index("ix_conflict_declaration_other_org_id", table_name="conflict_declaration")
    op.drop_table("conflict_declaration")
    op.drop_table("concern")
    op.drop_index("uq_affiliation_current", table_name="affiliation", postgresql_where=sa.text("ended_on IS NULL"))
    op.drop_index("ix_affiliation_person_id", table_name="affiliation")
    op.drop_table("affiliation")
    op.drop_index("ix_activity_org_id_subject", table_name="activity")
    op.drop_table("activity")
    op.drop_index("ix_action_link_subject", table_name="action_link")
    op.drop_table("action_link")
    op.drop_index("uq_account_email_folded", table_name="account")
    op.drop_table("account")
    op.drop_table("person")
    op.drop_table("organisation")
    op.execute(sa.schema.DropSequence(sa.Sequence("organisation_id_seq")))
