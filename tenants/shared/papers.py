"""Papers that people keep: HTML of ours as PDF/UA-1 (ISO 14289-1), with nothing loaded from anywhere but our static folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a paper that is no file of ours: a logo, a code. The template calls it ``picture:<name>``."""

    content: bytes
    media_type: str


def paper_pdf(template: str, *, pictures: Mapping[str, Picture] | None = None, **scene: Any) -> bytes:
    """``template`` as a tagged PDF, in the present language. It takes about a second: for the worker."""
    return pdf_of(paper_html(template, **scene), pictures or {})


def paper_html(template: str, **scene: Any) -> str:
    """What a paper is drawn from, in the present language."""
    return current_app.jinja_env.get_template(template).render(**scene)


def pdf_of(html: str, pictures: Mapping[str, Picture]) -> bytes:
    # WeasyPrint takes a second to load, which only the worker has to spend.
    from weasyprint import HTML

    static = Path(str(current_app.static_folder)).resolve()
    document = HTML(string=html, base_url=static.as_uri() + "/", url_fetcher=_own_files(static, pictures))
    content: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return content


def _own_files(static: Path, pictures: Mapping[str, Picture]) -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    allowed = static.as_uri() + "/"

    class OwnFiles(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("picture:"):
                picture = pictures[url.removeprefix("picture:")]
                return URLFetcherResponse(url, picture.content, {"Content-Type": picture.media_type})
            if not url.startswith(allowed) or ".." in url:
                raise ValueError(f"not one of our own files: {url}")
            return super().fetch(url, headers)

    return OwnFiles(allowed_protocols=("file",))
