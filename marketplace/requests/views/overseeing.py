"""What the employer answers for, and concerns."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.requests import commands, policy, queries
from marketplace.requests.forms import (
    ConcernForm,
    ConsentRefusalForm,
    RefusalForm,
)
from marketplace.requests.views.blueprint import allow_or_404, back_to, bp
from marketplace.requests.words import CONCERNS, STATES
from tenants.shared import clock


def _approvals_page(
    *,
    status: int = 200,
    wrong: int | None = None,
    form: RefusalForm | None = None,
    consent_form: ConsentRefusalForm | None = None,
) -> ResponseReturnValue:
    consents = queries.consents(g.acting)
    page = render_template(
        "requests/approvals.html",
        waiting=queries.requests_to_approve(g.acting),
        decided=queries.decided_requests(g.acting),
        consents=[one for one in consents if one.waits],
        answered=[one for one in consents if not one.waits],
        form=form or RefusalForm(formdata=None),
        consent_form=consent_form or ConsentRefusalForm(formdata=None),
        wrong=wrong,
        states=STATES,
    )
    return page, status


@bp.get("/approvals")
def approvals() -> ResponseReturnValue:
    allow_or_404(policy.may_see_approvals(g.acting))
    return _approvals_page()


@bp.post("/<int:request_id>/approval")
def approve(request_id: int) -> ResponseReturnValue:
    seen = queries.approval_or_404(g.acting, request_id)
    commands.approve_request(acting=g.acting, seen=seen, now=clock.now())
    flash(_("The request of %(name)s goes to the mentor.", name=seen.mentee.name), "ok")
    return redirect(url_for("requests.approvals"), 303)


@bp.post("/<int:request_id>/refusal")
def refuse(request_id: int) -> ResponseReturnValue:
    seen = queries.approval_or_404(g.acting, request_id)
    form = RefusalForm()
    if not form.validate_on_submit():
        return _approvals_page(status=422, wrong=request_id, form=form)
    commands.refuse_request(acting=g.acting, seen=seen, reason=form.reason.data, now=clock.now())
    flash(_("%(name)s was told, with your reason.", name=seen.mentee.name), "ok")
    return redirect(url_for("requests.approvals"), 303)


@bp.post("/consents/<int:request_id>/approval")
def give_consent(request_id: int) -> ResponseReturnValue:
    consent = queries.consent_or_404(g.acting, request_id)
    commands.answer_for_firm(acting=g.acting, consent=consent, yes=True, now=clock.now())
    flash(_("Yes: %(mentee)s and %(mentor)s.", mentee=consent.mentee, mentor=consent.mentor), "ok")
    return redirect(url_for("requests.approvals"), 303)


@bp.post("/consents/<int:request_id>/refusal")
def refuse_consent(request_id: int) -> ResponseReturnValue:
    consent = queries.consent_or_404(g.acting, request_id)
    form = ConsentRefusalForm()
    if not form.validate_on_submit():
        return _approvals_page(status=422, wrong=request_id, consent_form=form)
    reason = form.reason.data or ""
    commands.answer_for_firm(acting=g.acting, consent=consent, yes=False, reason=reason, now=clock.now())
    flash(_("No: %(mentee)s and %(mentor)s.", mentee=consent.mentee, mentor=consent.mentor), "ok")
    return redirect(url_for("requests.approvals"), 303)


# --- concerns -------------------------------------------------------------------------------------------------------


@bp.route("/<int:request_id>/concern", methods=["GET", "POST"])
def report(request_id: int) -> ResponseReturnValue:
    seen = queries.request_or_404(g.acting, request_id)
    allow_or_404(policy.may_report(g.acting, seen.asked))
    form = ConcernForm()
    if form.validate_on_submit():
        commands.report_concern(
            acting=g.acting, seen=seen, reason=form.reason.data, words=form.words.data, now=clock.now()
        )
        flash(_("Your concern has been passed on. %(name)s is not told.", name=seen.other.first_name), "ok")
        return back_to(seen)
    page = render_template("requests/concern.html", seen=seen, form=form)
    return page, 422 if request.method == "POST" else 200


@bp.get("/concerns")
def concerns() -> str:
    allow_or_404(policy.may_see_concerns(g.acting))
    return render_template("requests/concerns.html", concerns=queries.concerns(g.acting), reasons=CONCERNS)


@bp.post("/concerns/<int:concern_id>/handling")
def handle(concern_id: int) -> ResponseReturnValue:
    concern = queries.concern_or_404(g.acting, concern_id)
    commands.handle_concern(acting=g.acting, concern=concern, now=clock.now())
    return redirect(url_for("requests.concerns"), 303)
