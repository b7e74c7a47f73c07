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

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")


class Markdown(HTMLRenderer):
    """The Markdown cells of one page, in order.

    HTML is shown as text; the first title is left out, since the page has its own; no picture is loaded from outside.
    """

    def __init__(self) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False)
        self.read = create_markdown(renderer=self, plugins=("strikethrough", "table", "url", "task_lists", "def_list"))
        self.attachments: dict[str, dict[str, str]] = {}
        self.titled = False

    def cell(self, source: str, attachments: dict[str, dict[str, str]]) -> str:
        """One cell as HTML. ``attachments``: the cell's own, name → type → base64."""
        self.attachments = attachments
        return str(self.read(source))

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        if level == 1 and not self.titled:
            self.titled = True
            return ""
        return super().heading(text, max(level, 2), **attrs)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        attached = self.attachments.get(unquote(url.removeprefix("attachment:")), {}) if url.startswith("attachment:") else {}
        mime = next((kind for kind in _PICTURES if kind in attached), "")
        if not mime:
            return text  # the words of a picture that a page cannot hold
        data, words = html.escape("".join(attached[mime].split())), html.unescape(re.sub(r"<[^>]*>", "", text))
        return f'<img src="data:{mime};base64,{data}" alt="{self.escape_attribute(words)}">'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return text if "#harmful" in self.sanitize_url(url) else super().link(text or self.escape_raw(url), url, title)

    def linebreak(self) -> str:
        return "<br>\n"


@cache
def headings(source: str) -> list[tuple[int, str]]:
    """Level and plain text of each heading in a Markdown text."""
    tokens: Any = create_markdown(renderer=None)(source)
    return [(token["attrs"]["level"], _plain(token)) for token in tokens if token["type"] == "heading"]


def _plain(token: dict[str, Any]) -> str:
    return str(token.get("raw", "")) + "".join(map(_plain, token.get("children", [])))


def computed(text: str) -> str:
    """Computed sentences as HTML: paragraphs, lists and bold; nothing else of Markdown."""
    blocks = []
    for block in re.split(r"\n\s*\n", text.strip()):
        if marker := re.match(r"(- )|\d+\. ", block):
            tag, entries = "ul" if marker[1] else "ol", re.split(r"(?m)^(?:- |\d+\. )", block)[1:]
            blocks.append(f"<{tag}>{''.join(f'<li>{_inline(entry.strip())}</li>' for entry in entries)}</{tag}>")
        else:
            blocks.append(f"<p>{_inline(block)}</p>")
    return "\n".join(blocks)


def _inline(text: str) -> str:
    """Bold, and characters that a backslash makes plain; the rest as it is."""

    def shown(found: re.Match[str]) -> str:
        return f"<strong>{_inline(found['bold'])}</strong>" if found["bold"] else html.escape(found["plain"] or found[0])

    return re.sub(r"\\(?P<plain>[^\w\s])|\*\*(?P<bold>(?:\\.|.)+?)\*\*|[&<>\"]", shown, text)
