"""The ready templates: one for each form of mentoring, in ``templates/<form>.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from marketplace.programmes.modalities import Form
from marketplace.programmes.templates_yaml import Template, read_template


@cache
def ready_templates() -> Mapping[Form, Template]:
    """In the order in which they are offered."""
    folder = files("marketplace.programmes") / "templates"
    texts = {form: (folder / f"{form.value}.yaml").read_text(encoding="utf-8") for form in Form}
    return MappingProxyType({form: read_template(text) for form, text in texts.items()})
