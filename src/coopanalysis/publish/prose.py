"""Text of a notebook as HTML: Markdown that its author wrote, and sentences that it computed.

Why two: what is computed holds values from the data, and a label with a link or a heading in it must stay text.
"""

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any
from urllib.parse import unquote

from mistune import HTMLRenderer, create_markdown

PLUGINS = ("strikethrough", "table", "url", "task_lists", "def_list")
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")


class _Renderer(HTMLRenderer):
    """HTML is shown as text; the first title is left out, since the page has its own; no picture is loaded from outside."""

    def __init__(self) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False)
        self.attachments: dict[str, dict[str, str]] = {}
        self.titled = False

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        if level == 1 and not self.titled:
            self.titled = True
            return ""
        return super().heading(text, max(level, 2), **attrs)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        name = url.removeprefix("attachment:")
        attached = self.attachments.get(unquote(name), {}) if name != url else {}
        mime = next((kind for kind in _PICTURES if kind in attached), "")
        if not mime:
            return text  # the words of a picture that a page cannot hold
        data = html.escape("".join(attached[mime].split()))
        return f'<img src="data:{mime};base64,{data}" alt="{self.escape_attribute(_letters(text))}">'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if "#harmful" in self.sanitize_url(url):
            return text
        return super().link(text or self.escape_raw(url), url, title)

    def linebreak(self) -> str:
        return "<br>\n"


class Markdown:
    """The Markdown cells of one page, in order."""

    def __init__(self) -> None:
        self._renderer = _Renderer()
        self._read = create_markdown(renderer=self._renderer, plugins=PLUGINS)

    def html(self, source: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
        """One cell as HTML. ``attachments``: the cell's own, name → type → base64."""
        self._renderer.attachments = dict(attachments or {})
        return str(self._read(source))


@cache
def headings(source: str) -> list[tuple[int, str]]:
    """Level and plain text of each heading in a Markdown text."""
    tokens: Any = create_markdown(renderer=None)(source)
    return [(token["attrs"]["level"], _plain(token)) for token in tokens if token["type"] == "heading"]


def _plain(token: dict[str, Any]) -> str:
    return str(token.get("raw", "")) + "".join(map(_plain, token.get("children", [])))


def _letters(fragment: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", fragment))


def computed(text: str) -> str:
    """Computed sentences as HTML: paragraphs, lists and bold; nothing else of Markdown."""
    blocks = []
    for block in re.split(r"\n\s*\n", text.strip()):
        marker = re.match(r"(- )|\d+\. ", block)
        if not marker:
            blocks.append(f"<p>{_inline(block)}</p>")
            continue
        tag = "ul" if marker[1] else "ol"
        entries = re.split(r"(?m)^(?:- |\d+\. )", block)[1:]
        blocks.append(f"<{tag}>{''.join(f'<li>{_inline(entry.strip())}</li>' for entry in entries)}</{tag}>")
    return "\n".join(blocks)


def _inline(text: str) -> str:
    """Bold, and characters that a backslash makes plain; the rest as it is."""

    def shown(found: re.Match[str]) -> str:
        return f"<strong>{_inline(found['bold'])}</strong>" if found["bold"] else html.escape(found["plain"] or found[0])

    return re.sub(r"\\(?P<plain>[^\w\s])|\*\*(?P<bold>(?:\\.|.)+?)\*\*|[&<>\"]", shown, text)
