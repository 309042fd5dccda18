"""A local mailbox: a real SMTP server that keeps every letter, and a page that shows them."""

from dev.mailbox.server import Mailbox

__all__ = ["Mailbox"]
