"""What a wrapper says of itself: its page, what that loads, and its OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from workbench.conformance.exchange import Exchange
from workbench.conformance.instance import PERFORM

Get = Callable[[str], Exchange]
"""Asks a path below one base."""

DOCUMENT = "openapi.json"
SMALL = 64 * 1024
"""Bytes up to which a script may be one that says where the document is; others are libraries."""

PUB = "/pub/job/"
"""What the path of everything begins with that PUB forwards to jobs."""

_LOADS = {"script": "src", "link": "href", "img": "src"}
_NAMES_DOCUMENT = re.compile(r"""["']?url["']?\s*:\s*["']([^"']+\.(?:json|ya?ml))["']""")


@dataclass(frozen=True)
class Page:
    """A page, as it was answered.

    Attributes:
        path: The path that it was asked at.
        text: The page.
        loads: What it loads, as it is written there; data that it brings along left out.
    """

    path: str
    text: str
    loads: tuple[str, ...]

    @property
    def foreign(self) -> tuple[str, ...]:
        """What it loads from other hosts, such as those of a CDN."""
        return tuple(one for one in self.loads if urlsplit(one).netloc)

    @property
    def leaving(self) -> tuple[str, ...]:
        """What it loads by a path that PUB does not lead to this job."""
        return tuple(
            one
            for one in self.loads
            if one not in self.foreign and one.startswith("/") and not one.startswith(PUB)
        )

    @property
    def own(self) -> tuple[str, ...]:
        """What it loads from the job."""
        return tuple(one for one in self.loads if one not in (*self.foreign, *self.leaving))

    def resolve(self, link: str) -> str:
        """The path that a browser asks for a link of this page."""
        return urlsplit(urljoin(f"http://host{self.path}", link)).path


class _Loads(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        link = dict(attrs).get(_LOADS.get(tag, ""))
        if link and not link.startswith("data:"):
            self.found.append(link)


def read_page(answer: Exchange) -> Page | None:
    """The page that an answer holds; None where it is no HTML."""
    if not answer.ok or answer.media_type != "text/html":
        return None
    parser = _Loads()
    parser.feed(answer.text)
    return Page(answer.path, answer.text, tuple(parser.found))


def find_document(get: Get) -> Exchange | None:
    """The OpenAPI document: at its usual place, or where the page says that it is.

    Args:
        get: Asks below the base where the page is.

    Returns:
        The answer that holds it; None where nothing names one.
    """
    usual = get(f"/{DOCUMENT}")
    if usual.ok:
        return usual
    page = read_page(get("/"))
    if page is None:
        return None
    texts = [page.text]
    for link in page.loads:
        if link in page.own and link.endswith(".js") and not link.startswith("/"):
            script = get(f"/{link.removeprefix('./')}")
            texts += [script.text] if script.ok and len(script.body) <= SMALL else []
    for text in texts:
        named = _NAMES_DOCUMENT.search(text)
        if named and not named[1].startswith(("/", "http")):
            found = get(f"/{named[1].removeprefix('./')}")
            return found if found.ok else None
    return None


def perform_operation(document: Any) -> dict[str, Any] | None:
    """What the document says of posting to perform; None where it says nothing."""
    return _perform(document)[1]


def perform_addresses(document: Any, path: str, host: str) -> tuple[str, ...]:
    """Where the document says that perform is: a path of the host that it lies on, or an address.

    Args:
        document: An OpenAPI document that describes perform.
        path: Where it lies.
        host: The host that it was got from, as requests name it.

    Returns:
        One for each server that it names; none where a server is a template, which nobody fills in.
    """
    found = _perform(document)[0]
    if "swagger" in document:
        servers = [f"//{document['host']}" if document.get("host") else ""]
        servers[0] += document.get("basePath") or ("" if servers[0] else "/")
    else:
        servers = [str(one.get("url", "/")) for one in document.get("servers") or [{}]]
    if any("{" in one for one in servers):
        return ()
    whole = [urljoin(f"http://{host}{path}", one).rstrip("/") + found for one in servers]
    return tuple(re.sub(rf"^https?://{re.escape(host)}(?=/)", "", one) for one in whole)


def _perform(document: Any) -> tuple[str, dict[str, Any] | None]:
    """Perform's path in the document, and what is said of posting to it."""
    paths = document.get("paths") if isinstance(document, dict) else None
    for path, item in paths.items() if isinstance(paths, dict) else ():
        operation = item.get("post") if isinstance(item, dict) else None
        if path.endswith(PERFORM) and isinstance(operation, dict):
            return path, operation
    return "", None


def input_example(document: Any) -> Any:
    """The example of an input that the document offers; None where it offers none."""
    operation = perform_operation(document) or {}
    try:
        content = operation["requestBody"]["content"]["application/json"]
    except (LookupError, TypeError):
        return None
    if not isinstance(content, dict):
        return None
    if "example" in content:
        return content["example"]
    examples = content.get("examples")
    if isinstance(examples, dict):
        for one in examples.values():
            if isinstance(one, dict) and "value" in one:
                return one["value"]
    schema = content.get("schema")
    return _schema_example(schema) if isinstance(schema, dict) else None


def _schema_example(schema: dict[str, Any]) -> Any:
    """OpenAPI 3.0 has `example`, 3.1 has `examples`; Swagger UI offers a `default` as well."""
    if "example" in schema:
        return schema["example"]
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return examples[0]
    return schema.get("default")
