"""What WAI-ARIA 1.2 allows, as far as a mail or an article may want it: data for the rule about ARIA."""

from __future__ import annotations

from typing import Final

ROLES: Final = frozenset(
    """alert alertdialog application article banner blockquote button caption cell checkbox code columnheader combobox
    complementary contentinfo definition deletion dialog directory document emphasis feed figure form generic grid
    gridcell group heading img image insertion link list listbox listitem log main mark marquee math menu menubar
    menuitem menuitemcheckbox menuitemradio meter navigation none note option paragraph presentation progressbar radio
    radiogroup region row rowgroup rowheader scrollbar search searchbox separator slider spinbutton status strong
    subscript suggestion superscript switch tab table tablist tabpanel term textbox time timer toolbar tooltip tree
    treegrid treeitem
    doc-abstract doc-acknowledgments doc-afterword doc-appendix doc-backlink doc-biblioentry doc-bibliography
    doc-biblioref doc-chapter doc-colophon doc-conclusion doc-cover doc-credit doc-credits doc-dedication doc-endnote
    doc-endnotes doc-epigraph doc-epilogue doc-errata doc-example doc-footnote doc-foreword doc-glossary doc-glossref
    doc-index doc-introduction doc-noteref doc-notice doc-pagebreak doc-pagelist doc-part doc-preface doc-prologue
    doc-pullquote doc-qna doc-subtitle doc-tip doc-toc""".split(),
)

ATTRIBUTES: Final = frozenset(
    f"aria-{name}"
    for name in """activedescendant atomic autocomplete braillelabel brailleroledescription busy checked colcount
    colindex colindextext colspan controls current describedby description details disabled dropeffect errormessage
    expanded flowto grabbed haspopup hidden invalid keyshortcuts label labelledby level live modal multiline
    multiselectable orientation owns placeholder posinset pressed readonly relevant required roledescription rowcount
    rowindex rowindextext rowspan selected setsize sort valuemax valuemin valuenow valuetext""".split()
)

_TRUE: Final = frozenset({"true", "false"})
_OPEN: Final = _TRUE | {"undefined"}
VALUES: Final[dict[str, frozenset[str]]] = {
    "aria-atomic": _TRUE,
    "aria-busy": _TRUE,
    "aria-checked": _OPEN | {"mixed"},
    "aria-current": _TRUE | {"page", "step", "location", "date", "time"},
    "aria-disabled": _TRUE,
    "aria-expanded": _OPEN,
    "aria-haspopup": _TRUE | {"menu", "listbox", "tree", "grid", "dialog"},
    "aria-hidden": _OPEN,
    "aria-invalid": _TRUE | {"grammar", "spelling"},
    "aria-live": frozenset({"assertive", "off", "polite"}),
    "aria-modal": _TRUE,
    "aria-orientation": frozenset({"horizontal", "vertical", "undefined"}),
    "aria-pressed": _OPEN | {"mixed"},
    "aria-required": _TRUE,
    "aria-selected": _OPEN,
    "aria-sort": frozenset({"ascending", "descending", "none", "other"}),
}
NUMBERS: Final = frozenset("aria-level aria-posinset aria-setsize aria-colcount aria-rowcount aria-valuenow".split())
REFERENCES: Final = frozenset("aria-labelledby aria-describedby aria-details aria-controls aria-owns".split())

# An attribute that only some roles have; other tags count by their own role.
ONLY_ON: Final[dict[str, frozenset[str]]] = {
    "aria-checked": frozenset("checkbox menuitemcheckbox menuitemradio option radio switch treeitem".split()),
    "aria-expanded": frozenset(
        """application button checkbox combobox gridcell link listbox menuitem menuitemcheckbox menuitemradio row
        rowheader columnheader tab treeitem switch""".split(),
    ),
    "aria-level": frozenset({"heading", "listitem", "row", "treeitem", "tablist", "comment"}),
    "aria-pressed": frozenset({"button"}),
    "aria-selected": frozenset({"gridcell", "option", "row", "tab", "columnheader", "rowheader", "treeitem"}),
    "aria-sort": frozenset({"columnheader", "rowheader"}),
    "aria-valuenow": frozenset({"meter", "progressbar", "scrollbar", "separator", "slider", "spinbutton"}),
}
OWN_ROLES: Final[dict[str, str]] = {
    **{f"h{level}": "heading" for level in range(1, 7)},
    "a": "link",
    "article": "article",
    "button": "button",
    "img": "img",
    "li": "listitem",
    "main": "main",
    "meter": "meter",
    "nav": "navigation",
    "ol": "list",
    "option": "option",
    "progress": "progressbar",
    "table": "table",
    "td": "cell",
    "th": "columnheader",
    "tr": "row",
    "ul": "list",
}
# A name on these is not allowed, and mostly not read.
NAMELESS_TAGS: Final = frozenset("b bdi bdo center code del div em font i ins p small span strong sub sup u".split())
NAMELESS_ROLES: Final = frozenset(
    """caption code deletion emphasis generic insertion none paragraph presentation strong subscript
    superscript""".split(),
)
