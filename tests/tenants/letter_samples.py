"""A sample of what each kind of letter is told, for every test that writes letters. A new kind needs one here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

BASE = "http://localhost"
DUE = datetime(2026, 12, 4, 17, 0, tzinfo=UTC)
SIMILAR = [{"name": "Iris Tournier", "url": "/acme/mentors/4"}, {"name": "Paul Arden", "url": "/acme/mentors/5"}]

REQUEST = {"mentee_name": "Mia Acme", "mentee_firm": "Acme", "answer_url": "/links/abc", "due_at": DUE.isoformat()}
ANSWER = {"mentor_name": "Max Globex", "mentor_firm": "Globex", "url": "/acme/requests/7", "due_at": DUE.isoformat()}
PAIR = {"other_name": "Max Globex", "other_firm": "Globex", "url": "/acme/mentorships/7"}
ENROLMENT = {
    "programme": "Crossing",
    "name": "Mia Acme",
    "side": "mentee",
    "form": "cross_company",
    "url": "/links/abc",
}
COHORT = {"programme": "Crossing", "url": "/acme/cohorts/7"}
CALENDAR = {
    "method": "REQUEST",
    "uid": "meeting-7@passerelle",
    "sequence": 2,
    "summary": "Mia Acme – Max Globex",
    "start": DUE.isoformat(),
    "end": (DUE + timedelta(hours=1)).isoformat(),
    "zone": "America/Toronto",
    "location": "Room 4",
    "url": "/acme/mentorships/7",
    "attendees": [
        {"name": "Mia Acme", "reads": True, "accepted": True},
        {"name": "Max Globex", "reads": False, "accepted": False},
    ],
}
MEETING = {
    "other_name": "Max Globex",
    "starts_at": DUE.isoformat(),
    "minutes": 60,
    "where": "Room 4",
    "talk": False,
    "other_zone": "America/Toronto",
    "by_reader": False,
    "by_nobody": False,
    "what": "moved",
    "url": "/links/abc",
    "calendar": CALENDAR,
}
EVENT = {
    "event_title": "We begin",
    "starts_at": DUE.isoformat(),
    "minutes": 60,
    "where": "Lyon",
    "event_zone": "America/Toronto",
    "what": "invited",
    "url": "/links/abc",
}
SAMPLES = {
    "subscription_started": {"programme": "Ready", "seats": 3, "url": "/acme/subscriptions/7"},
    "payment_failed": {"programme": "Ready", "seats": 3, "grace_at": DUE.isoformat(), "url": "/acme/subscriptions/7"},
    "subscription_ended": {"programme": "Ready", "seats": 3, "url": "/acme/subscriptions/7"},
    "invoice_due": {
        "programme": "Ready",
        "number": "P-0001",
        "cents": 480_000,
        "currency": "eur",
        "order": "PO-77",
        "due_on": "2026-12-04",
        "url": "/acme/subscriptions/7",
    },
    "seat_nominated": {
        "name": "Mia Acme",
        "by": "Ann Acme",
        "programme": "Ready",
        "office": "chair",
        "url": "/acme/tracks/7",
    },
    "pair_proposed": PAIR | {"form": "reverse"},
    "circle_changed": {"circle": "North", "name": "Max Globex", "what": "left", "missing": 1, "url": "/acme/circles/1"},
    "circle_seat": {"circle": "North", "what": "joined", "url": "/acme/circles/1"},
    "circle_small": {"circle": "North", "missing": 2, "url": "/bridge/circles/1"},
    "circle_meeting": {
        "circle": "North",
        "what": "set",
        "starts_at": DUE.isoformat(),
        "minutes": 90,
        "where": "Lyon",
        "url": "/acme/circles/1",
        "calendar": CALENDAR,
    },
    "proposal_undone": {"other_name": "Max Globex", "url": "/acme/requests/7"},
    "role_changed": {"role": "hr_partner", "by": "Abe Acme", "url": "/acme/mentors/"},
    "affiliation_ending": {"ended_on": "2026-12-31", "url": "/workspaces/?all=1"},
    "affiliation_ended": {"url": "/workspaces/?all=1"},
    "assistance_offered": {"other_name": "Ann Acme", "url": "/acme/assisting/"},
    "assistant_reminder": {
        "other_name": "Gus Globex",
        "count": 2,
        "due_at": DUE.isoformat(),
        "url": "/globex/requests/",
    },
    "request_closed": {"other_name": "Max Globex", "other_firm": "Globex", "url": "/acme/requests/1"},
    "mentorship_question": {
        "other_name": "Max Globex",
        "url": "/acme/mentorships/1",
        "why": "employer_changed",
        "due_at": DUE.isoformat(),
    },
    **{
        f"mentorship_{state}": {"other_name": "Max Globex", "url": "/acme/mentorships/1", "why": ""}
        for state in ("continues", "waits", "paused", "ended")
    },
    "charter_reminder": {"other_name": "Max Globex", "url": "/links/abc", "number": 2},
    "pair_added": {"other_name": "Max Globex", "notes": 1, "files": 2, "url": "/acme/mentorships/1#files"},
    "charter_proposed": {"other_name": "Max Globex", "url": "/links/abc", "number": 2},
    "charter_signed": {"other_name": "Max Globex", "url": "/links/abc", "last_at": DUE.isoformat()},
    "closing_asked": {"other_name": "Max Globex", "url": "/links/abc", "last_at": DUE.isoformat()},
    "closing_proposed": {"other_name": "Max Globex", "url": "/links/abc"},
    "look_back_invited": {"other_name": "Max Globex", "url": "/links/abc"},
    "thanks_written": {"other_name": "Max Globex", "url": "/links/abc"},
    "event_invited": EVENT | {"calendar": CALENDAR},
    "event_changed": EVENT | {"calendar": CALENDAR},
    "event_cancelled": EVENT | {"what": "left"},
    "event_reminder": EVENT | {"coming": "yes"},
    "event_place": EVENT,
    "training_completed": {"programme": "Crossing", "url": "/acme/cohorts/1/training"},
    "certificate_issued": {
        "other_name": "Max Globex",
        "url": "/links/abc",
        "certificate_url": "/certificates/abcde-fghij-kmnop-qrstu-vwxyz",
    },
    "ending_note": {"url": "/acme/endings/"},
    "message_received": {
        "other_name": "Max Globex",
        "count": 2,
        "url": "/links/abc",
        "reply_to": f"reply+{'a' * 32}@in.passerelle.example",
    },
    "check_in_asked": PAIR | {"due_at": DUE.isoformat()},
    "review_asked": PAIR | {"due_at": DUE.isoformat()},
    "review_ready": PAIR,
    "pair_quiet": PAIR | {"since_at": DUE.isoformat(), "by_coordinator": 1},
    "quiet_hint": {
        "name": "Mia Acme",
        "other_firm": "Globex",
        "since_at": DUE.isoformat(),
        "url": "/acme/pairs/?standing=quiet",
    },
    "extension_proposed": PAIR | {"ends_at": DUE.isoformat(), "due_at": DUE.isoformat()},
    "extension_agreed": PAIR | {"ends_at": DUE.isoformat()},
    "extension_declined": PAIR,
    "pause_planned": PAIR | {"begins_at": DUE.isoformat(), "until_at": DUE.isoformat()},
    "enrolment_asked": ENROLMENT | {"due_at": DUE.isoformat()},
    "enrolment_answered": ENROLMENT | {"what": "enrolled"},
    "enrolment_to_approve": ENROLMENT | {"what": "", "due_at": DUE.isoformat()},
    "enrolment_to_decide": ENROLMENT | {"what": ""},
    "enrolment_ended": ENROLMENT | {"what": "declined"},
    "manager_view_asked": ENROLMENT,
    "cohort_opened": COHORT,
    "cohort_phase_opened": COHORT | {"phase": "training"},
    "cohorts_wait": {
        "url": "/bridge/cohorts/7",
        "waiting": [
            {
                "programme": "Crossing",
                "number": 5,
                "lines": [
                    {"what": "by_hand", "phase": "matching", "open": 3},
                    {"what": "unready", "phase": "launch", "begins_on": "2027-01-11", "open": 1},
                    {"what": "decisions", "count": 2, "days": 7, "open": 0},
                ],
            }
        ],
    },
    "cohort_over": COHORT | {"what": "cancelled"},
    "enrolment_place_free": ENROLMENT | {"what": "choose"},
    "request_over_in_cohort": {
        "other_name": "Max Globex",
        "programme": "Crossing",
        "what": "left_cohort",
        "url": "/acme/requests/1",
    },
    "pair_within_firm": {
        "mentee": "Mia Acme",
        "mentor": "Max Globex",
        "firm": "Globex",
        "programme": "Crossing",
        "url": "/bridge/cohorts/1/matching/",
    },
    "request_received": REQUEST,
    "request_reminder": REQUEST,
    "information_asked": ANSWER,
    "information_given": REQUEST,
    "request_accepted": ANSWER,
    "request_declined": ANSWER | {"similar": SIMILAR},
    "request_expired": ANSWER | {"can_resend": True, "similar": []},
    "request_expired_mentor": {"mentee_name": "Mia Acme"},
    "request_withdrawn": {"mentee_name": "Mia Acme"},
    "request_lapsed": PAIR,
    "mentorship_confirmed": PAIR | {"mentor": False, "charter_url": "/links/def"},
    **{f"meeting_{kind}": MEETING for kind in ("planned", "moved", "cancelled", "reminder")},
    "meeting_asked": MEETING | {"next_url": "/links/def"},
    **{
        f"chemistry_{kind}": PAIR | {"mentor": True, "due_at": DUE.isoformat()} for kind in ("wanted", "asked", "ended")
    },
    "meeting_assisted": MEETING | {"executive_name": "Abe Acme"},
    "employer_asked": REQUEST | ANSWER,
    "employer_refused": ANSWER,
    "employer_approved": ANSWER,
    "concern_reported": {"url": "/bridge/requests/concerns"},
    "place_free": ANSWER,
    "profile_published": {"url": "/globex/profile"},
    "invitation": {
        "name": "Zoe Acme",
        "inviter_name": "Ann Acme",
        "url": f"{BASE}/invitations/abc",
        "expires_at": DUE.isoformat(),
        "role": "hr_partner",
    },
    **{
        kind: {
            "runner_name": "Bridge",
            "programme_en": "Crossing",
            "programme_fr": "Traversée",
            "url": "/acme/programmes/askings/1/2",
        }
        for kind in ("programme_party_asked", "programme_party_added")
    },
    "programme_party_answered": {
        "firm_name": "Globex",
        "programme_en": "Crossing",
        "programme_fr": "Traversée",
        "state": "active",
        "url": "/bridge/programmes/2/parties",
    },
    "firm_invited": {"network_name": "Bridge", "url": "/acme/settings"},
    "firm_nudged": {"network_name": "Bridge", "step": "people", "url": "/acme/welcome/people"},
    "agreement_renewed": {"network_name": "Bridge", "holds_on": "2026-12-31", "url": "/acme/agreements/1"},
    "domain_lost": {
        "domain": "acme.example",
        "record_name": "_passerelle.acme.example",
        "record_value": "passerelle-verification=ab12",
        "url": "/acme/domains/1",
    },
    "domain_code": {
        "name": "",
        "domain": "acme.example",
        "code": "ab23 cd45",
        "person_name": "Ann Acme",
        "expires_at": "2026-12-04T17:00:00+00:00",
    },
    "account_exists": {"url": "/sign-in"},
    "password_reset": {"url": "/forgotten-password/abc", "minutes": 30},
    "password_changed": {},
    "sign_in_code": {"code": "123456", "purpose": "sign_in", "minutes": 10},
    "new_device": {"browser": "Firefox", "system": "macOS", "signed_in_at": DUE.isoformat(), "url": "/account"},
    "address_confirmation": {"url": "/account/address/confirmations/abc", "name": "Mia Acme"},
    "address_changed": {
        "url": "/account/address/reversals/abc",
        "name": "Mia Acme",
        "new_address": "mia@new.example",
        "until_at": DUE.isoformat(),
    },
    "second_factor_off": {"url": "/account"},
    "export_ready": {"url": "/account/privacy/", "until_at": DUE.isoformat()},
    "erasure_asked": {"undo_url": "/account/privacy/erasure/abc", "due_at": DUE.isoformat()},
    "digest": {"count": 3, "items": SIMILAR},
    "pair_left": {"name": "Max Globex", "url": "/acme/mentorships/4"},
    "request_ended": {"name": "Max Globex", "url": "/acme/requests/4"},
}
