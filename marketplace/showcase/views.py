"""A programme's page inside its audience, and its poster."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from marketplace.papers.handing import hand_over
from marketplace.programmes.models import Cohort, CohortPhase, ProgrammeState
from marketplace.programmes.queries import phases_of
from marketplace.programmes.words import PHASES
from marketplace.showcase import commands, queries, words
from marketplace.showcase.joining import first_day, is_over, joining, last_day, next_cohort
from marketplace.showcase.picture import HEIGHT, WIDTH, picture
from marketplace.showcase.poster import LONGEST, SIZES, Column, Poster, in_brief, languages, poster_sheet
from marketplace.showcase.queries import Firm, ProgrammeSeen
from tenants.current import Acting
from tenants.shared import clock
from tenants.shared.errors import Forbidden, Refused

bp = Blueprint("programme_pages", __name__)


def _open_cohort(viewer: Acting, seen: ProgrammeSeen) -> tuple[Sequence[Cohort], Cohort | None, Sequence[CohortPhase]]:
    """The cohorts that the viewer may open, the one that comes next, and its timeline."""
    cohorts = queries.cohorts_shown(viewer, seen)
    timelines = {cohort.id: phases_of(cohort) for cohort in cohorts if cohort.state.value == "open"}
    cohort = next_cohort(cohorts, timelines)
    return cohorts, cohort, timelines[cohort.id] if cohort else ()


@bp.get("/<int:programme_id>")
def show(programme_id: int) -> str:
    seen = queries.programme_seen_or_404(g.acting, programme_id)
    cohorts, cohort, phases = _open_cohort(g.acting, seen)
    modalities = seen.programme.modalities
    own = {one.id: enrolment for enrolment, one in reversed(seen.own)}
    return render_template(
        "showcase/show.html",
        seen=seen,
        programme=seen.programme,
        modalities=modalities,
        host=queries.host_of(seen),
        form_says=words.FORMS[modalities.form],
        phase_says=words.PHASE_SAYS,
        phase_names=PHASES,
        sides=words.sides(modalities),
        asked_of_all=words.asked_of_all(modalities),
        rhythm=words.rhythm(modalities),
        joining=joining(seen, cohort, phases),
        cohort=cohort,
        phases=[one for one in phases if one.skipped_at is None],
        picture=picture(phases, clock.today()),
        width=WIDTH,
        height=HEIGHT,
        cohorts=cohorts,
        own=own,
        others=[one for one in seen.programme.parties if one != seen.programme.org_id],
        firms=queries.named_firms(seen),
        names_firms=queries.names_firms(seen),
        may_hang=(seen.runs or seen.coordinates) and seen.programme.state is ProgrammeState.open,
        poster_firms=queries.poster_firms(seen),
    )


@bp.post("/<int:programme_id>/firms")
def name_firms(programme_id: int) -> ResponseReturnValue:
    seen = queries.run_programme_seen_or_404(g.acting, programme_id)
    named = request.form.get("named") == "1"
    commands.name_firms(acting=g.acting, seen=seen, named=named, now=clock.now())
    flash(
        _("The page names who takes part.") if named else _("The page says how many take part, and names nobody."), "ok"
    )
    return redirect(url_for("programme_pages.show", programme_id=programme_id, _anchor="firms"), 303)


@bp.get("/<int:programme_id>/poster")
def poster(programme_id: int) -> Response:
    """For whoever hangs it up: those who run the programme, and the coordinators of those who take part."""
    seen = queries.programme_seen_or_404(g.acting, programme_id)
    if not (seen.runs or seen.coordinates):
        raise Forbidden(
            _("Posters are for those who run the programme, and for coordinators of the firms that take part.")
        )
    if seen.programme.state is not ProgrammeState.open:
        raise Refused(
            _("The poster’s code leads to the programme’s page, which opens with the programme. Open it first.")
        )
    size = request.args.get("size", "a4")
    where = _hung_at(seen)
    page = url_for("programme_pages.show", organisation=where, programme_id=programme_id)
    host, asked = queries.host_of(seen), languages(request.args.get("languages", words.locale()))
    drawn = Poster(
        size=size if size in SIZES else "a4",
        columns=tuple(_column(seen, locale, LONGEST[len(asked)]) for locale in asked),
        host=host.name,
        accent=host.accent,
        logo=host.logo,
        address=f"{current_app.config['BASE_URL']}{page}",
    )
    back = url_for("programme_pages.show", programme_id=programme_id)
    return hand_over(poster_sheet(drawn), name=f"poster-{where}.pdf", title=_("Poster"), back=back)


def _hung_at(seen: ProgrammeSeen) -> str:
    """The slug of the workspace to which the code leads: people sign in at their own firm, not at the network."""
    if not seen.runs:
        return str(g.acting.slug)
    firms: Sequence[Firm] = queries.poster_firms(seen)
    asked = request.args.get("firm", "")
    found = next((firm for firm in firms if firm.slug == asked), None) or next(iter(firms), None)
    if found is None:
        raise Refused(
            _("Nobody takes part yet. Invite a firm first: the poster’s code leads to the page of its people.")
        )
    return found.slug


def _column(seen: ProgrammeSeen, locale: str, longest: tuple[int, int]) -> Column:
    from marketplace.pages import calendar_day

    programme, modalities = seen.programme, seen.programme.modalities
    _cohorts, cohort, phases = _open_cohort(g.acting, seen)
    dates: list[tuple[str, str]] = []
    with force_locale(locale):
        if cohort is not None:
            begin, end = first_day(phases), last_day(phases)
            if end is not None and begin is not None and not is_over(phases):
                dates.append((_("Come in until"), calendar_day(end.starts_on)))
            dates.append((_("Launch"), calendar_day(cohort.launch_on)))
        return Column(
            locale=locale,
            name=programme.name(locale),
            aims=in_brief(modalities.aims.text(locale), longest[0]) or str(words.FORMS[modalities.form]),
            audience=in_brief(modalities.audience.text(locale), longest[1]),
            rhythm=words.rhythm(modalities),
            dates=tuple(dates),
        )
