"""A firm's welcome: its administrators' first steps here, each with an address of its own, to be left and come back to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tenants.agreements import queries as agreements
from tenants.conflicts.queries import conflicts as declared_conflicts
from tenants.current import enter_workspace
from tenants.domains import queries as domains
from tenants.organisations import commands, queries, steps
from tenants.organisations.forms import (
    APPROVAL_DETAILS,
    ApprovalStepForm,
    FirstNameStepForm,
    LanguageStepForm,
    MarketplaceStepForm,
    NameStepForm,
)
from tenants.organisations.marks import EncodedLogo, UnusablePicture, encode_logo
from tenants.organisations.models import ApprovalRule, StepState
from tenants.organisations.policy import may_welcome
from tenants.organisations.words import industry_choices, reserved_words
from tenants.shared import clock
from tenants.shared.errors import Refused

bp = Blueprint("welcome", __name__)


@bp.before_request
def only_those_who_welcome() -> None:
    if g.acting is None or not may_welcome(g.acting):
        abort(404)


def _step_url(step: str | None) -> str:
    return url_for(f"welcome.{step}") if step else url_for("welcome.end")


def _page(step: str, **values: Any) -> str:
    progress = steps.progress(g.acting)
    return render_template(
        f"welcome/{step}.html",
        step=step,
        steps=steps.STEPS,
        progress=progress,
        before=progress.before(step),
        step_url=_step_url,
        organisation=queries.own_organisation(g.acting),
        here=url_for(f"welcome.{step}"),
        **values,
    )


def _onward(step: str, state: StepState = StepState.done) -> ResponseReturnValue:
    """Keep what was done, and go to the step behind."""
    steps.take_step(acting=g.acting, step=step, state=state, now=clock.now())
    return redirect(_step_url(steps.progress(g.acting).after(step)), 303)


def _save(**values: Any) -> None:
    organisation = queries.own_organisation(g.acting)
    commands.save_settings(acting=g.acting, organisation=organisation, values=values, now=clock.now())


@bp.get("/")
def index() -> ResponseReturnValue:
    """Where the firm stopped last time."""
    return redirect(_step_url(steps.progress(g.acting).next_step), 303)


@bp.post("/<step>/skipping")
def skip(step: str) -> ResponseReturnValue:
    # A firm without a name has nothing to go on with.
    if step not in steps.STEPS or step == "name":
        abort(404)
    return _onward(step, StepState.skipped)


def _name_form() -> NameStepForm:
    organisation = queries.own_organisation(g.acting)
    if organisation.provisional:
        form: NameStepForm = FirstNameStepForm(
            reserved=reserved_words(), data={"accent": organisation.accent, "industry": organisation.industry}
        )
    else:
        form = NameStepForm(obj=organisation)
    form.industry.choices = industry_choices()
    return form


def _name_page(form: NameStepForm) -> str:
    return _page("name", form=form, logo=queries.own_logo(g.acting))


@bp.get("/name")
def name() -> str:
    return _name_page(_name_form())


@bp.post("/name")
def set_name() -> ResponseReturnValue:
    form = _name_form()
    form.take_offer(request.form.get("accent_offered"))
    if not form.validate_on_submit():
        return _name_page(form), 422
    try:
        logo = _sent_logo()
    except UnusablePicture as refusal:
        form.logo.errors = [str(refusal)]
        return _name_page(form), 422
    values = {
        "name": form.name.data,
        "industry": form.industry.data or None,
        "accent": form.accent.data.lower(),
    }
    named = form.chosen_slug if isinstance(form, FirstNameStepForm) else g.acting.slug
    if isinstance(form, FirstNameStepForm):
        values |= {"slug": named, "provisional": False}
    try:
        _save(**values)
    except Refused as refusal:
        if refusal.status != 409 or not isinstance(form, FirstNameStepForm):
            raise
        form.slug.errors = [refusal.sentence]
        return _name_page(form), 422
    if named != g.slug:
        # From here on the workspace is found under its own address only.
        g.slug, g.acting = named, enter_workspace(named)
    if logo is not None:
        commands.set_logo(acting=g.acting, logo=logo, now=clock.now())
    steps.take_step(acting=g.acting, step="name", state=StepState.done, now=clock.now())
    return redirect(url_for("welcome.languages"), 303)


def _sent_logo() -> EncodedLogo | None:
    sent = request.files.get("logo")
    return encode_logo(sent.read()) if sent and sent.filename else None


@bp.get("/languages")
def languages() -> str:
    return _page("languages", form=LanguageStepForm(obj=queries.own_organisation(g.acting)))


@bp.post("/languages")
def set_languages() -> ResponseReturnValue:
    form = LanguageStepForm()
    if not form.validate_on_submit():
        return _page("languages", form=form), 422
    _save(locale=form.locale.data)
    return _onward("languages")


@bp.get("/domains", endpoint="domains")
def domains_page() -> str:
    return _page("domains", domains=domains.domains(g.acting))


@bp.post("/domains")
def set_domains() -> ResponseReturnValue:
    return _onward("domains")


def _approval_page(form: ApprovalStepForm) -> str:
    return _page("approval", form=form, details=APPROVAL_DETAILS)


@bp.get("/approval")
def approval() -> str:
    return _approval_page(ApprovalStepForm(obj=queries.own_organisation(g.acting)))


@bp.post("/approval")
def set_approval() -> ResponseReturnValue:
    form = ApprovalStepForm()
    if not form.validate_on_submit():
        return _approval_page(form), 422
    _save(
        request_approval=ApprovalRule(form.request_approval.data),
        max_open_requests=form.max_open_requests.data,
    )
    return _onward("approval")


@bp.get("/marketplace")
def marketplace() -> str:
    form = MarketplaceStepForm(obj=queries.own_organisation(g.acting))
    return _page("marketplace", form=form, market=queries.marketplace_figures(g.acting))


@bp.post("/marketplace")
def set_marketplace() -> ResponseReturnValue:
    form = MarketplaceStepForm()
    if not form.validate_on_submit():
        return _page("marketplace", form=form, market=queries.marketplace_figures(g.acting)), 422
    _save(in_marketplace=form.in_marketplace.data)
    return _onward("marketplace")


@bp.get("/agreements", endpoint="agreements")
def agreements_page() -> str:
    return _page("agreements", asked=agreements.agreements_asked(g.acting), today=clock.today())


@bp.post("/agreements")
def set_agreements() -> ResponseReturnValue:
    today = clock.today()
    if not all(one.holds(today) for one in agreements.agreements_asked(g.acting)):
        raise Refused(
            _("An agreement still waits for your firm’s yes. Accept it, or skip this step for now."),
            way_back=url_for("welcome.agreements"),
        )
    return _onward("agreements")


@bp.get("/conflicts")
def conflicts() -> str:
    return _page("conflicts", conflicts=declared_conflicts(g.acting), today=clock.today())


@bp.post("/conflicts")
def set_conflicts() -> ResponseReturnValue:
    declared = bool(declared_conflicts(g.acting))
    return _onward("conflicts", StepState.done if declared else StepState.nothing)


@bp.get("/people")
def people() -> str:
    return _page("people", by_list=url_for("imports.index"), by_hand=url_for("invites.new"))


@bp.post("/people")
def set_people() -> ResponseReturnValue:
    return _onward("people")


@bp.get("/end")
def end() -> str:
    return render_template(
        "welcome/end.html",
        steps=steps.STEPS,
        progress=steps.progress(g.acting),
        step_url=_step_url,
        organisation=queries.own_organisation(g.acting),
    )


@bp.post("/closing")
def close() -> ResponseReturnValue:
    """Finished, or put away: nobody lands here any more."""
    steps.close_welcome(acting=g.acting, now=clock.now())
    flash(_("You find all of this again under Settings."), "ok")
    return redirect(url_for("people.index"), 303)
