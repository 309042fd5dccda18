"""What a phase is about, for those who hear that it begins."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.programmes.modalities import Phase

SENTENCES: dict[Phase, Any] = {
    Phase.call: _l("The programme is made known. Think of whom it would help."),
    Phase.nomination: _l("Organisations nominate people, each of whom is asked."),
    Phase.application: _l("People apply from the cohort’s page."),
    Phase.approval: _l("Employers answer, and those who run the programme decide."),
    Phase.training: _l("Mentors and mentees prepare. The cohort’s page shows what there is to learn."),
    Phase.matching: _l("Mentors and mentees find each other."),
    Phase.launch: _l("The pairs begin."),
    Phase.mid_point: _l("Half of the time has passed: a moment to look at what works."),
    Phase.closing: _l("The cohort comes to its end: a moment to look back, and to say thank you."),
    Phase.alumni: _l("The cohort is over; who took part stays in touch."),
}


def phase_sentence(phase: str) -> str:
    return str(SENTENCES[Phase(phase)])
