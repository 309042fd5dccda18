"""The log's verbs as sentences. A verb without one here fails a test, so no line is ever shown raw."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from tenants.shared.models import Activity

SENTENCES = {
    "firm.admitted": _l("admitted a firm: %(firm)s"),
    "firm.asked_to_join": _l("asked a firm to join"),
    "firm.active": _l("put a membership back in force"),
    "firm.suspended": _l("suspended a member firm"),
    "firm.left": _l("ended a membership"),
    "firm.nudged": _l("reminded %(firm)s of its next step"),
    "firm.reminded": _l("reminded your firm of its next step"),
    "firm.quota_set": _l("set how many people a firm may bring"),
    "admission.given": _l("admitted the search firm at %(slug)s"),
    "admission.accepted": _l("accepted the rules for search firms (%(slug)s)"),
    "admission.ended": _l("ended the admission of the search firm at %(slug)s"),
    "introduction.asked": _l("asked to meet a candidate"),
    "introduction.withdrawn": _l("took back a question to a candidate"),
    "introduction.settled": _l("recorded what came of an introduction"),
    "introduction.facilitated": _l("took up an introduction that a candidate asked to be helped with"),
    "dossier.asked": _l("asked for a candidate’s full dossier"),
    "agreement.published": _l("published version %(number)s of the participation agreement"),
    "agreement.accepted": _l("accepted the participation agreement of %(network)s, version %(number)s"),
    "domain.named": _l("named the e-mail domain %(domain)s"),
    "domain.verified": _l("proved the e-mail domain %(domain)s"),
    "domain.lost": _l("no longer found the DNS record of %(domain)s"),
    "domain.found": _l("found the DNS record of %(domain)s again"),
    "domain.removed": _l("took the e-mail domain %(domain)s off the list"),
    "conflict.none_declared": _l("stated that there is no conflict of interest"),
    "organisation.welcomed": _l("finished the welcome"),
    "conflict.declared": _l("declared a conflict of interest"),
    "conflict.ended": _l("ended a conflict of interest"),
    "organisation.created": _l("created the organisation"),
    "organisation.settings_changed": _l("changed the settings"),
    "invitation.sent": _l("invited %(name)s"),
    "invitation.accepted": _l("took up an invitation"),
    "invitation.withdrawn": _l("withdrew the invitation of %(name)s"),
    "invitation.sent_again": _l("sent invitations again: %(number)s"),
    "people.imported": _l("imported people from %(file)s: %(new)s new, %(changed)s changed"),
    "people.import_undone": _l("undid the import of %(file)s; invitations withdrawn: %(withdrawn)s"),
    "people.role_imported": _l("changed the role of %(name)s by spreadsheet"),
    "track.written": _l("wrote the board track “%(title)s”"),
    "track.opened": _l("opened the board track “%(title)s”"),
    "track.closed": _l("closed the board track “%(title)s”"),
    "payment_key.set": _l("entered a key of the network’s own Stripe account"),
    "payment_key.removed": _l("removed the key of the network’s own Stripe account"),
    "subscription.asked": _l("asked for a subscription of %(number)s seats"),
    "subscription.started": _l("began a subscription to a board track"),
    "subscription.overdue": _l("has a payment overdue for a board track"),
    "subscription.paid": _l("paid what was overdue for a board track"),
    "subscription.seats_changed": _l("changed a subscription to %(number)s seats"),
    "subscription.cancelled": _l("cancelled a subscription for the end of its year"),
    "subscription.details_changed": _l("changed what stands on the invoices of a subscription"),
    "subscription.renewed": _l("let a cancelled subscription go on"),
    "subscription.ended": _l("came to the end of a subscription"),
    "subscription.healed": _l("brought a subscription in line with the payment service: %(what)s"),
    "event.published": _l("published an event: %(title)s"),
    "event.changed": _l("changed an event: %(title)s"),
    "event.cancelled": _l("cancelled an event: %(title)s"),
    "dossier.published": _l("published a board dossier"),
    "dossier.withdrawn": _l("withdrew a board dossier"),
    "seat.described": _l("described a board seat to fill"),
    "seat.revised": _l("changed what a board seat asks for"),
    "selection.closed": _l("closed the record of a selection"),
    "questionnaire.published": _l("published a version of a questionnaire"),
    "questionnaire.planned": _l("planned a questionnaire"),
    "questionnaire.moved": _l("changed the days of a questionnaire"),
    "questionnaire.cancelled": _l("called off a questionnaire"),
    "questionnaire.closed": _l("closed a questionnaire"),
    "profile.published": _l("published a mentor page"),
    "profile.paused": _l("paused a mentor page"),
    "profile.resumed": _l("resumed a mentor page"),
    "profile.withdrawn": _l("withdrew a mentor page"),
    "profile.changed": _l("published changes to a mentor page"),
    "request.put_to_employer": _l("asked a mentor; the employer’s answer is awaited"),
    "request.approved": _l("approved a request"),
    "request.refused_by_employer": _l("did not approve a request"),
    "request.needed_no_approval": _l("asked a mentor straight: there was nobody else to approve it"),
    "request.sent": _l("asked a mentor"),
    "request.proposed": _l("proposed a pair in a cohort"),
    "match.asked": _l("had a cohort matched: version %(number)s"),
    "match.published": _l("published version %(number)s of a match"),
    "match.followed": _l("had the next best asked after a no: version %(number)s"),
    "match.cascade_stopped": _l("stopped asking the next best of version %(number)s"),
    "match.cascade_resumed": _l("resumed asking the next best of version %(number)s"),
    "consent.asked": _l("was asked to say yes to a pair that a committee proposes"),
    "consent.given": _l("said yes to a pair that a committee proposes"),
    "consent.refused": _l("said no to a pair that a committee proposes"),
    "request.agreed_by_firms": _l("sent a proposed pair on: both organisations agreed"),
    "nomination.member_named": _l("named %(person)s to the nomination committee"),
    "nomination.member_removed": _l("took %(person)s off the nomination committee"),
    "match.member_appointed": _l("appointed %(person)s to a matching committee"),
    "match.member_removed": _l("took %(person)s off a matching committee"),
    "request.proposal_undone": _l("took back the proposal of a pair"),
    "request.more_asked": _l("asked the mentee for more"),
    "request.answered": _l("answered the mentor’s question"),
    "request.accepted": _l("accepted a request"),
    "request.declined": _l("declined a request"),
    "request.withdrawn": _l("withdrew a request"),
    "request.expired": _l("closed a request that nobody answered"),
    "request.lapsed": _l("closed a request that was not confirmed"),
    "mentorship.confirmed": _l("confirmed a mentorship"),
    "concern.reported": _l("A concern was reported"),
    "concern.handled": _l("marked a concern as handled"),
    "mentorship.agreement_signed": _l("noted that a mentoring agreement is signed"),
    "kit.added": _l("added “%(title)s” to a programme’s kit"),
    "kit.saved": _l("wrote “%(title)s” in a programme’s kit"),
    "kit.followed": _l("went back to the default text of “%(title)s” in a programme’s kit"),
    "kit.removed": _l("took “%(title)s” out of a programme’s kit"),
    "kit.firms_named": _l("had a programme’s page name the organisations that take part"),
    "kit.firms_counted": _l("had a programme’s page only count the organisations that take part"),
    "charter.rules_published": _l("published version %(number)s of the rules for mentoring agreements"),
    "mentorship.question_asked": _l("asked a pair how it goes on"),
    "mentorship.continued": _l("noted that a mentorship goes on"),
    "mentorship.extended": _l("noted that a mentorship goes on for longer"),
    "mentorship.paused": _l("noted that a mentorship is paused"),
    "mentorship.ended": _l("noted that a mentorship has ended"),
    "enrolment.nominated": _l("nominated %(name)s for a programme"),
    "enrolment.nomination_withdrawn": _l("withdrew a nomination for a programme"),
    "enrolment.applied": _l("applied to a programme"),
    "enrolment.approved": _l("approved an application to a programme"),
    "enrolment.not_approved": _l("did not approve an application to a programme"),
    "enrolment.taken_in": _l("took somebody into a cohort"),
    "enrolment.put_on_list": _l("put somebody on a cohort’s waiting list"),
    "enrolment.refused": _l("did not take somebody into a cohort"),
    "enrolment.departure_noted": _l("noted that somebody left a cohort early"),
    "enrolment.nudged": _l("reminded somebody whose answer a cohort waits for"),
    "cohort.created": _l("made a cohort"),
    "cohort.opened": _l("opened a cohort"),
    "cohort.phase_opened": _l("opened a phase of a cohort"),
    "cohort.timeline_changed": _l("changed the days of a cohort"),
    "cohort.settings_changed": _l("changed the settings of a cohort"),
    "cohort.closed": _l("closed a cohort"),
    "lesson.written": _l("wrote a lesson of a cohort"),
    "lesson.taken_off": _l("took a lesson off a cohort’s review"),
    "report.asked": _l("had a cohort’s report drawn"),
    "cohort.cancelled": _l("cancelled a cohort"),
    "pair.nudged": _l("asked us to write kindly to a pair that has been quiet"),
    "rhythm.quiet_days_set": _l("set after how many days a pair counts as quiet: %(number)s"),
    "measures.cost_set": _l("noted what a cohort costs"),
    "evaluation.minimum_group_set": _l("set from how many people a figure may come: %(number)s"),
    "request.closed": _l("closed a request because somebody had left, or a cohort was over"),
    "affiliation.role_changed": _l("changed the role of %(name)s"),
    "affiliation.changed": _l("corrected what %(name)s does"),
    "affiliation.ending_planned": _l("planned the departure of %(name)s"),
    "affiliation.ending_withdrawn": _l("took back the planned departure of %(name)s"),
    "affiliation.ended": _l("noted the departure of %(name)s"),
    "assistance.offered": _l("named an assistant"),
    "assistance.accepted": _l("agreed to an assistance"),
    "assistance.ended": _l("ended an assistance"),
    "conflict.changed": _l("changed a conflict of interest"),
    "conflict.list_declared": _l("declared conflicts of interest from a list"),
    "group.offered": _l("asked a company to form a group"),
    "group.answered": _l("answered a company that asked to form a group"),
    "group.left": _l("took a company out of the group"),
    "group.sight_changed": _l("changed what companies of the group see of each other"),
    "letter.sent_again": _l("sent a letter again"),
    "account.erased": _l("erased the account of a former member, as they had asked"),
    "organisation.retention_changed": _l("changed how long data is kept"),
    "programme.created": _l("made the programme %(programme)s"),
    "programme.cloned": _l("made the programme %(programme)s from %(source)s"),
    "programme.changed": _l("changed the design of %(programme)s"),
    "programme.turned_open": _l("opened the programme %(programme)s"),
    "programme.turned_draft": _l("made the programme %(programme)s a draft again"),
    "programme.turned_archived": _l("archived the programme %(programme)s"),
    "programme.lent": _l("lent the design of %(programme)s to the member firms"),
    "programme.loan_ended": _l("took back the design of %(programme)s"),
    "programme.parties_chosen": _l("chose who takes part in %(programme)s: %(number)s"),
    "programme.party_asked": _l("asked “%(slug)s” to take part in %(programme)s"),
    "programme.school_invited": _l("invited the school %(school)s to take part in %(programme)s"),
    "programme.asking_withdrawn": _l("no longer asks “%(slug)s” to take part in %(programme)s"),
    "programme.asking_accepted": _l("agreed to take part in %(programme)s of %(runner)s"),
    "programme.asking_declined": _l("declined to take part in %(programme)s of %(runner)s"),
    "programme.party_left": _l("left the programme %(programme)s of %(runner)s"),
    "organisation.data_deleted": _l("deleted what is kept no longer: %(number)s (%(subject)s)"),
}

KINDS = {
    "organisation": _l("Organisation"),
    "conflict": _l("Conflicts of interest"),
    "agreement": _l("Participation agreement"),
    "charter": _l("Rules for mentoring agreements"),
    "kit": _l("Programme kits and pages"),
    "invitation": _l("Invitations"),
    "people_import": _l("People by spreadsheet"),
    "affiliation": _l("People"),
    "mentor_profile": _l("Mentor pages"),
    "request": _l("Requests"),
    "mentorship": _l("Mentorships"),
    "concern": _l("Concerns"),
    "letter": _l("Letters"),
    "account": _l("Accounts"),
    "assistance": _l("Assistants"),
    "group": _l("Groups of companies"),
    "programme": _l("Programmes"),
}

SUBJECTS = {
    "requests": _l("words of closed requests"),
    "mentorships": _l("words of ended mentorships"),
    "letters": _l("letters"),
    "notices": _l("notices"),
    "invitations": _l("invitations"),
    "activity": _l("activity log"),
}
"""What an organisation keeps for a time; see ``tenants/privacy/retention.py``."""

ICONS = {
    "organisation": "firm",
    "conflict": "shield",
    "agreement": "document",
    "charter": "document",
    "kit": "document",
    "invitation": "mail",
    "people_import": "upload",
    "affiliation": "person",
    "mentor_profile": "person",
    "request": "request",
    "mentorship": "mentorship",
    "concern": "flag",
    "letter": "mail",
    "account": "lock",
    "assistance": "people",
    "group": "firm",
    "programme": "programme",
}


WHOLE = frozenset({"concern.reported"})
"""Sentences that name nobody, whoever acted."""


class _Blank(dict[str, str]):
    def __missing__(self, _key: str) -> str:
        return "…"


def actor(line: Activity) -> str:
    """Who did it, by the name they had then; who has left for good has none."""
    if name := line.people.get("actor"):
        return name
    return gettext("A former member") if "actor" in line.marks or line.actor_person_id else gettext("The clock")


def act(line: Activity) -> str:
    """What was done, in the reader's language."""
    known = SENTENCES.get(line.verb)
    if known is None:
        return line.verb
    gone = {slot: gettext("a former member") for slot in line.marks}
    facts = {
        key: str(SUBJECTS.get(value, value)) if key == "subject" else str(value) for key, value in line.data.items()
    }
    return str(known) % _Blank(gone | facts | line.people)


def sentence(line: Activity) -> str:
    """``Ann Acme invited Mia Acme``, in the reader's language."""
    if line.verb in WHOLE:
        return act(line)
    return f"{actor(line)} {act(line)}"
