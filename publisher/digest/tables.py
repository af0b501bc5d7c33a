"""Tables of a post: one that holds data keeps caption and scope, any other becomes plain blocks."""

from __future__ import annotations

from typing import Final

from lxml import html

_WIDEST: Final = 4  # columns: a wider table does not fit into 320 pixels and is read row by row instead
_LEAST_ROWS: Final = 2
_ROW_HEAD: Final = "th"
_BLOCK_INSIDE: Final = ("table", "figure", "img", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre")


def adapt(root: html.HtmlElement, title: str) -> None:
    """Mend every table below `root`, the innermost first; `title` names one that has no caption of its own."""
    for table in reversed(list(root.iter("table"))):
        rows = [row for row in table.iter("tr") if len(row)]
        if not _is_data(table, rows):
            _flatten(table)
        elif _columns(rows) > _WIDEST or _has_spans(table):
            _tell(table, rows)
        else:
            _complete(table, rows, title)
    for part in list(root.iter("thead", "tbody", "tfoot", "tr", "td", "th", "caption")):
        if next(part.iterancestors("table"), None) is None:
            part.tag = "div"


def _words(element: html.HtmlElement) -> str:
    """Give the text of a cell, white space collapsed."""
    return " ".join(str(element.text_content()).split())


def _columns(rows: list[html.HtmlElement]) -> int:
    """Count the columns of the widest row."""
    return max(len(row) for row in rows)


def _is_data(table: html.HtmlElement, rows: list[html.HtmlElement]) -> bool:
    """Say whether a table relates values to headings: it has headings that say something and plain cells."""
    has_heads = any(_words(head) for head in table.iter(_ROW_HEAD))
    is_plain = next(table.iter(*_BLOCK_INSIDE[1:]), None) is None and table.find(".//table") is None
    return has_heads and is_plain and len(rows) >= _LEAST_ROWS and _columns(rows) > 1


def _has_spans(table: html.HtmlElement) -> bool:
    """Say whether cells are merged: then a heading's column cannot be told by counting."""
    return any(cell.get("colspan") or cell.get("rowspan") for cell in table.iter("td", "th"))


def _flatten(table: html.HtmlElement) -> None:
    """Turn a table that lays out into blocks, in the order of its cells."""
    for part in list(table.iter("thead", "tbody", "tfoot", "tr")):
        part.drop_tag()
    for cell in list(table.iter("td", "th")):
        cell.tag = "div"
        cell.attrib.clear()
    for caption in list(table.iter("caption")):
        caption.tag = "p"
    table.tag = "div"
    table.attrib.clear()


def _complete(table: html.HtmlElement, rows: list[html.HtmlElement], title: str) -> None:
    """Give a data table its caption, and every heading its scope."""
    caption = table.find("caption")
    if caption is None or not _words(caption):
        if caption is not None:
            caption.drop_tree()
        caption = html.Element("caption")
        caption.text = _nearest_heading(table) or title
        table.insert(0, caption)
    for row in rows:
        for head in list(row.iter(_ROW_HEAD)):
            if not _words(head):
                head.tag = "td"
                head.attrib.pop("scope", None)
        for head in row.iter(_ROW_HEAD):
            if head.get("scope") not in {"col", "row"}:
                head.set("scope", "row" if _is_about_row(head, row) else "col")


def _is_about_row(head: html.HtmlElement, row: html.HtmlElement) -> bool:
    """Say whether a heading is about its row: it comes first, and data that is not empty follows."""
    return row[0] is head and any(cell.tag == "td" and _words(cell) for cell in row)


def _nearest_heading(table: html.HtmlElement) -> str:
    """Give the words of the last heading before a table; "" where there is none."""
    found = table.xpath("preceding::*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6][1]")
    return _words(found[0]) if found else ""


def _tell(table: html.HtmlElement, rows: list[html.HtmlElement]) -> None:
    """Tell a table row by row, one list for each: "heading: value", where no merged cell hides which heading it is."""
    heads = [] if _has_spans(table) else [_words(cell) for cell in rows[0]]
    block = html.Element("div")
    caption = table.find("caption")
    if caption is not None and _words(caption):
        opening = html.Element("p")
        opening.text = _words(caption)
        block.append(opening)
    for row in rows[1:] if heads else rows:
        block.append(_tell_row(row, heads))
    table.addprevious(block)
    block.tail = table.tail
    table.tail = None
    table.drop_tree()


def _tell_row(row: html.HtmlElement, heads: list[str]) -> html.HtmlElement:
    """Write one row as a list."""
    items = html.Element("ul")
    for number, cell in enumerate(row):
        words = _words(cell)
        if words:
            item = html.Element("li")
            head = heads[number] if number < len(heads) else ""
            item.text = f"{head}: {words}" if head else words
            items.append(item)
    return items
