"""Papers that people keep: HTML of ours as PDF/UA-1 (ISO 14289-1), with nothing loaded from anywhere but our static folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app


def paper_pdf(template: str, **scene: Any) -> bytes:
    """``template`` as a tagged PDF, in the present language. For the worker: it takes about a second."""
    # WeasyPrint takes a second to load, which only the worker has to spend.
    from weasyprint import HTML

    page = current_app.jinja_env.get_template(template).render(**scene)
    static = Path(str(current_app.static_folder)).resolve()
    document = HTML(string=page, base_url=static.as_uri() + "/", url_fetcher=_own_files(static))
    content: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return content


def _own_files(static: Path) -> Any:
    from weasyprint.urls import URLFetcher

    allowed = static.as_uri() + "/"

    class OwnFiles(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith(allowed) or ".." in url:
                raise ValueError(f"not one of our own files: {url}")
            return super().fetch(url, headers)

    return OwnFiles(allowed_protocols=("file",))
