"""``marketplace.wsgi``, with the run's compiled templates."""

from tests.compiled import share_compiled_templates

share_compiled_templates()

from marketplace.wsgi import app  # noqa: E402

__all__ = ["app"]
