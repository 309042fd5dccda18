"""Introductions, the full dossier on request, and its secret links: who may do what, and what it opens.

No role of the product writes these rows. Each step is a function that looks at the state as it is, under a lock, and whoever asks.
What opens anything of a candidate's takes part in the lock that withdrawing takes alone: it is either in the list or not let in.
"""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public"
READS = "LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public"
NEW_ID = "('x' || left(replace(gen_random_uuid()::text, '-', ''), 15))::bit(60)::bigint"
WORKS = "(a.ended_on IS NULL OR a.ended_on > current_date)"
# Days in which a candidate answers, and after which they are reminded.
ANSWER, REMIND = "interval '14 days'", "interval '9 days'"
KNOWN = "('accepted', 'met', 'interview', 'appointed', 'not_chosen')"
OUTCOMES = "('met', 'interview', 'appointed', 'not_chosen')"
OPENING = "pg_advisory_xact_lock_shared(hashtextextended('showing', whose))"
# Whose card it is: also of one that is gone, for those who had opened it.
WHOSE = """coalesce((SELECT c.person_id FROM board_card c WHERE c.org_id = p_network AND c.id = p_card),
        (SELECT v.person_id FROM viewing v WHERE v.org_id = p_network AND v.card_id = p_card AND v.seeker_org_id = wall_org() LIMIT 1))"""
GRANTED = """EXISTS (SELECT FROM showcase_some(p_network, ARRAY[p_card])) AND EXISTS (SELECT FROM showing s WHERE s.org_id = p_network
        AND s.person_id = whose AND s.what = 'dossier' AND s.to_org_id = wall_org() AND s.withdrawn_at IS NULL
        AND current_date BETWEEN s.from_on AND s.until_on)"""
PUBLISHED = """FROM board_dossier b JOIN dossier_version x ON x.org_id = b.org_id AND x.dossier_id = b.id AND x.number = b.published_number
        JOIN person p ON p.id = b.person_id"""
# A link counts while its person may still take it back, and has not.
LINK_COUNTS = f"""l.token_hash = p_hash AND l.revoked_at IS NULL AND l.until_on >= (p_now AT TIME ZONE 'UTC')::date
        AND EXISTS (SELECT FROM board_dossier b WHERE b.org_id = l.org_id AND b.person_id = l.person_id AND b.published_number IS NOT NULL)
        AND EXISTS (SELECT FROM affiliation a WHERE a.person_id = l.person_id AND {WORKS})
        AND NOT EXISTS (SELECT FROM erasure e WHERE e.person_id = l.person_id AND e.state = 'asked')"""
AT_WORK = f"""LEFT JOIN LATERAL (SELECT a.org_id, a.job_title, o.name, o.slug FROM affiliation a JOIN organisation o ON o.id = a.org_id
        WHERE a.person_id = {{person}} AND {WORKS} ORDER BY a.id LIMIT 1)"""

FUNCTIONS = {
    # outcome: asked; same (it waits, or led somewhere, already); declined (the candidate has said no for this seat).
    "ask_introduction(integer, bigint, text, text, bigint, timestamptz)": (
        f"""
CREATE FUNCTION ask_introduction(p_network integer, p_card bigint, p_seat text, p_message text, p_specification bigint,
    p_now timestamptz) RETURNS TABLE (id bigint, outcome text)
{DEFINER} AS $$
#variable_conflict use_column
DECLARE whose bigint := {WHOSE}; past record; made bigint := {NEW_ID};
BEGIN
    IF whose IS NULL OR NOT wall_sealed() THEN RETURN; END IF;
    PERFORM {OPENING};
    IF NOT EXISTS (SELECT FROM showcase_some(p_network, ARRAY[p_card])) THEN RETURN; END IF;
    -- For a seat of the asker's own, whose organisation may see the card as well.
    IF p_specification IS NOT NULL AND NOT EXISTS (SELECT FROM seat_cards(p_specification, ARRAY[p_card])) THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('introduction ' || wall_org(), whose));
    SELECT i.id, i.state INTO past FROM introduction i WHERE i.org_id = p_network AND i.person_id = whose AND i.seeker_org_id = wall_org()
        AND lower(btrim(i.seat)) = lower(btrim(p_seat)) AND i.state NOT IN ('withdrawn', 'lapsed') ORDER BY i.asked_at DESC LIMIT 1;
    IF past.id IS NOT NULL THEN
        RETURN QUERY SELECT past.id, CASE past.state WHEN 'declined' THEN 'declined' ELSE 'same' END;
        RETURN;
    END IF;
    INSERT INTO introduction (org_id, id, card_id, person_id, seeker_org_id, asked_by_person_id, specification_id, seat, message, state,
        asked_at, answer_due, word)
    VALUES (p_network, made, p_card, whose, wall_org(), wall_person(), p_specification, btrim(p_seat), p_message, 'asked',
        p_now, p_now + {ANSWER}, '');
    RETURN QUERY SELECT made, 'asked';
END $$""",
        ("web",),
    ),
    # The viewer's part in introductions: the candidate's own, those that their organisation asked for, and in a network those with
    # which a candidate asked for its help. Who the candidate is, a seeker reads after their yes and until they take it back.
    "my_introductions()": (
        f"""
CREATE FUNCTION my_introductions() RETURNS TABLE (network_id integer, network text, id bigint, relation text, card_id bigint, seat text,
    message text, state text, asked_at timestamptz, answer_due timestamptz, decided_at timestamptz, word text,
    help_asked_at timestamptz, facilitator text, settled_at timestamptz, confirmed_at timestamptz, organisation text,
    search_firm boolean, asker text, specification_id bigint, headline jsonb, name text, email text, office text)
{READS} AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_person() = 0 THEN RETURN; END IF;
    RETURN QUERY
    SELECT i.org_id, n.name::text, i.id, r.relation, i.card_id, i.seat::text,
        CASE WHEN r.relation <> 'network' THEN i.message ELSE '' END, i.state::text, i.asked_at, i.answer_due, i.decided_at,
        CASE WHEN r.relation <> 'network' THEN i.word ELSE '' END, i.help_asked_at, coalesce(f.name::text, ''), i.settled_at,
        i.confirmed_at, s.name::text, s.kind = 'search_firm', coalesce(q.name::text, ''), i.specification_id,
        CASE WHEN r.relation = 'seeker' THEN (SELECT c.face -> 'headline' FROM showcase_some(i.org_id, ARRAY[i.card_id]) c) END,
        CASE WHEN r.knows THEN p.name::text ELSE '' END, CASE WHEN r.knows THEN coalesce(a.email::text, '') ELSE '' END,
        CASE WHEN r.knows THEN concat_ws(', ', nullif(w.job_title, ''), w.name) ELSE '' END
    FROM introduction i
    CROSS JOIN LATERAL (SELECT CASE WHEN i.person_id = wall_person() THEN 'candidate'
        WHEN i.seeker_org_id = wall_org() AND seeker_side(i.org_id) IS NOT NULL THEN 'seeker'
        WHEN i.org_id = wall_org() AND i.help_asked_at IS NOT NULL AND wall_coordinates() THEN 'network' END AS relation) k
    CROSS JOIN LATERAL (SELECT k.relation, k.relation = 'network' OR (k.relation = 'seeker' AND i.state IN {KNOWN}) AS knows) r
    JOIN organisation n ON n.id = i.org_id JOIN organisation s ON s.id = i.seeker_org_id
    JOIN person p ON p.id = i.person_id LEFT JOIN person q ON q.id = i.asked_by_person_id LEFT JOIN person f ON f.id = i.facilitated_by
    LEFT JOIN account a ON a.id = i.person_id
    {AT_WORK.format(person="i.person_id")} w ON true
    WHERE (i.person_id = wall_person() OR wall_org() IN (i.seeker_org_id, i.org_id)) AND r.relation IS NOT NULL
    ORDER BY i.asked_at DESC, i.id LIMIT 300;
END $$""",
        ("web",),
    ),
    # One step by the candidate (yes, no, taking a yes back, or that an outcome is not so) or by whoever asked (taking the question back,
    # the outcome). No row: not the viewer's. changed: false where it stood so already, or may not.
    "move_introduction(integer, bigint, text, text, timestamptz)": (
        f"""
CREATE FUNCTION move_introduction(p_network integer, p_id bigint, p_to text, p_word text, p_now timestamptz)
RETURNS TABLE (state text, changed boolean)
{DEFINER} AS $$
#variable_conflict use_column
DECLARE i introduction; mine boolean; theirs boolean; may boolean;
BEGIN
    IF NOT wall_sealed() OR wall_person() = 0 THEN RETURN; END IF;
    SELECT x.* INTO i FROM introduction x WHERE x.org_id = p_network AND x.id = p_id FOR UPDATE;
    mine := i.person_id = wall_person();
    theirs := NOT mine AND i.seeker_org_id = wall_org() AND seeker_side(p_network) IS NOT NULL;
    IF i.id IS NULL OR NOT (mine OR theirs) THEN RETURN; END IF;
    may := i.state <> p_to AND CASE
        WHEN mine AND p_to IN ('accepted', 'declined') AND i.state = 'asked' THEN p_now < i.answer_due
        WHEN mine AND p_to = 'accepted' THEN i.state IN {OUTCOMES} AND i.confirmed_at IS NULL
        WHEN mine AND p_to = 'withdrawn' THEN i.state IN ('accepted', 'met', 'interview')
        WHEN theirs AND p_to = 'withdrawn' THEN i.state = 'asked'
        WHEN theirs AND p_to IN {OUTCOMES} THEN i.state IN {KNOWN} AND NOT (i.state = 'appointed' AND i.confirmed_at IS NOT NULL)
        ELSE false END;
    IF may THEN
        UPDATE introduction x SET state = p_to,
            word = CASE WHEN mine AND i.state = 'asked' THEN p_word ELSE x.word END,
            decided_at = CASE WHEN mine AND i.state = 'asked' THEN p_now ELSE x.decided_at END,
            settled_at = CASE WHEN p_to = 'accepted' THEN NULL WHEN theirs OR p_to = 'withdrawn' THEN p_now ELSE x.settled_at END,
            confirmed_at = NULL
        WHERE x.org_id = p_network AND x.id = p_id;
    END IF;
    RETURN QUERY SELECT CASE WHEN may THEN p_to ELSE i.state::text END, may;
END $$""",
        ("web",),
    ),
    # The candidate says that the outcome is so; the state that it is, where that is news.
    "confirm_introduction(integer, bigint, text, timestamptz)": (
        f"""
CREATE FUNCTION confirm_introduction(p_network integer, p_id bigint, p_state text, p_now timestamptz) RETURNS boolean
{DEFINER} AS $$
BEGIN
    IF NOT wall_sealed() OR wall_person() = 0 THEN RETURN false; END IF;
    UPDATE introduction x SET confirmed_at = p_now WHERE x.org_id = p_network AND x.id = p_id AND x.person_id = wall_person()
        AND x.state = p_state AND x.state IN {OUTCOMES} AND x.confirmed_at IS NULL;
    RETURN FOUND;
END $$""",
        ("web",),
    ),
    # The candidate asks the network to help: from then on it knows of this introduction.
    "ask_for_help(integer, bigint, timestamptz)": (
        f"""
CREATE FUNCTION ask_for_help(p_network integer, p_id bigint, p_now timestamptz) RETURNS boolean
{DEFINER} AS $$
BEGIN
    IF NOT wall_sealed() OR wall_person() = 0 THEN RETURN false; END IF;
    UPDATE introduction x SET help_asked_at = p_now WHERE x.org_id = p_network AND x.id = p_id AND x.person_id = wall_person()
        AND x.state IN ('asked', 'accepted', 'met', 'interview') AND x.help_asked_at IS NULL;
    RETURN FOUND;
END $$""",
        ("web",),
    ),
    "take_up_introduction(integer, bigint)": (
        f"""
CREATE FUNCTION take_up_introduction(p_network integer, p_id bigint) RETURNS boolean
{DEFINER} AS $$
BEGIN
    IF NOT wall_sealed() OR p_network <> wall_org() OR NOT wall_coordinates() THEN RETURN false; END IF;
    UPDATE introduction x SET facilitated_by = wall_person() WHERE x.org_id = p_network AND x.id = p_id AND x.help_asked_at IS NOT NULL
        AND x.facilitated_by IS NULL;
    RETURN FOUND;
END $$""",
        ("web",),
    ),
    # What the clock finds: questions to remind of, and those that nobody answered in time.
    "introductions_due(timestamptz)": (
        f"""
CREATE FUNCTION introductions_due(p_now timestamptz) RETURNS TABLE (org_id integer, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT i.org_id, i.id FROM introduction i WHERE i.state = 'asked'
        AND (i.answer_due <= p_now OR (i.reminded_at IS NULL AND i.asked_at <= p_now - {REMIND})) ORDER BY 1, 2
$$""",
        ("worker",),
    ),
    "turn_introduction(bigint, timestamptz)": (
        f"""
CREATE FUNCTION turn_introduction(p_id bigint, p_now timestamptz) RETURNS text
{DEFINER} AS $$
DECLARE i introduction;
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN ''; END IF;
    SELECT x.* INTO i FROM introduction x WHERE x.org_id = wall_org() AND x.id = p_id AND x.state = 'asked' FOR UPDATE;
    IF i.answer_due <= p_now THEN
        UPDATE introduction x SET state = 'lapsed', settled_at = p_now WHERE x.org_id = i.org_id AND x.id = i.id;
        RETURN 'lapsed';
    ELSIF i.reminded_at IS NULL AND i.asked_at <= p_now - {REMIND} THEN
        UPDATE introduction x SET reminded_at = p_now WHERE x.org_id = i.org_id AND x.id = i.id;
        RETURN 'reminded';
    END IF;
    RETURN '';
END $$""",
        ("worker",),
    ),
    # To the worker, for letters: of an introduction of this network, who is written to and where they read.
    "introduction_told(bigint)": (
        f"""
CREATE FUNCTION introduction_told(p_id bigint) RETURNS TABLE (state text, seat text, answer_due timestamptz, network text, network_slug text,
    organisation text, candidate_id bigint, candidate_org_id integer, candidate_slug text, asker_id bigint, asker_org_id integer, asker_slug text)
{READS} AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN; END IF;
    RETURN QUERY SELECT i.state::text, i.seat::text, i.answer_due, n.name::text, n.slug::text, s.name::text, i.person_id, w.org_id,
        w.slug::text, CASE WHEN EXISTS (SELECT FROM affiliation a WHERE a.org_id = s.id AND a.person_id = i.asked_by_person_id AND {WORKS})
            THEN i.asked_by_person_id END, s.id, s.slug::text
    FROM introduction i JOIN organisation n ON n.id = i.org_id JOIN organisation s ON s.id = i.seeker_org_id
    {AT_WORK.format(person="i.person_id")} w ON true
    WHERE i.org_id = wall_org() AND i.id = p_id;
END $$""",
        ("worker",),
    ),
    # --- the full dossier ---
    # outcome: asked; same; granted (it is open already); declined (the candidate said no less than a month ago).
    "ask_dossier(integer, bigint, text, timestamptz)": (
        f"""
CREATE FUNCTION ask_dossier(p_network integer, p_card bigint, p_reason text, p_now timestamptz) RETURNS TABLE (id bigint, outcome text)
{DEFINER} AS $$
#variable_conflict use_column
DECLARE whose bigint := {WHOSE}; past record; made bigint := {NEW_ID};
BEGIN
    IF whose IS NULL OR NOT wall_sealed() THEN RETURN; END IF;
    PERFORM {OPENING};
    IF NOT EXISTS (SELECT FROM showcase_some(p_network, ARRAY[p_card])) THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('dossier request ' || wall_org(), whose));
    IF {GRANTED} THEN
        RETURN QUERY SELECT 0::bigint, 'granted'; RETURN;
    END IF;
    SELECT r.id, r.state INTO past FROM dossier_request r WHERE r.org_id = p_network AND r.person_id = whose AND r.seeker_org_id = wall_org()
        AND (r.state = 'asked' OR (r.state = 'declined' AND r.answered_at > p_now - interval '30 days')) LIMIT 1;
    IF past.id IS NOT NULL THEN
        RETURN QUERY SELECT past.id, CASE past.state WHEN 'asked' THEN 'same' ELSE 'declined' END; RETURN;
    END IF;
    INSERT INTO dossier_request (org_id, id, card_id, person_id, seeker_org_id, asked_by_id, reason, state, asked_at)
    VALUES (p_network, made, p_card, whose, wall_org(), wall_person(), p_reason, 'asked', p_now);
    RETURN QUERY SELECT made, 'asked';
END $$""",
        ("web",),
    ),
    # Where the viewer's organisation stands with a candidate's dossier: open, asked, declined, gone (it was shown), none, or empty.
    "dossier_standing(integer, bigint)": (
        f"""
CREATE FUNCTION dossier_standing(p_network integer, p_card bigint) RETURNS TABLE (state text, until_on date)
{READS} AS $$
#variable_conflict use_column
DECLARE whose bigint := {WHOSE}; last date; asked text; was boolean; card boolean;
BEGIN
    IF whose IS NULL OR seeker_side(p_network) IS NULL THEN RETURN QUERY SELECT '', NULL::date; RETURN; END IF;
    IF {GRANTED} THEN
        last := (SELECT max(s.until_on) FROM showing s WHERE s.org_id = p_network AND s.person_id = whose AND s.what = 'dossier'
            AND s.to_org_id = wall_org() AND s.withdrawn_at IS NULL);
        RETURN QUERY SELECT 'open', last; RETURN;
    END IF;
    was := EXISTS (SELECT FROM dossier_request r WHERE r.org_id = p_network AND r.person_id = whose AND r.seeker_org_id = wall_org()
        AND r.state = 'granted');
    card := EXISTS (SELECT FROM showcase_some(p_network, ARRAY[p_card]));
    asked := (SELECT r.state FROM dossier_request r WHERE r.org_id = p_network AND r.person_id = whose AND r.seeker_org_id = wall_org()
        ORDER BY r.asked_at DESC LIMIT 1);
    RETURN QUERY SELECT CASE WHEN card AND asked IN ('asked', 'declined') THEN asked WHEN was THEN 'gone' WHEN card THEN 'none' ELSE '' END,
        NULL::date;
END $$""",
        ("web",),
    ),
    # The dossier itself, as a page or as a file. It is written down by whom, and the candidate reads it.
    "open_dossier(integer, bigint, text, timestamptz)": (
        f"""
CREATE FUNCTION open_dossier(p_network integer, p_card bigint, p_what text, p_now timestamptz)
RETURNS TABLE (content jsonb, name text, person_id bigint, until_on date)
{DEFINER} AS $$
#variable_conflict use_column
DECLARE whose bigint := {WHOSE};
BEGIN
    IF whose IS NULL OR NOT wall_sealed() OR p_what NOT IN ('dossier', 'file') THEN RETURN; END IF;
    PERFORM {OPENING};
    IF NOT ({GRANTED}) THEN RETURN; END IF;
    RETURN QUERY SELECT x.content, p.name::text, whose, (SELECT d.until_on FROM dossier_standing(p_network, p_card) d)
    {PUBLISHED} WHERE b.org_id = p_network AND b.person_id = whose;
    IF NOT FOUND THEN RETURN; END IF;
    INSERT INTO viewing (org_id, id, person_id, card_id, seeker_org_id, viewer_id, what, at)
    VALUES (p_network, {NEW_ID}, whose, p_card, wall_org(), wall_person(), p_what, p_now);
END $$""",
        ("web",),
    ),
    # To the candidate: who asked for their dossier and waits.
    "my_dossier_requests(integer)": (
        f"""
CREATE FUNCTION my_dossier_requests(p_network integer) RETURNS TABLE (id bigint, organisation text, search_firm boolean, asker text,
    reason text, asked_at timestamptz)
{READS} AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_person() = 0 THEN RETURN; END IF;
    RETURN QUERY SELECT r.id, o.name::text, o.kind = 'search_firm', p.name::text, r.reason, r.asked_at FROM dossier_request r
    JOIN organisation o ON o.id = r.seeker_org_id JOIN person p ON p.id = r.asked_by_id
    WHERE r.org_id = p_network AND r.person_id = wall_person() AND r.state = 'asked' ORDER BY r.asked_at;
END $$""",
        ("web",),
    ),
    # Yes until a day, as a consent of its own that is withdrawn like any other; or no.
    "answer_dossier_request(integer, bigint, date, timestamptz)": (
        f"""
CREATE FUNCTION answer_dossier_request(p_network integer, p_id bigint, p_until date, p_now timestamptz) RETURNS text
{DEFINER} AS $$
DECLARE r dossier_request;
BEGIN
    IF NOT wall_sealed() OR wall_person() = 0 THEN RETURN ''; END IF;
    SELECT x.* INTO r FROM dossier_request x WHERE x.org_id = p_network AND x.id = p_id AND x.person_id = wall_person() FOR UPDATE;
    IF r.id IS NULL THEN RETURN ''; END IF;
    IF r.state <> 'asked' THEN RETURN r.state; END IF;
    UPDATE dossier_request x SET state = CASE WHEN p_until IS NULL THEN 'declined' ELSE 'granted' END, answered_at = p_now, until_on = p_until
    WHERE x.org_id = p_network AND x.id = p_id;
    IF p_until IS NOT NULL THEN
        INSERT INTO showing (org_id, id, person_id, what, to_kind, to_org_id, from_on, until_on, hide_from_employer, created_at)
        VALUES (p_network, {NEW_ID}, r.person_id, 'dossier', 'organisation', r.seeker_org_id, current_date, greatest(p_until, current_date),
            false, p_now);
    END IF;
    RETURN 'done';
END $$""",
        ("web",),
    ),
    "dossier_request_told(bigint)": (
        f"""
CREATE FUNCTION dossier_request_told(p_id bigint) RETURNS TABLE (state text, until_on date, card_id bigint, network text, organisation text,
    candidate_id bigint, candidate_org_id integer, candidate_slug text, asker_id bigint, asker_org_id integer, asker_slug text)
{READS} AS $$
#variable_conflict use_column
BEGIN
    IF NOT wall_sealed() OR wall_role() <> 'system' THEN RETURN; END IF;
    RETURN QUERY SELECT r.state::text, r.until_on, r.card_id, n.name::text, s.name::text, r.person_id, w.org_id, w.slug::text,
        CASE WHEN EXISTS (SELECT FROM affiliation a WHERE a.org_id = s.id AND a.person_id = r.asked_by_id AND {WORKS}) THEN r.asked_by_id END,
        s.id, s.slug::text
    FROM dossier_request r JOIN organisation n ON n.id = r.org_id JOIN organisation s ON s.id = r.seeker_org_id
    {AT_WORK.format(person="r.person_id")} w ON true
    WHERE r.org_id = wall_org() AND r.id = p_id;
END $$""",
        ("worker",),
    ),
    # --- secret links: of the secret only the hash is kept ---
    "make_dossier_link(integer, bytea, text, date, timestamptz)": (
        f"""
CREATE FUNCTION make_dossier_link(p_network integer, p_hash bytea, p_recipient text, p_until date, p_now timestamptz) RETURNS boolean
{DEFINER} AS $$
BEGIN
    IF NOT wall_sealed() OR wall_person() = 0 OR NOT EXISTS (SELECT FROM board_dossier b WHERE b.org_id = p_network
        AND b.person_id = wall_person() AND b.published_number IS NOT NULL) THEN RETURN false; END IF;
    INSERT INTO dossier_link (org_id, id, person_id, token_hash, recipient, until_on, created_at)
    VALUES (p_network, {NEW_ID}, wall_person(), p_hash, p_recipient, p_until, p_now);
    RETURN true;
END $$""",
        ("web",),
    ),
    # One link, or without a number all of the viewer's in the network; how many.
    "revoke_dossier_links(integer, bigint, timestamptz)": (
        f"""
CREATE FUNCTION revoke_dossier_links(p_network integer, p_id bigint, p_now timestamptz) RETURNS integer
{DEFINER} AS $$
DECLARE gone integer;
BEGIN
    IF NOT wall_sealed() OR wall_person() = 0 THEN RETURN 0; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('showing', wall_person()));
    UPDATE dossier_link l SET revoked_at = p_now WHERE l.org_id = p_network AND l.person_id = wall_person() AND l.revoked_at IS NULL
        AND (p_id IS NULL OR l.id = p_id);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$""",
        ("web",),
    ),
    # Anybody who has the secret may ask, signed in or not: for whom the link is, and nothing of whose it is. No row: it opens nothing.
    "dossier_link_face(bytea, timestamptz)": (
        f"""
CREATE FUNCTION dossier_link_face(p_hash bytea, p_now timestamptz) RETURNS TABLE (recipient text, until_on date, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT CASE WHEN x.counts THEN l.recipient::text ELSE '' END, l.until_on, CASE WHEN x.counts THEN 'open' ELSE 'gone' END
    FROM dossier_link l CROSS JOIN LATERAL (SELECT {LINK_COUNTS} AS counts) x WHERE l.token_hash = p_hash
$$""",
        ("web",),
    ),
    "open_dossier_link(bytea, timestamptz)": (
        f"""
CREATE FUNCTION open_dossier_link(p_hash bytea, p_now timestamptz) RETURNS TABLE (content jsonb, name text, recipient text, until_on date)
{DEFINER} AS $$
#variable_conflict use_column
DECLARE whose bigint := (SELECT l.person_id FROM dossier_link l WHERE l.token_hash = p_hash); link dossier_link;
BEGIN
    IF whose IS NULL THEN RETURN; END IF;
    PERFORM {OPENING};
    UPDATE dossier_link l SET opened = l.opened + 1 WHERE {LINK_COUNTS} RETURNING l.* INTO link;
    IF link.id IS NULL THEN RETURN; END IF;
    INSERT INTO viewing (org_id, id, person_id, what, link_id, at) VALUES (link.org_id, {NEW_ID}, whose, 'link', link.id, p_now);
    RETURN QUERY SELECT x.content, p.name::text, link.recipient::text, link.until_on
    {PUBLISHED} WHERE b.org_id = link.org_id AND b.person_id = whose;
END $$""",
        ("web",),
    ),
}

# What becomes of candidates is counted again: (function, words there, words instead).
COUNTED = (
    (
        "figure_people(integer, date)",
        "'assessed' END\n        ], NULL)",
        """'assessed' END,
            CASE WHEN EXISTS (SELECT FROM introduction i WHERE i.org_id = e.org_id AND i.person_id = e.person_id
                AND i.decided_at < until AND i.state <> 'declined') THEN 'introduced' END,
            CASE WHEN EXISTS (SELECT FROM introduction i WHERE i.org_id = e.org_id AND i.person_id = e.person_id
                AND i.state = 'appointed' AND i.confirmed_at < until) THEN 'appointed' END
        ], NULL)""",
    ),
    (
        "draw_figures(date, timestamptz)",
        "ARRAY['enrolled', 'completed', 'applied',",
        "ARRAY['enrolled', 'completed', 'appointed', 'introduced', 'applied',",
    ),
)


def _reword(signature: str, there: str, instead: str) -> None:
    execute = op.get_bind().exec_driver_sql
    text = execute("SELECT pg_get_functiondef(%s::regprocedure)", (signature,)).scalar_one()
    if there not in text:
        raise RuntimeError(f"{signature} is not as this migration knows it")
    execute(text.replace(there, instead).replace("%", "%%"))


def upgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, (definition, roles) in FUNCTIONS.items():
        execute(definition)
        execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        for role in roles:
            execute(f"GRANT EXECUTE ON FUNCTION {signature} TO passerelle_{role}")
    for signature, there, instead in COUNTED:
        _reword(signature, there, instead)
    op.execute("SET LOCAL ROLE passerelle_owner")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE passerelle_gate")
    for signature, there, instead in COUNTED:
        _reword(signature, instead, there)
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("SET LOCAL ROLE passerelle_owner")
