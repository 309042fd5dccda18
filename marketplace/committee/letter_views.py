"""Match letters as files: for the committee, and for each of the two once they are asked."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, abort, g, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.committee import lists, queries
from marketplace.committee.benches import Bench, led_bench_or_404, names_of
from marketplace.committee.match_letters import LANGUAGES, MOST, ToTheTwo, letters_sheet, of_proposal
from marketplace.committee.models import MatchProposal, RunState
from marketplace.pairing.candidates import standings
from marketplace.pairing.queries import of_cohort
from marketplace.papers.handing import hand_over
from marketplace.requests.models import OPEN_STATES, RequestState
from marketplace.requests.queries import request_or_404
from tenants.shared.errors import Refused

bp = Blueprint("match_letters", __name__)
of_the_two = Blueprint("match_letter", __name__)


def _language() -> str:
    wanted = request.args.get("language", str(get_locale())[:2])
    return wanted if wanted in LANGUAGES else "en"


@bp.get("/pairs/<int:mentee>/<int:mentor>/letter")
def show(cohort_id: int, number: int, mentee: int, mentor: int) -> Response:
    """Of any pair of a version, as the two would read it; published or not."""
    bench = led_bench_or_404(g.acting, cohort_id)
    run = queries.run_or_404(bench, bench.cohort, number)
    letters = _letters(bench, [lists.proposal_or_404(run, (mentee, mentor))]) or abort(404)
    back = url_for("committee.pair", cohort_id=cohort_id, number=number, mentee=mentee, mentor=mentor)
    sheet = letters_sheet(bench.cohort, bench.seen.programme, letters, _language())
    return hand_over(sheet, name=_("match-letter") + ".pdf", title=_("Match letter"), back=back)


@bp.get("/letters")
def all_of_them(cohort_id: int, number: int) -> Response:
    """Of a published version, ``MOST`` in a file: ``part`` counts from 1."""
    bench = led_bench_or_404(g.acting, cohort_id)
    run = queries.run_or_404(bench, bench.cohort, number)
    back = url_for("committee.show", cohort_id=cohort_id, number=number)
    if run.state is not RunState.solved or run.published_at is None:
        raise Refused(_("Letters are there once the version is published."), way_back=back)
    part = request.args.get("part", 1, type=int)
    if not 1 <= part <= 1000:
        abort(404)
    proposals = queries.proposals_of(run)[(part - 1) * MOST : part * MOST]
    letters = _letters(bench, proposals) or abort(404)
    sheet = letters_sheet(bench.cohort, bench.seen.programme, letters, _language())
    name = _("match-letters") + f"-{run.number}" + (f"-{part}.pdf" if part > 1 else ".pdf")
    return hand_over(sheet, name=name, title=_("Match letters"), back=back)


def _letters(bench: Bench, proposals: Sequence[MatchProposal]) -> list[ToTheTwo]:
    """Where the two stand by now; nobody is written about who has left."""
    names = names_of(bench, [who for one in proposals for who in (one.mentee_enrolment_id, one.mentor_enrolment_id)])
    stand = {(one.mentee_person_id, one.mentor_person_id): one for one in reversed(standings(bench.cohort))}
    found = []
    for one in proposals:
        mentee, mentor = names.get(one.mentee_enrolment_id), names.get(one.mentor_enrolment_id)
        if mentee and mentor:
            asked = stand.get((mentee.person_id, mentor.person_id))
            live = asked is not None and asked.state in {*OPEN_STATES, RequestState.confirmed}
            where = {"state": asked.state, "due_at": asked.due_at} if asked and live else {}
            found.append(of_proposal(one, mentee, mentor, **where))
    return found


@of_the_two.get("")
def show_theirs(request_id: int) -> Response:
    """For each of the two, from their request's page: of what the committee proposed, as long as it stands."""
    seen = request_or_404(g.acting, request_id)
    of = of_cohort(g.acting, seen.asked)
    if of is None or not (of.reason or of.because) or seen.asked.state not in {*OPEN_STATES, RequestState.confirmed}:
        abort(404)
    letter = ToTheTwo(
        seen.mentee.name,
        seen.mentee.firm,
        seen.mentor.name,
        seen.mentor.firm,
        of.because or (),
        of.reason or "",
        seen.asked.state,
        seen.asked.due_at,
    )
    sheet = letters_sheet(of.cohort, of.programme, [letter], _language())
    back = url_for("requests.show", request_id=request_id)
    return hand_over(sheet, name=_("match-letter") + ".pdf", title=_("Match letter"), back=back)
