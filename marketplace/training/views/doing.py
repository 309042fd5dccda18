"""One's own way through a training: what is next, a module, a quiz, the certificate."""

from __future__ import annotations

import io

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.events import materials
from marketplace.events.queries import material_or_404, materials_of, own_sides
from marketplace.programmes.queries import CohortSeen
from marketplace.programmes.words import side_words
from marketplace.training import commands, faces, queries
from marketplace.training.forms import answers_in
from marketplace.training.models import ModuleKind, TrainingCertificate
from marketplace.training.queries import ModuleSeen, cohort_of_training_or_404, module_or_404
from marketplace.training.views.blueprint import back_to, bp, locale
from tenants.shared import clock
from tenants.shared.flashes import flash_undo


def _taken(cohort_id: int, module_id: int) -> tuple[CohortSeen, ModuleSeen]:
    """For somebody whom the module is for; those who only run the cohort read it and do not do it."""
    seen = cohort_of_training_or_404(g.acting, cohort_id)
    there = module_or_404(g.acting, seen, module_id)
    return (seen, there) if seen.takes_part and _does(seen, there) else abort(404)


def _does(seen: CohortSeen, there: ModuleSeen) -> bool:
    return bool(own_sides(seen) & set(there.module.sides))


@bp.get("")
def index(cohort_id: int) -> str:
    seen = cohort_of_training_or_404(g.acting, cohort_id)
    own = queries.modules_of(g.acting, seen) if seen.takes_part else []
    everybodys = queries.modules_of(g.acting, seen, everybodys=True) if seen.runs else []
    modalities = seen.cohort.modalities
    missing = [
        side
        for side in modalities.sides
        if modalities.rules(side).training == "before_matching"
        and not any(one.module.required and side.value in one.module.sides for one in everybodys)
    ]
    return render_template(
        "training/index.html",
        seen=seen,
        way=faces.way_through(own),
        locale_name=locale(),
        modules=everybodys,
        counts=queries.counts_of(seen) if seen.runs else {},
        missing=missing if seen.runs else [],
        missing_words=[side_words(side, seen.cohort.form) for side in missing],
        gated=any(modalities.rules(one.side).training == "before_matching" for one in seen.own),
        certificates=queries.own_certificates(g.acting, seen) if seen.takes_part else [],
    )


# --- one module -----------------------------------------------------------------------------------------------------------


def _show(seen: CohortSeen, there: ModuleSeen, *, typed: dict[int, list[int]] | None = None, error: str = "") -> str:
    module = there.module
    does_it = seen.takes_part and _does(seen, there)
    attempts = queries.attempts_of(g.acting, module) if does_it and module.kind is ModuleKind.quiz else ()
    again = request.args.get("again") == "1" and there.done_at is None
    latest = attempts[0] if attempts and not again and typed is None else None
    way = faces.way_through(queries.modules_of(g.acting, seen)) if does_it else None
    return render_template(
        "training/show.html",
        seen=seen,
        there=there,
        module=module,
        title=module.title(locale()),
        body=faces.body_of(module, locale()),
        does=does_it,
        attempt=latest,
        questions=faces.question_faces(module, locale(), latest, typed),
        files=materials_of(seen, module_id=module.id) if module.kind is ModuleKind.file else (),
        error=error,
        way=way,
    )


@bp.get("/modules/<int:module_id>")
def show(cohort_id: int, module_id: int) -> str:
    seen = cohort_of_training_or_404(g.acting, cohort_id)
    return _show(seen, module_or_404(g.acting, seen, module_id))


@bp.post("/modules/<int:module_id>/completion")
def say_done(cohort_id: int, module_id: int) -> ResponseReturnValue:
    seen, there = _taken(cohort_id, module_id)
    commands.say_done(acting=g.acting, there=there, now=clock.now())
    return redirect(_onward(seen), 303)


def _onward(seen: CohortSeen) -> str:
    """The next thing to do; the overview when nothing is left."""
    way = faces.way_through(queries.modules_of(g.acting, seen))
    if way.complete:
        flash(_("Your training is done. The certificate is made now; you get a letter."), "ok")
        return url_for("training.index", cohort_id=seen.cohort.id)
    flash(_("Done: %(done)d of %(asked)d.", done=way.done, asked=way.asked), "ok")
    if way.next is None:
        return url_for("training.index", cohort_id=seen.cohort.id)
    return url_for("training.show", cohort_id=seen.cohort.id, module_id=way.next.module.id)


@bp.post("/modules/<int:module_id>/answers")
def answer(cohort_id: int, module_id: int) -> ResponseReturnValue:
    seen, there = _taken(cohort_id, module_id)
    typed = answers_in(request.form, there.module.questions)
    if not all(typed.values()) and there.done_at is None:
        return _show(seen, there, typed=typed, error=_("Answer every question; nothing is counted until you do.")), 422
    attempt = commands.answer_quiz(acting=g.acting, there=there, answers=typed, now=clock.now())
    passed = attempt.percent >= there.module.pass_percent
    flash(
        _("Passed, with %(percent)d per cent.", percent=attempt.percent)
        if passed
        else _("Not passed yet: %(percent)d per cent. Read the explanations, then try again.", percent=attempt.percent),
        "ok" if passed else "info",
    )
    return back_to(seen, there.module)


@bp.get("/modules/<int:module_id>/files/<int:material_id>")
def download(cohort_id: int, module_id: int, material_id: int) -> Response:
    seen = cohort_of_training_or_404(g.acting, cohort_id)
    there = module_or_404(g.acting, seen, module_id)
    return materials.download(material_or_404(seen, material_id, module_id=there.module.id, content=True))


@bp.get("/certificate")
def certificate(cohort_id: int) -> ResponseReturnValue:
    """One's own, the latest."""
    kept = _own_certificate(cohort_id, content=True)
    return send_file(
        io.BytesIO(kept.content), mimetype="application/pdf", as_attachment=True, download_name="training.pdf"
    )


def _own_certificate(cohort_id: int, *, content: bool = False) -> TrainingCertificate:
    seen = cohort_of_training_or_404(g.acting, cohort_id)
    kept = queries.own_certificates(g.acting, seen, content=content)
    return kept[0] if kept else abort(404)


@bp.post("/certificate/withdrawal")
def withdraw_certificate(cohort_id: int) -> ResponseReturnValue:
    kept = _own_certificate(cohort_id)
    commands.withdraw_certificate(acting=g.acting, certificate=kept, withdrawn=True, now=clock.now())
    undo = url_for("training.return_certificate", cohort_id=cohort_id)
    flash_undo(_("The certificate is withdrawn. Whoever holds its address learns that, and no more."), undo)
    return redirect(url_for("training.index", cohort_id=cohort_id), 303)


@bp.post("/certificate/return")
def return_certificate(cohort_id: int) -> ResponseReturnValue:
    kept = _own_certificate(cohort_id)
    commands.withdraw_certificate(acting=g.acting, certificate=kept, withdrawn=False, now=clock.now())
    flash(_("The certificate is valid again."), "ok")
    return redirect(url_for("training.index", cohort_id=cohort_id), 303)


certificates = Blueprint("training_certificates", __name__)


@certificates.get("/<code>")
def verify(code: str) -> Response:
    """For anybody who holds the code, signed in or not; the answer is kept by no cache and listed by no search engine."""
    shown = queries.certificate_by_code(code)
    page = render_template("training/verified.html", shown=shown, locale_name=locale())
    response = make_response(page, 200 if shown else 404)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
