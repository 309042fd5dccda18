"""Everything that changes what a pair writes to each other; one room for messages, notes, files."""

from marketplace.conversations.commands.files import add_file, drop_removed_files, remove_file
from marketplace.conversations.commands.messages import mark_read, send_message
from marketplace.conversations.commands.notes import NoteChanged, begin_note, remove_note, restore_version, save_note

__all__ = [
    "NoteChanged",
    "add_file",
    "begin_note",
    "drop_removed_files",
    "mark_read",
    "remove_file",
    "remove_note",
    "restore_version",
    "save_note",
    "send_message",
]
