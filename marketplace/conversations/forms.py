"""The shape of messages, notes and files."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.conversations.models import MESSAGE_MOST, NOTE_MOST, TITLE_MOST
from tenants.shared.typed import tidy


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


class MessageForm(FlaskForm):
    """``once`` names this sending; ``seen`` is the newest message on the page it was written on."""

    body = TextAreaField(
        _l("Your message"),
        [
            InputRequired(_l("Write a few words first.")),
            Length(
                max=MESSAGE_MOST,
                message=_l("A message holds at most %(max)d characters. Put a longer text in a shared note or a file."),
            ),
        ],
        filters=[tidy],
    )
    once = HiddenField(validators=[Length(max=60)])
    seen = HiddenField(filters=[lambda value: int(value) if str(value or "").isdigit() else 0])


class NoteForm(FlaskForm):
    """``version`` is the one that its writer began with."""

    title = StringField(
        _l("Title"), [InputRequired(_l("Give the note a title.")), Length(max=TITLE_MOST)], filters=[one_line]
    )
    body = TextAreaField(
        _l("Text"),
        [Length(max=NOTE_MOST, message=_l("A note holds at most %(max)d characters."))],
        filters=[tidy],
    )
    version = HiddenField(filters=[lambda value: int(value) if str(value or "").isdigit() else 0])


class FileForm(FlaskForm):
    file = FileField(_l("File"), [FileRequired(_l("Choose a file first."))])
