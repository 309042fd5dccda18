"""Both firms say yes to a pair that a committee proposes, and the next best follows a no.

A consent is a row of the firm that is asked. The two firms answer through one function of the gate, one after the other; a
trigger stands behind it, so that no other way leads past a firm that has not said yes. What a no leaves open is followed by the
worker of the committee's organisation, which reads who is free as numbers and proposes through the same body as the committee.
"""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

S = "(SELECT wall_sealed())"
SYSTEM = f"wall_role() = 'system' AND {S}"

OPEN = """c.state = 'open'
    AND EXISTS (SELECT FROM cohort_phase p WHERE p.org_id = c.org_id AND p.cohort_id = c.id
                AND p.phase IN ('matching', 'launch', 'mid_point') AND p.opened_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM cohort_phase p WHERE p.org_id = c.org_id AND p.cohort_id = c.id
                    AND p.phase IN ('closing', 'alumni') AND p.opened_at IS NOT NULL)"""
HELD = """(SELECT count(*) FROM mentoring_request h WHERE h.cohort_org_id = e.org_id AND h.cohort_id = e.cohort_id AND h.holds_place
           AND (h.mentor_person_id = e.person_id OR (e.side = 'peer' AND h.mentee_person_id = e.person_id)))"""
WAITS = "('awaiting_employer', 'sent', 'more_information')"
UNDER_WAY = "('awaiting_employer', 'sent', 'more_information', 'accepted')"
NO = "('declined', 'withdrawn', 'expired', 'lapsed', 'refused_by_employer')"
# The organisation of the context pairs in the cohort ``c``: whoever runs it, or each firm where matching is not central.
PAIRS_HERE = """CASE WHEN coalesce((c.choices ->> 'centralised')::boolean, true) THEN c.org_id = wall_org()
        ELSE wall_org() = ANY (c.parties) OR c.org_id = wall_org() END"""

PROPOSE = "propose_pair(integer, bigint, bigint, bigint, bigint, bigint, text, timestamptz, timestamptz)"
ANSWERED = "keep_proposal_answered()"

FUNCTIONS = {
    # Which firms a pair is put to: none is asked where nobody but the two could answer; that of the committee has, by proposing.
    "firms_to_ask(integer, bigint, integer, bigint)": """
CREATE FUNCTION firms_to_ask(p_mentee_firm integer, p_mentee bigint, p_mentor_firm integer, p_mentor bigint)
RETURNS TABLE (firm integer, side text, proposes boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT f.firm, f.side, f.firm = wall_org() FROM (VALUES (p_mentee_firm, 'mentee'), (p_mentor_firm, 'mentor')) f(firm, side)
    WHERE (f.side = 'mentee' OR p_mentee_firm <> p_mentor_firm)
      AND (f.firm = wall_org() OR EXISTS (SELECT FROM affiliation t WHERE t.org_id = f.firm AND t.person_id NOT IN (p_mentee, p_mentor)
           AND t.role IN ('hr_partner', 'company_admin') AND (t.ended_on IS NULL OR t.ended_on > current_date)))
$$""",
    # A pair is asked on a mentee's behalf, by a committee or on its standing wish. 'ok', or the rule that forbids it; two at once
    # for one mentee take turns. The context's organisation pairs; ``p_by`` is who says so.
    "put_pair(integer, bigint, bigint, bigint, bigint, bigint, text, timestamptz, timestamptz, bigint)": f"""
CREATE FUNCTION put_pair(p_org integer, p_mentee bigint, p_mentor bigint, p_request bigint, p_proposal bigint, p_profile bigint,
    p_reason text, p_due timestamptz, p_now timestamptz, p_by bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE c record; a record; b record; tie bigint; page bigint; first text := 'sent'; firms boolean;
BEGIN
    IF NOT wall_sealed() THEN RETURN 'role'; END IF;
    SELECT * INTO a FROM enrolment e WHERE e.org_id = p_org AND e.id = p_mentee AND e.state = 'enrolled' AND e.side <> 'mentor';
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    SELECT e.*, {HELD} AS held INTO b FROM enrolment e WHERE e.org_id = p_org AND e.id = p_mentor AND e.state = 'enrolled'
        AND e.cohort_id = a.cohort_id AND e.side <> 'mentee';
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    SELECT * INTO c FROM cohort c WHERE c.org_id = p_org AND c.id = a.cohort_id;
    IF coalesce(c.choices ->> 'matching', 'both') = 'self' THEN RETURN 'role'; END IF;
    IF coalesce((c.choices ->> 'centralised')::boolean, true) THEN
        IF wall_org() <> p_org THEN RETURN 'role'; END IF;
    ELSIF wall_org() <> a.firm_id THEN RETURN 'role'; END IF;
    SELECT t.id INTO tie FROM affiliation t WHERE t.org_id = a.firm_id AND t.person_id = a.person_id
        AND (t.ended_on IS NULL OR t.ended_on > current_date);
    IF tie IS NULL THEN RETURN 'gone'; END IF;
    PERFORM pg_advisory_xact_lock(tie);
    IF NOT may_pair(p_org, a.cohort_id, a.firm_id, a.person_id, b.firm_id, b.person_id) THEN RETURN 'apart'; END IF;
    IF EXISTS (SELECT FROM mentoring_request r WHERE r.cohort_org_id = p_org AND r.cohort_id = a.cohort_id AND r.mentee_person_id = a.person_id
               AND (r.state IN {UNDER_WAY}
                    AND (r.mentor_person_id = b.person_id OR EXISTS (SELECT FROM cohort_proposal p
                         WHERE p.org_id = p_org AND p.request_org_id = r.org_id AND p.request_id = r.id))
                    OR (r.state = 'confirmed' AND r.holds_place)))
    THEN RETURN 'paired'; END IF;
    IF b.held >= b.places THEN RETURN 'places'; END IF;
    IF wall_role() = 'system' THEN
        SELECT m.id INTO page FROM mentor_profile m WHERE m.org_id = b.firm_id AND m.person_id = b.person_id;
    ELSE
        page := cohort_profile(p_org, b.id, p_profile);
    END IF;
    IF page IS NULL THEN RETURN 'page'; END IF;
    firms := coalesce((c.choices ->> 'firms_say_yes')::boolean, false);
    IF firms THEN
        SELECT CASE WHEN bool_or(NOT f.proposes) THEN 'awaiting_employer' ELSE 'sent' END INTO first
        FROM firms_to_ask(a.firm_id, a.person_id, b.firm_id, b.person_id) f;
    ELSE
        SELECT CASE WHEN (o.request_approval = 'always'
                          OR (o.request_approval = 'by_programme' AND coalesce((c.choices ->> 'employer_approval')::boolean, false)))
                         AND wall_org() <> a.firm_id
                         AND EXISTS (SELECT FROM affiliation t WHERE t.org_id = a.firm_id AND t.person_id <> a.person_id
                                     AND t.role IN ('hr_partner', 'company_admin') AND (t.ended_on IS NULL OR t.ended_on > current_date))
                    THEN 'awaiting_employer' ELSE 'sent' END INTO first
        FROM organisation o WHERE o.id = a.firm_id;
    END IF;
    INSERT INTO mentoring_request (org_id, id, mentee_id, mentee_person_id, mentor_org_id, mentor_id, mentor_person_id, state, form,
        cadence, holds_place, sent_at, due_at, version, created_at, updated_at, cohort_org_id, cohort_id)
    VALUES (a.firm_id, p_request, tie, a.person_id, b.firm_id, page, b.person_id, first, c.form, c.choices ->> 'cadence', false,
        CASE first WHEN 'sent' THEN p_now END, p_due, 1, p_now, p_now, p_org, a.cohort_id);
    INSERT INTO cohort_proposal (org_id, id, cohort_id, request_org_id, request_id, mentee_person_id, mentor_person_id, reason,
        proposed_by_id, proposed_at)
    VALUES (p_org, p_proposal, a.cohort_id, a.firm_id, p_request, a.person_id, b.person_id, p_reason, p_by, p_now);
    IF firms THEN
        INSERT INTO firm_consent (org_id, request_id, request_org_id, side, cohort_org_id, cohort_id, mentee_person_id,
            mentor_person_id, state, reason, asked_at, due_at, decided_by_id, decided_at)
        SELECT f.firm, p_request, a.firm_id, f.side, p_org, a.cohort_id, a.person_id, b.person_id,
            CASE WHEN f.proposes THEN 'yes' ELSE 'waiting' END, '', p_now, p_due,
            CASE WHEN f.proposes THEN p_by END, CASE WHEN f.proposes THEN p_now END
        FROM firms_to_ask(a.firm_id, a.person_id, b.firm_id, b.person_id) f;
    END IF;
    RETURN 'ok';
EXCEPTION WHEN unique_violation THEN
    -- They write to each other already, perhaps a draft that nobody else knows of.
    RETURN 'apart';
END $$""",
    # What a proposal came from: a version of the bench of the context's organisation.
    "tie_to_version(integer, bigint, bigint)": """
CREATE FUNCTION tie_to_version(p_org integer, p_proposal bigint, p_run bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN; END IF;
    UPDATE cohort_proposal p SET run_org_id = wall_org(), run_id = p_run
    WHERE p.org_id = p_org AND p.id = p_proposal AND p.proposed_by_id = wall_person()
      AND EXISTS (SELECT FROM match_run g WHERE g.org_id = wall_org() AND g.id = p_run AND g.cohort_org_id = p_org
                  AND g.cohort_id = p.cohort_id);
END $$""",
    # The worker proposes on the standing wish of whoever published a version; by every rule of the committee's own proposals.
    "propose_next_best(bigint, bigint, bigint, bigint, bigint, jsonb, timestamptz, timestamptz)": """
CREATE FUNCTION propose_next_best(p_run bigint, p_mentee bigint, p_mentor bigint, p_request bigint, p_proposal bigint, p_because jsonb,
    p_due timestamptz, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE g record; said text;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN 'role'; END IF;
    SELECT x.cohort_org_id, x.cohort_id, root.published_by_id INTO g FROM match_run x
        JOIN match_run root ON root.org_id = x.org_id AND root.id = x.after_no_of
        WHERE x.org_id = wall_org() AND x.id = p_run AND root.published_at IS NOT NULL AND root.cascades;
    IF NOT FOUND THEN RETURN 'role'; END IF;
    IF NOT EXISTS (SELECT FROM enrolment e WHERE e.org_id = g.cohort_org_id AND e.id = p_mentee AND e.cohort_id = g.cohort_id)
    THEN RETURN 'gone'; END IF;
    said := put_pair(g.cohort_org_id, p_mentee, p_mentor, p_request, p_proposal, NULL, '', p_due, p_now, g.published_by_id);
    IF said = 'ok' THEN
        UPDATE cohort_proposal p SET run_org_id = wall_org(), run_id = p_run, because = p_because
        WHERE p.org_id = g.cohort_org_id AND p.id = p_proposal;
    END IF;
    RETURN said;
END $$""",
    # A firm answers, once: 'waits' (for the other firm), 'sent', 'refused'; or 'answered' before, 'over', 'gone'. Under the
    # request's lock, so of two firms at once one goes on. Nobody answers where they are one of the two.
    "answer_for_firm(bigint, boolean, text, timestamptz, timestamptz)": """
CREATE FUNCTION answer_for_firm(p_request bigint, p_yes boolean, p_reason text, p_due timestamptz, p_now timestamptz)
RETURNS TABLE (said text, request_org_id integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE k record; stands text;
BEGIN
    said := 'gone';
    IF NOT wall_sealed() OR wall_role() NOT IN ('hr_partner', 'company_admin') THEN RETURN NEXT; RETURN; END IF;
    SELECT * INTO k FROM firm_consent x WHERE x.org_id = wall_org() AND x.request_id = p_request
        AND wall_person() NOT IN (x.mentee_person_id, x.mentor_person_id);
    IF NOT FOUND THEN RETURN NEXT; RETURN; END IF;
    request_org_id := k.request_org_id;
    SELECT r.state INTO stands FROM mentoring_request r WHERE r.org_id = k.request_org_id AND r.id = p_request FOR UPDATE;
    SELECT * INTO k FROM firm_consent x WHERE x.org_id = wall_org() AND x.request_id = p_request;
    IF k.state <> 'waiting' THEN said := 'answered'; RETURN NEXT; RETURN; END IF;
    IF stands <> 'awaiting_employer' THEN said := 'over'; RETURN NEXT; RETURN; END IF;
    UPDATE firm_consent x SET state = CASE WHEN p_yes THEN 'yes' ELSE 'no' END, reason = CASE WHEN p_yes THEN '' ELSE p_reason END,
        decided_by_id = wall_person(), decided_at = p_now
        WHERE x.org_id = wall_org() AND x.request_id = p_request;
    IF NOT p_yes THEN
        said := 'refused';
        UPDATE mentoring_request r SET state = 'refused_by_employer', due_at = NULL, closed_at = p_now, updated_at = p_now,
            version = r.version + 1 WHERE r.org_id = k.request_org_id AND r.id = p_request;
    ELSIF EXISTS (SELECT FROM firm_consent x WHERE x.request_org_id = k.request_org_id AND x.request_id = p_request AND x.state <> 'yes') THEN
        said := 'waits';
    ELSE
        said := 'sent';
        UPDATE mentoring_request r SET state = 'sent', sent_at = p_now, due_at = p_due, updated_at = p_now, version = r.version + 1
            WHERE r.org_id = k.request_org_id AND r.id = p_request;
    END IF;
    RETURN NEXT;
END $$""",
    # What the viewer's firm is asked, and the last that it answered: who and who, of which firm, in which programme, until when.
    "consents_of_firm(bigint, integer)": """
CREATE FUNCTION consents_of_firm(p_request bigint, p_most integer)
RETURNS TABLE (request_id bigint, side text, form text, mentee_name text, mentor_name text, other_firm text, programme_en text, programme_fr text,
    due_at timestamptz, state text, waits boolean, reason text, decided_by text, decided_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() NOT IN ('hr_partner', 'company_admin') THEN RETURN; END IF;
    RETURN QUERY
    SELECT k.request_id, k.side::text, c.form::text, a.name::text, b.name::text, o.name::text, g.name_en::text, g.name_fr::text, k.due_at,
        k.state::text, k.state = 'waiting' AND r.state = 'awaiting_employer', k.reason::text, coalesce(d.name, '')::text, k.decided_at
    FROM firm_consent k
    JOIN mentoring_request r ON r.org_id = k.request_org_id AND r.id = k.request_id
    JOIN person a ON a.id = k.mentee_person_id JOIN person b ON b.id = k.mentor_person_id
    JOIN organisation o ON o.id = CASE k.side WHEN 'mentee' THEN r.mentor_org_id ELSE r.org_id END
    JOIN cohort c ON c.org_id = k.cohort_org_id AND c.id = k.cohort_id
    JOIN programme g ON g.org_id = c.org_id AND g.id = c.programme_id
    LEFT JOIN person d ON d.id = k.decided_by_id
    WHERE k.org_id = wall_org() AND wall_person() NOT IN (k.mentee_person_id, k.mentor_person_id)
      AND CASE WHEN p_request IS NOT NULL THEN k.request_id = p_request
          -- What a committee of the firm's own proposed was no question to it.
          ELSE (k.state = 'waiting' AND r.state = 'awaiting_employer') OR (k.state <> 'waiting' AND (k.decided_at > k.asked_at
              OR NOT EXISTS (SELECT FROM cohort_proposal p WHERE p.org_id = k.cohort_org_id AND p.request_org_id = k.request_org_id
                             AND p.request_id = k.request_id AND p.proposed_by_id = k.decided_by_id))) END
    ORDER BY k.state <> 'waiting', k.decided_at DESC, k.due_at, k.request_id LIMIT p_most;
END $$""",
    # Whether firms answer for a request, and no employer's approval of the other kind.
    "put_to_firms(integer, bigint)": """
CREATE FUNCTION put_to_firms(p_org integer, p_request bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN wall_sealed() AND EXISTS (SELECT FROM firm_consent k WHERE k.request_org_id = p_org AND k.request_id = p_request);
END $$""",
    # Where the firms of a cohort's proposals stand, for whoever pairs; never why.
    "cohort_consents(integer, bigint)": f"""
CREATE FUNCTION cohort_consents(p_org integer, p_cohort bigint)
RETURNS TABLE (request_id bigint, side text, state text, decided_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() OR NOT EXISTS (
        SELECT FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND {PAIRS_HERE}) THEN RETURN; END IF;
    RETURN QUERY SELECT k.request_id, k.side::text, k.state::text, k.decided_at FROM firm_consent k
    WHERE k.cohort_org_id = p_org AND k.cohort_id = p_cohort AND (p_org = wall_org() OR k.request_org_id = wall_org());
END $$""",
    # Firms that were asked before a moment and have neither answered nor been reminded.
    "consents_to_remind(timestamptz, timestamptz)": """
CREATE FUNCTION consents_to_remind(p_before timestamptz, p_now timestamptz) RETURNS TABLE (org_id integer, request_id bigint, other_firm text, form text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT k.org_id, k.request_id, o.name::text, r.form::text FROM firm_consent k
    JOIN mentoring_request r ON r.org_id = k.request_org_id AND r.id = k.request_id AND r.state = 'awaiting_employer'
    JOIN organisation o ON o.id = CASE k.side WHEN 'mentee' THEN r.mentor_org_id ELSE r.org_id END
    WHERE k.state = 'waiting' AND k.reminded_at IS NULL AND k.asked_at <= p_before AND k.due_at > p_now ORDER BY 1, 2
$$""",
    # Who of a cohort is free, as numbers: 1 for a mentee whom nobody has been proposed to, a mentor's places less what open
    # proposals would take. Nothing of what anybody said of themselves.
    "people_left_at_bench(integer, bigint)": f"""
CREATE FUNCTION people_left_at_bench(p_org integer, p_cohort bigint) RETURNS TABLE (enrolment_id bigint, side text, room integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' OR NOT EXISTS (
        SELECT FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND {PAIRS_HERE}) THEN RETURN; END IF;
    RETURN QUERY
    WITH live AS MATERIALIZED (
        SELECT r.mentee_person_id, r.mentor_person_id, p.id IS NOT NULL AND r.state IN {WAITS} AS waits, r.holds_place,
            r.state = 'confirmed' OR p.id IS NOT NULL AS binds
        FROM mentoring_request r
        LEFT JOIN cohort_proposal p ON p.org_id = r.cohort_org_id AND p.request_org_id = r.org_id AND p.request_id = r.id
        WHERE r.cohort_org_id = p_org AND r.cohort_id = p_cohort AND (r.state IN {UNDER_WAY} OR (r.state = 'confirmed' AND r.holds_place)))
    SELECT e.id, e.side::text, CASE e.side
        WHEN 'mentee' THEN CASE WHEN EXISTS (SELECT FROM live l WHERE l.binds AND l.mentee_person_id = e.person_id) THEN 0 ELSE 1 END
        ELSE greatest(least(e.places - (SELECT count(*) FROM live l WHERE l.holds_place AND l.mentor_person_id = e.person_id)::integer,
                            m.open_slots::integer)
                      - (SELECT count(*) FROM live l WHERE l.waits AND l.mentor_person_id = e.person_id)::integer, 0) END
    FROM enrolment e
    JOIN affiliation a ON a.org_id = e.firm_id AND a.person_id = e.person_id AND (a.ended_on IS NULL OR a.ended_on > current_date)
    LEFT JOIN mentor_profile m ON m.org_id = e.firm_id AND m.person_id = e.person_id
    WHERE e.org_id = p_org AND e.cohort_id = p_cohort AND e.state = 'enrolled' AND e.side <> 'peer'
      AND (e.side = 'mentee' OR EXISTS (SELECT FROM card k WHERE k.org_id = m.org_id AND k.mentor_id = m.id))
      AND (p_org = wall_org() OR e.firm_id = wall_org() OR e.side = 'mentor')
    ORDER BY e.id;
END $$""",
    # Who has asked whom, or was proposed to whom (persons): 'asked' while it is under way or a pair, 'declined' in vain.
    "pairs_at_bench(integer, bigint)": f"""
CREATE FUNCTION pairs_at_bench(p_org integer, p_cohort bigint) RETURNS TABLE (mentee bigint, mentor bigint, stands text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' OR NOT EXISTS (
        SELECT FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND {PAIRS_HERE}) THEN RETURN; END IF;
    RETURN QUERY SELECT r.mentee_person_id, r.mentor_person_id, CASE WHEN r.state IN {NO} THEN 'declined' ELSE 'asked' END
    FROM mentoring_request r
    LEFT JOIN cohort_proposal p ON p.org_id = r.cohort_org_id AND p.request_org_id = r.org_id AND p.request_id = r.id
    WHERE r.cohort_org_id = p_org AND r.cohort_id = p_cohort AND (p_org = wall_org() OR r.org_id = wall_org())
      AND (r.state IN {UNDER_WAY} OR (r.state = 'confirmed' AND r.holds_place) OR (r.state IN {NO} AND p.undone_at IS NULL));
END $$""",
    # The versions (of these) of which a proposal has come to nothing since they were last asked for; each proposal once. Nothing
    # while the cohort's matching is not open.
    "take_nos(integer, bigint, bigint[], timestamptz)": f"""
CREATE FUNCTION take_nos(p_org integer, p_cohort bigint, p_runs bigint[], p_now timestamptz) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' OR NOT EXISTS (
        SELECT FROM cohort c WHERE c.org_id = p_org AND c.id = p_cohort AND {OPEN}) THEN RETURN; END IF;
    RETURN QUERY WITH taken AS (
        UPDATE cohort_proposal p SET followed_at = p_now FROM mentoring_request r
        WHERE p.org_id = p_org AND p.cohort_id = p_cohort AND p.run_org_id = wall_org() AND p.run_id = ANY (p_runs)
          AND p.followed_at IS NULL AND p.undone_at IS NULL AND r.org_id = p.request_org_id AND r.id = p.request_id
          AND (r.state IN {NO} OR r.state = 'closed')
        RETURNING p.run_id)
    SELECT DISTINCT t.run_id FROM taken t ORDER BY 1;
END $$""",
    # Where a no is still to be followed, whatever brought it about.
    "benches_with_nos()": f"""
CREATE FUNCTION benches_with_nos() RETURNS TABLE (org_id integer, cohort_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT g.org_id, g.cohort_id FROM cohort_proposal p
    JOIN mentoring_request r ON r.org_id = p.request_org_id AND r.id = p.request_id AND (r.state IN {NO} OR r.state = 'closed')
    JOIN match_run g ON g.org_id = p.run_org_id AND g.id = p.run_id
    JOIN match_run root ON root.org_id = g.org_id AND root.id = coalesce(g.after_no_of, g.id) AND root.cascades
    JOIN cohort c ON c.org_id = p.org_id AND c.id = p.cohort_id AND {OPEN}
    WHERE p.run_id IS NOT NULL AND p.followed_at IS NULL AND p.undone_at IS NULL
$$""",
    # No way leads past a firm that was asked.
    "keep_consents()": """
CREATE FUNCTION keep_consents() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (SELECT FROM firm_consent k WHERE k.request_org_id = NEW.org_id AND k.request_id = NEW.id)
       AND (CASE NEW.state WHEN 'sent'
           THEN EXISTS (SELECT FROM firm_consent k WHERE k.request_org_id = NEW.org_id AND k.request_id = NEW.id AND k.state <> 'yes')
           ELSE NOT EXISTS (SELECT FROM firm_consent k WHERE k.request_org_id = NEW.org_id AND k.request_id = NEW.id AND k.state = 'no') END)
    THEN RAISE EXCEPTION 'both firms answer for this pair' USING ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
END $$""",
    "keep_consent_said()": """
CREATE FUNCTION keep_consent_said() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO proposal_statement (org_id, proposal_id, says, person_id, said_at)
    SELECT p.org_id, p.id, NEW.side || '_firm_' || NEW.state, NEW.decided_by_id, NEW.decided_at FROM cohort_proposal p
    WHERE p.request_org_id = NEW.request_org_id AND p.request_id = NEW.request_id
    ON CONFLICT (org_id, proposal_id, says) DO NOTHING;
    RETURN NULL;
END $$""",
}
GRANTED: dict[str, tuple[str, ...]] = {
    "firms_to_ask(integer, bigint, integer, bigint)": (),
    "put_pair(integer, bigint, bigint, bigint, bigint, bigint, text, timestamptz, timestamptz, bigint)": (),
    "tie_to_version(integer, bigint, bigint)": ("web",),
    "propose_next_best(bigint, bigint, bigint, bigint, bigint, jsonb, timestamptz, timestamptz)": ("worker",),
    "answer_for_firm(bigint, boolean, text, timestamptz, timestamptz)": ("web",),
    "consents_of_firm(bigint, integer)": ("web",),
    "put_to_firms(integer, bigint)": ("web", "worker"),
    "cohort_consents(integer, bigint)": ("web",),
    "consents_to_remind(timestamptz, timestamptz)": ("worker",),
    "people_left_at_bench(integer, bigint)": ("worker",),
    "pairs_at_bench(integer, bigint)": ("worker",),
    "take_nos(integer, bigint, bigint[], timestamptz)": ("worker",),
    "benches_with_nos()": ("worker",),
    "keep_consents()": ("owner",),
    "keep_consent_said()": ("owner",),
}

PROPOSE_NOW = """
CREATE OR REPLACE FUNCTION propose_pair(p_org integer, p_mentee bigint, p_mentor bigint, p_request bigint, p_proposal bigint,
    p_profile bigint, p_reason text, p_due timestamptz, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT wall_sealed() OR NOT wall_coordinates() THEN RETURN 'role'; END IF;
    RETURN put_pair(p_org, p_mentee, p_mentor, p_request, p_proposal, p_profile, p_reason, p_due, p_now, wall_person());
END $$"""

# Where firms were asked, each has said its own word.
NOT_BY_FIRMS = """IF word LIKE 'employer%' AND EXISTS (SELECT FROM firm_consent k WHERE k.request_org_id = NEW.org_id
        AND k.request_id = NEW.id) THEN RETURN NULL; END IF;
    IF word IS NULL THEN RETURN NULL; END IF;"""

# What waits for a person in a workspace; for those who answer for a firm, what the firm has not said yet.
WAITING = """
CREATE OR REPLACE FUNCTION waiting_for(p_person bigint, p_org integer, p_role text) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN ((SELECT count(*) FROM mentoring_request r
             WHERE r.mentor_person_id = p_person AND r.state = 'sent' AND r.mentor_org_id = p_org)
          + (SELECT count(*) FROM mentoring_request r
             WHERE r.mentee_person_id = p_person AND r.state IN ('more_information', 'accepted') AND r.org_id = p_org)
          + CASE WHEN p_role IN ('hr_partner', 'company_admin')
            THEN (SELECT count(*) FROM mentoring_request r WHERE r.org_id = p_org AND r.state = 'awaiting_employer'
                  AND r.mentee_person_id <> p_person{0}){1} ELSE 0 END)::integer;
END $$"""
BY_FIRMS = (
    " AND NOT EXISTS (SELECT FROM firm_consent k WHERE k.request_org_id = r.org_id AND k.request_id = r.id)",
    """ + (SELECT count(*) FROM firm_consent k JOIN mentoring_request r ON r.org_id = k.request_org_id AND r.id = k.request_id
                     AND r.state = 'awaiting_employer'
                 WHERE k.org_id = p_org AND k.state = 'waiting' AND p_person NOT IN (k.mentee_person_id, k.mentor_person_id))""",
)

TRIGGERS = (
    """CREATE TRIGGER keep_consents BEFORE UPDATE OF state ON mentoring_request FOR EACH ROW WHEN (OLD.state = 'awaiting_employer'
       AND NEW.state IN ('sent', 'refused_by_employer') AND NEW.cohort_id IS NOT NULL) EXECUTE FUNCTION keep_consents()""",
    """CREATE TRIGGER keep_consent_said AFTER INSERT OR UPDATE OF state ON firm_consent FOR EACH ROW
       WHEN (NEW.state <> 'waiting') EXECUTE FUNCTION keep_consent_said()""",
)

PARTY = "wall_person() IN (mentee_person_id, mentor_person_id)"
# (table, name, role, command, using, check)
POLICIES: tuple[tuple[str, str, str, str, str, str | None], ...] = (
    # A coordinator who is one of the two reads nothing of it: a mentor hears when they are asked.
    ("firm_consent", "web_select", "web", "SELECT",
     f"{S} AND org_id = wall_org() AND wall_role() IN ('hr_partner', 'company_admin') AND NOT {PARTY}", None),
    ("firm_consent", "worker_select", "worker", "SELECT", f"(org_id = wall_org() OR request_org_id = wall_org()) AND {SYSTEM}", None),
    ("firm_consent", "worker_update", "worker", "UPDATE", f"org_id = wall_org() AND {SYSTEM}", f"org_id = wall_org() AND {SYSTEM}"),
    ("firm_consent", "worker_erasure_select", "worker", "SELECT", f"wall_role() = 'erasure' AND {PARTY} AND {S}", None),
    ("firm_consent", "worker_erasure", "worker", "UPDATE", f"wall_role() = 'erasure' AND {PARTY} AND {S}", None),
    ("firm_consent", "operator", "operator", "ALL", "true", None),
    ("firm_consent", "gate_select_0040", "gate", "SELECT", "true", None),
    ("firm_consent", "gate_update_0040", "gate", "UPDATE", "true", None),
    ("match_run", "gate_select_0040", "gate", "SELECT", "true", None),
    ("match_mark", "worker_select", "worker", "SELECT", f"org_id = wall_org() AND {SYSTEM}", None),
)  # fmt: skip

GRANTS = """
GRANT SELECT ON firm_consent TO passerelle_web;
GRANT SELECT, UPDATE (reason, reminded_at) ON firm_consent TO passerelle_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON firm_consent TO passerelle_operator;
GRANT SELECT, INSERT, UPDATE ON firm_consent TO passerelle_gate;
GRANT SELECT ON match_run TO passerelle_gate;
GRANT UPDATE (cascades) ON match_run TO passerelle_web;
GRANT INSERT, UPDATE (published_by_id, published_at) ON match_run TO passerelle_worker;
GRANT SELECT ON match_mark TO passerelle_worker;
"""
BACK = """
REVOKE SELECT ON match_mark FROM passerelle_worker;
REVOKE INSERT, UPDATE (published_by_id, published_at) ON match_run FROM passerelle_worker;
REVOKE SELECT ON match_run FROM passerelle_gate;
"""


def _key(name: str, to: str, kind: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, sa.ForeignKey(to, name=f"fk_firm_consent_{name}"), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _tables() -> None:
    op.create_table(
        "firm_consent",
        _key("org_id", "organisation.id", sa.Integer()),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("request_org_id", sa.Integer(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("mentee", "mentor", name="consentside", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("cohort_org_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.BigInteger(), nullable=False),
        _key("mentee_person_id", "person.id", sa.BigInteger()),
        _key("mentor_person_id", "person.id", sa.BigInteger()),
        sa.Column(
            "state",
            sa.Enum("waiting", "yes", "no", name="consentstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.String(600), nullable=False),
        _moment("asked_at"),
        _moment("due_at"),
        _moment("reminded_at", nullable=True),
        _key("decided_by_id", "person.id", sa.BigInteger(), nullable=True),
        _moment("decided_at", nullable=True),
        sa.PrimaryKeyConstraint("org_id", "request_id", name="pk_firm_consent"),
        sa.ForeignKeyConstraint(
            ["request_org_id", "request_id"],
            ["mentoring_request.org_id", "mentoring_request.id"],
            name="fk_firm_consent_request_org_id_request_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["cohort_org_id", "cohort_id"],
            ["cohort.org_id", "cohort.id"],
            name="fk_firm_consent_cohort_org_id_cohort_id",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name="ck_firm_consent_decided_by_somebody",
        ),
    )
    op.create_index("ix_firm_consent_request_id", "firm_consent", ["request_id"])
    op.create_index("ix_firm_consent_cohort_id", "firm_consent", ["cohort_id"])
    op.create_index(
        "ix_firm_consent_waiting", "firm_consent", ["org_id"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.add_column("match_run", sa.Column("cascades", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("match_run", sa.Column("after_no_of", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_match_run_org_id_after_no_of",
        "match_run",
        "match_run",
        ["org_id", "after_no_of"],
        ["org_id", "id"],
        ondelete="CASCADE",
    )
    op.alter_column("match_run", "asked_by_id", nullable=True)
    for column, kind in (
        ("run_org_id", sa.Integer()),
        ("run_id", sa.BigInteger()),
        ("followed_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("cohort_proposal", sa.Column(column, kind, nullable=True))
    op.create_foreign_key(
        "fk_cohort_proposal_run_org_id_run_id",
        "cohort_proposal",
        "match_run",
        ["run_org_id", "run_id"],
        ["org_id", "id"],
        ondelete="SET NULL",
    )
    op.create_index(
        "ix_cohort_proposal_run_id", "cohort_proposal", ["run_id"], postgresql_where=sa.text("run_id IS NOT NULL")
    )
    op.alter_column("proposal_statement", "says", type_=sa.String(20))


def upgrade() -> None:
    _tables()
    execute = op.get_bind().exec_driver_sql
    op.execute("ALTER TABLE firm_consent ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE firm_consent FORCE ROW LEVEL SECURITY")
    execute(GRANTS)
    for table, name, role, command, using, check in POLICIES:
        clauses = f" USING ({using})" + (f" WITH CHECK ({check})" if check else "")
        execute(f"CREATE POLICY {name} ON {table} FOR {command} TO passerelle_{role}{clauses}")
    op.execute("CREATE POLICY gate_insert_0040 ON firm_consent FOR INSERT TO passerelle_gate WITH CHECK (true)")
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, body in FUNCTIONS.items():
        execute(body.replace("%", "%%"))
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in GRANTED[signature]:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    execute(PROPOSE_NOW)
    before = str(context.script.get_revision("0033").module.ANSWERED)
    answered = before.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    execute(answered.replace("IF word IS NULL THEN RETURN NULL; END IF;", NOT_BY_FIRMS, 1).replace("%", "%%"))
    execute(WAITING.format(*BY_FIRMS))
    op.execute("SET LOCAL ROLE passerelle_owner")
    for trigger in TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_consent_said ON firm_consent")
    op.execute("DROP TRIGGER keep_consents ON mentoring_request")
    execute = op.get_bind().exec_driver_sql
    op.execute("SET LOCAL ROLE passerelle_gate")
    body = str(context.script.get_revision("0026").module.FUNCTIONS[PROPOSE])
    execute(body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    body = str(context.script.get_revision("0033").module.ANSWERED)
    execute(body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace("%", "%%"))
    execute(WAITING.format("", ""))
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
    for table, name, *_rest in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    op.drop_table("firm_consent")
    # Neither a version that nobody asked for nor a firm's word has a place in what was before.
    for table, rows in (("match_run", "asked_by_id IS NULL"), ("proposal_statement", "length(says) > 12")):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"DELETE FROM {table} WHERE {rows}")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.alter_column("proposal_statement", "says", type_=sa.String(12))
    op.drop_index("ix_cohort_proposal_run_id", "cohort_proposal")
    op.drop_constraint("fk_cohort_proposal_run_org_id_run_id", "cohort_proposal")
    for column in ("followed_at", "run_id", "run_org_id"):
        op.drop_column("cohort_proposal", column)
    op.drop_constraint("fk_match_run_org_id_after_no_of", "match_run")
    op.alter_column("match_run", "asked_by_id", nullable=False)
    op.drop_column("match_run", "after_no_of")
    op.drop_column("match_run", "cascades")
    execute(BACK)
