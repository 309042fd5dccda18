"""Where each row stands against who is here: the SQL that the check asks and the import acts on, so that they agree.

A row belongs to the colleague with that work address, or else to the open invitation of ours to it; otherwise it is new.
Nobody else's affiliations or accounts are looked at: a person known elsewhere is as new as one whom nobody knows.
"""

from __future__ import annotations

import sqlalchemy as sa

JOIN_AS_SETS = sa.text("SET LOCAL enable_nestloop = off")
"""Rows written a moment ago are in no statistics: the planner would expect one and compare each with each.

Policies keep ``lower()`` out of the index, too. As sets, a chunk costs one walk through the organisation's people.
"""

CHANGEABLE = "('member', 'hr_partner')"

_TEXTS = ("job_title", "function", "seniority")


def _differs(field: str, theirs: str) -> str:
    """The value to be replaced, when the row fills ``field`` in and says something else; NULL otherwise."""
    return f"'{field}', CASE WHEN r.{field} <> '' AND r.{field} <> {theirs}.{field} THEN {theirs}.{field} END"


def _role_differs(theirs: str) -> str:
    return (
        f"'role', CASE WHEN r.role <> {theirs}.role AND r.role IN {CHANGEABLE} AND {theirs}.role IN {CHANGEABLE} "
        f"THEN {theirs}.role END"
    )


def _date_differs(theirs: str) -> str:
    return (
        f"'started_on', CASE WHEN r.started_on IS NOT NULL AND r.started_on IS DISTINCT FROM {theirs}.started_on "
        f"THEN coalesce({theirs}.started_on::text, '') END"
    )


_COLLEAGUE = ", ".join((*(_differs(field, "a") for field in _TEXTS), _role_differs("a"), _date_differs("a")))
_INVITED = ", ".join(
    (
        *(_differs(field, "i") for field in ("name", "locale", "time_zone", *_TEXTS)),
        _role_differs("i"),
        _date_differs("i"),
    )
)


def standing(rows: str, columns: str = "r.number") -> str:
    """A SELECT over ``rows`` (a table of rows called r), with these ``columns`` of theirs.

    It tells what each row touches, and in ``before`` what it would replace: NULL for a new person, ``{}`` where nothing
    changes. Needs :org_id and :today.
    """
    return f"""
        SELECT {columns}, a.id AS affiliation_id, i.id AS open_invitation_id,
               CASE WHEN a.id IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object({_COLLEAGUE}))
                    WHEN i.id IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object({_INVITED})) END AS before
        FROM {rows}
        LEFT JOIN (SELECT DISTINCT ON (lower(t.work_email)) t.*, lower(t.work_email) AS address FROM affiliation t
                   WHERE t.org_id = :org_id AND t.work_email <> '' AND (t.ended_on IS NULL OR t.ended_on > :today)
                   ORDER BY lower(t.work_email), t.id) a ON a.address = lower(r.email)
        LEFT JOIN invitation i ON i.org_id = :org_id AND i.inviter_org_id = :org_id AND i.state = 'open'
                   AND lower(i.email) = lower(r.email)
    """  # noqa: S608 - names of columns of ours only


RECORDS = """jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(number integer, problems jsonb, email text, name text, job_title text,
    role text, locale text, time_zone text, function text, seniority text, started_on date, invitation_id bigint)"""

CHUNK = """(SELECT * FROM import_row WHERE org_id = :org_id AND import_id = :import_id AND number BETWEEN :first AND :last
    AND outcome IS NULL AND verdict <> 'wrong') r"""

DECIDED = "org_id = :org_id AND import_id = :import_id AND number BETWEEN :first AND :last AND outcome = "

KEEP_CHECKED = sa.text(f"""
    INSERT INTO import_row (org_id, import_id, number, verdict, problems, email, name, job_title, role, locale, time_zone,
                            function, seniority, started_on, invitation_id, before)
    SELECT :org_id, :import_id, s.number,
           CASE WHEN s.problems <> '[]' THEN 'wrong' WHEN s.before IS NULL THEN 'new' WHEN s.before = '{{}}' THEN 'unchanged'
                ELSE 'changed' END,
           s.problems, s.email, s.name, s.job_title, s.role, s.locale, s.time_zone, s.function, s.seniority, s.started_on,
           s.invitation_id, '{{}}'
    FROM ({standing(RECORDS, "r.*")}) s
    """)  # noqa: S608

COUNT_VERDICTS = sa.text(
    "SELECT verdict, count(*) FROM import_row WHERE org_id = :org_id AND import_id = :import_id GROUP BY verdict"
)

NEXT_CHUNK = sa.text("""
    SELECT min(number), max(number), count(*) FROM (SELECT number FROM import_row WHERE org_id = :org_id
        AND import_id = :import_id AND outcome IS NULL AND verdict <> 'wrong' ORDER BY number LIMIT :size) c
    """)

DECIDE = sa.text(f"""
    UPDATE import_row d SET affiliation_id = s.affiliation_id, before = coalesce(s.before, '{{}}'),
        invitation_id = CASE WHEN s.affiliation_id IS NULL THEN coalesce(s.open_invitation_id, d.invitation_id)
                             ELSE d.invitation_id END,
        outcome = CASE WHEN s.before IS NULL THEN 'invited' WHEN s.before = '{{}}' THEN 'unchanged' ELSE 'changed' END
    FROM ({standing(CHUNK)}) s
    WHERE d.org_id = :org_id AND d.import_id = :import_id AND d.number = s.number
    """)  # noqa: S608


def _replaced(fields: tuple[str, ...]) -> str:
    return ", ".join(f"{field} = CASE WHEN r.before ? '{field}' THEN r.{field} ELSE t.{field} END" for field in fields)


CHANGE_COLLEAGUES = sa.text(f"""
    UPDATE affiliation t SET {_replaced((*_TEXTS, "role", "started_on"))}
    FROM (SELECT * FROM import_row WHERE {DECIDED} 'changed') r
    WHERE t.org_id = :org_id AND t.id = r.affiliation_id
    """)  # noqa: S608

CHANGE_INVITATIONS = sa.text(f"""
    UPDATE invitation t SET {_replaced(("name", "locale", "time_zone", *_TEXTS, "role", "started_on"))}
    FROM (SELECT * FROM import_row WHERE {DECIDED} 'changed' AND affiliation_id IS NULL) r
    WHERE t.org_id = :org_id AND t.id = r.invitation_id AND t.state = 'open'
    """)  # noqa: S608

# Nobody knows a token of this hash: the link is made when the letter is (onboarding/sending.py).
PREPARE_INVITATIONS = sa.text(f"""
    INSERT INTO invitation (org_id, id, inviter_org_id, invited_by_id, email, name, role, job_title, locale, time_zone, function,
                            seniority, started_on, import_id, token_hash, state, expires_at, created_at)
    SELECT org_id, invitation_id, org_id, :inviter_id, email, name, coalesce(nullif(role, ''), 'member'), job_title,
           coalesce(nullif(locale, ''), :locale), time_zone, function, seniority, started_on, import_id,
           uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'open', :expires_at, :now
    FROM import_row WHERE {DECIDED} 'invited'
    ON CONFLICT DO NOTHING
    """)  # noqa: S608

ROLES_CHANGED = sa.text("""
    SELECT r.affiliation_id, p.name, r.before->>'role' AS was, r.role FROM import_row r
    JOIN affiliation a ON a.org_id = r.org_id AND a.id = r.affiliation_id JOIN person p ON p.id = a.person_id
    WHERE r.org_id = :org_id AND r.import_id = :import_id AND r.number BETWEEN :first AND :last
      AND r.outcome = 'changed' AND r.before ? 'role'
    """)


def _restored(fields: tuple[str, ...]) -> str:
    """The former value where the import's own still stands; what somebody changed since stays."""
    return ", ".join(
        f"{field} = CASE WHEN r.before ? '{field}' AND t.{field} = r.{field} THEN "
        + (f"nullif(r.before->>'{field}', '')::date" if field == "started_on" else f"r.before->>'{field}'")
        + f" ELSE t.{field} END"
        for field in fields
    )


OF_IMPORT = "org_id = :org_id AND import_id = :import_id"

RESTORE_COLLEAGUES = sa.text(f"""
    UPDATE affiliation t SET {_restored((*_TEXTS, "role", "started_on"))}
    FROM (SELECT * FROM import_row WHERE {OF_IMPORT} AND outcome = 'changed') r
    WHERE t.org_id = :org_id AND t.id = r.affiliation_id
    """)  # noqa: S608

RESTORE_INVITATIONS = sa.text(f"""
    UPDATE invitation t SET {_restored(("name", "locale", "time_zone", *_TEXTS, "role", "started_on"))}
    FROM (SELECT * FROM import_row WHERE {OF_IMPORT} AND outcome = 'changed' AND affiliation_id IS NULL) r
    WHERE t.org_id = :org_id AND t.id = r.invitation_id AND t.state = 'open'
    """)  # noqa: S608

WITHDRAW_INVITATIONS = sa.text(f"UPDATE invitation SET state = 'withdrawn' WHERE {OF_IMPORT} AND state = 'open'")  # noqa: S608

COUNT_ACCEPTED = sa.text(f"SELECT count(*) FROM invitation WHERE {OF_IMPORT} AND state = 'accepted'")  # noqa: S608
