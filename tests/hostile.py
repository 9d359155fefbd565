"""What would hide, cover or move the disclaimer of a finished map, and what only looks as if.

Parts of pages and drawings, by where they are put: style sheets, what stands in the body, scripts,
a drawing; edits of documents. Each in one of the ways in which a reader of such files can be
deceived: escapes, names in other letters, readers that differ, things that open above all others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

#: A style with which an element fills the window.
ALL_OVER: Final = (
    "position:fixed;inset:0;width:100vw;height:100vh;max-width:none;max-height:none;margin:0;"
    "border:0;padding:0;background:#fff;z-index:999999999"
)
#: A style sheet that hides it, where a reader may not look for one.
_SHEET: Final = "<style>body{display:none}</style>"

# --- style sheets -------------------------------------------------------------------------------

#: Each hides the disclaimer, or could in another browser, size of the window or on paper.
STYLES: Final = (
    # Written otherwise.
    r"\000062 ody{display:none}",
    r"body{d\69 splay:n\6f ne}",
    "body/**/{/**/display/**/:/**/none}",
    "main{color:red;}}}body{display:none}",
    "body{display:none",
    r"@\69mport 'data:text/css,body{display:none}';",
    # Reached otherwise.
    "html:has(main){opacity:0}",
    ":where(body,html){opacity:0}",
    ":not(main){opacity:0}",
    "main{body:has(&){opacity:0}}",
    "@scope (html) to (main){body{opacity:0}}",
    "@layer a,b;@layer b{@layer{p{display:none!important}}}",
    "@starting-style{body{opacity:0}}body{transition:opacity 99s}",
    "@keyframes k{from,to{opacity:0}}html{animation:k 9s infinite}",
    "@when media(screen){body{display:none}}",
    "@function --f(){result:none}body{display:--f()}",
    "html{--d:none}body{display:var(--d)}",
    "body{display:if(media(screen):none;else:block)}",
    "[LANG='EN' i]{display:none!important}",
    r"#mtmgeo\-disclaimer{display:none}",
    # While it is used, and on paper.
    ".mtm-paper body{display:none}",
    ".leaflet-dragging{opacity:0}",
    ".mtm-run{margin-top:-9999px;flex:none;height:1px}",
    "@media print{p{display:none!important}}",
    # With other properties.
    "body{mask:linear-gradient(transparent,transparent)}",
    "body{offset:path('M0 9999L1 9999')}",
    "html{content-visibility:hidden}",
    "html{--o:9999px;outline:var(--o) solid #fff;outline-offset:-9px}",
    "body{contain:strict;height:0}",
    "body{-webkit-line-clamp:1;display:-webkit-box}",
    # Pushed out of the window by what stands beside it.
    "main{margin-top:-5000px;flex:none;height:10px}",
    "main{margin:0 0 calc(-1px*9999);flex:none;height:10px}",
    "main{-webkit-margin-before:-9999px;flex:none;height:1px}",
    "main{display:contents}main b{display:block;margin-top:-9999px}",
    "main{-webkit-order:2147483647;flex:none;height:4000px}",
    # Beyond what two elements clip, each of which alone would do no harm.
    "html,body{overflow:hidden}body{height:999mm}",
    "html{overflow:auto}body{overflow-y:hidden;height:auto}main{flex:none;height:4000px}",
    # Above all others.
    "main{z-index:calc(9999999999)}",
    "main{z-index:9e99}",
    r"main{z-inde\78:+2147483647}",
    "select{appearance:base-select}select::picker(select){position:fixed;inset:0}",
    "@view-transition{navigation:auto}",
)

#: A sheet of its own, as names of namespaces are said at its beginning.
NAMESPACED: Final = (
    "<style>@namespace h url(http://www.w3.org/1999/xhtml);h|body{opacity:0}</style>"
)

#: Each leaves it in view.
FINE_STYLES: Final = (
    f"main{{{ALL_OVER}}}",
    f"main::before{{content:'';{ALL_OVER};backdrop-filter:invert(1)}}",
    "main{position:sticky;bottom:0;flex:none;height:100%;mix-blend-mode:difference}",
    "main{transform:translateZ(9999px);contain:strict;will-change:transform}",
    "main b{display:block;margin:-9999px}html{font:999999px x}",
    "html{overflow-x:hidden}main{direction:rtl;flex:none;width:99999px;height:99999px}",
    "html{background:#fff;background-clip:text;color:transparent;color-scheme:dark}",
    "@property --x{syntax:'*';inherits:true;initial-value:none}body{color:var(--x)}",
    "@supports (a:b){@media all{main{order:9}}}body{overflow:hidden;height:999mm}",
)

# --- what stands in the body --------------------------------------------------------------------

CONTENTS: Final = (
    # Readers of HTML differ.
    f"<select>{_SHEET}</select>",
    f"<select><option><div>{_SHEET}</div></select>",
    f"<svg></p><style><a id='</style>{_SHEET}'></style></svg>",
    f"<math></br><style><a id='</style>{_SHEET}'></style></math>",
    f"<noscript><p title='</noscript>{_SHEET}'></noscript>",
    f"<!--> {_SHEET} -->",
    f"<!-- --!> {_SHEET} -->",
    f"<![CDATA[>{_SHEET}]]>",
    f"<?x >{_SHEET}?>",
    f"<xmp></xmp>{_SHEET}",
    "<body style='display:none'>",
    "<html class=x hidden>",
    "<plaintext>",
    # Style sheets in other places.
    "<svg><style><![CDATA[body{display:none}]]></style></svg>",
    "<svg><style>bo&#100;y{display:none}</style></svg>",
    f"<svg><desc>{_SHEET}</desc></svg>",
    f"<svg><foreignObject>{_SHEET}</foreignObject></svg>",
    NAMESPACED,
    "<link rel='preload stylesheet' href='data:text/css,body{display:none}'>",
    "<link rel=expect href='#never' blocking=render>",
    # What opens above everything.
    f"<dialog id=d style='{ALL_OVER}'>x</dialog><button commandfor=d command=show-modal>x</button>",
    f"<div popover id=d style='{ALL_OVER}'>x</div><button popovertarget=d>x</button>",
    f"<div popover=hint id=d style='{ALL_OVER}'>x</div><button interestfor=d>x</button>",
    # What brings along more.
    "<base href='https://evil.example/'>",
    "<object data='data:text/html,x'></object>",
    "<embed src='data:text/html,x'>",
    "<iframe sandbox srcdoc='x'></iframe>",
    "<fencedframe></fencedframe>",
    "<portal src=x></portal>",
    "<svg><use href='data:image/svg+xml,<svg id=x/>#x'/></svg>",
    "<a href='&#9;java\nscript:hit(1)'>x</a>",
    "<svg><a href='java&#10;script:hit(1)'><text y=9>x</text></a></svg>",
    # What moves, runs, or changes what scripts find.
    "<svg><animate href='#mtmgeo-disclaimer' attributeName='opacity' to='0'/></svg>",
    "<svg><set href='#mtmgeo-disclaimer' attributeName='class' to='x'/></svg>",
    "<details open ontoggle='hit(1)'>x</details>",
    "<x-y>x</x-y><slot>x</slot>",
    "<math><mspace width='9999em' height='9999em'/></math>",
    "<form name=body></form>",
    "<img name=querySelector src='data:,'>",
    "<div contenteditable>x</div>",
    # Pushed out of the window.
    "<h1 style='margin-top:-9999px;flex:none;height:1px'>x</h1>",
    "<p><main style='margin-top:-9999px;flex:none;height:1px'>x</main>",
    "<p><search style='margin-top:-9999px;flex:none;height:1px'>x</search>",
    "<div style='display:contents'><b style='display:block;margin-top:-9999px'>x</b></div>",
    "<svg style='margin-top:-9999px;flex:none' width=1 height=1></svg>",
)

_LEGEND: Final = """<div style="position: fixed; bottom: 50px; left: 50px; width: 150px;
    height: 90px; border: 2px solid grey; z-index: 9999; font-size: 14px; background: white">
    &nbsp; Legend <br/> <i class="fa fa-map-marker" style="color: red"></i> East </div>"""

#: What users add to pages, and what looks worse than it is.
FINE_CONTENTS: Final = (
    _LEGEND,
    f"<details><summary>Note</summary><div style='{ALL_OVER}'>x</div></details>",
    f"<img src='data:,' alt='x' style='{ALL_OVER}'>",
    f"<svg style='{ALL_OVER}'><rect width='100%' height='100%' fill='#fff'/></svg>",
    f"<table style='{ALL_OVER}'><tr><td>x</td></tr></table><input style='{ALL_OVER}'>",
    f"<textarea>{_SHEET}</textarea><main hidden>x</main>",
    "<p><b style='display:block;margin-top:-9999px'>x</b></p><a href='?a=1&b=2#c'>x</a>",
)

# --- scripts ------------------------------------------------------------------------------------

_FIRST: Final = "document.body.firstElementChild"
SCRIPTS: Final = (
    # Written otherwise.
    f"{_FIRST}/**/./* x */remove()",
    f"{_FIRST}// x\n.remove()",
    "document['body']['firstElementChild']['rem' + 'ove']()",
    r"document.b\u006fdy.first\u{45}lementChild.remove()",
    r"document.querySelector('\x70').remove()",
    "document.querySelector(`p`)?.remove?.()",
    "(document.querySelector('p')).remove()",
    # Given a name.
    "const [x] = document.getElementsByTagName('p'); x.remove()",
    "a = document.body.children[0]; a.remove()",
    "this.note = document.querySelector('p'); this.note.remove()",
    "for (const x of document.body.children) x.remove()",
    "[...document.querySelectorAll('p')].forEach((x, i) => { x.style.opacity = i })",
    "const x = document.body; x.firstElementChild.remove()",
    "const x = document.body; x.style.transform = 'scale(0)'",
    # Found otherwise.
    "document.querySelectorAll('main, p').forEach(x => { x.hidden = true })",
    "document.querySelector('html *').remove()",
    "document.querySelector('[role]').remove()",
    "document.querySelector('#mtmgeo-' + 'disclaimer').remove()",
    # Put elsewhere, or with what is around it.
    f"box.append({_FIRST})",
    "document.body.insertBefore(document.body.firstChild, null)",
    "document.body.style.setProperty('opacity', '0')",
    "document.documentElement.style['display'] = 'none'",
    "document.body.innerHTML += ''",
    "document.body.attachShadow({mode: 'open'})",
    "document.open()",
    # In strings.
    f"setTimeout('{_FIRST}.remove()', 9)",
    f"b.setAttribute('onclick', '{_FIRST}.remove()')",
    f"x = `${{{_FIRST}.remove()}}`",
    f"if (/'/.test(a)) {_FIRST}.remove() // '",
)

FINE_SCRIPTS: Final = (
    "document.querySelector('main').remove()",
    "document.body.style.cursor = 'wait'; document.body.classList.add('x')",
    "document.documentElement.style.setProperty('--x', 1)",
    "if (document.querySelector('p')) { other.remove() }",
    "const p = document.querySelector('.x p.y'); p.remove()",
    "$('<div>x</div>').hide(); L.DomUtil.remove(box); box.innerHTML = ''",
    "const height = document.body.scrollHeight; box.style.top = height + 'px'",
    f"x.textContent = '{_FIRST}'",
)

# --- drawings -----------------------------------------------------------------------------------

_HTML: Final = 'xmlns="http://www.w3.org/1999/xhtml"'
_DUBLIN: Final = 'xmlns:d="http://purl.org/dc/elements/1.1/"'

#: Style sheets of drawings.
SVG_STYLES: Final = (
    "[viewBox]{opacity:0}",
    "[textLength]{display:none}",
    "[*|lang]{opacity:0}",
    "*|text{display:none}",
    "@namespace s url(http://www.w3.org/2000/svg);s|text{display:none}",
    "svg:has(g){opacity:0}",
    "g:last-child{clip-path:inset(50%)}",
    "svg{mask:url(#m)}",
    "@keyframes k{to{opacity:0}}g{animation:k 1ms forwards}",
    "text{text-transform:uppercase}",
    "text{stroke:#fff;stroke-width:9}",
    "text::first-line{fill:#fff}",
    "svg{text-rendering:geometricPrecision;zoom:.01}",
)

#: What is put before all that is drawn.
SVG_CONTENTS: Final = (
    f'<link {_HTML} rel="stylesheet" href="data:text/css,text{{display:none}}"/>',
    f"<style {_HTML}>text{{display:none}}</style>",
    f"<script {_HTML}>document.documentElement.remove()</script>",
    f'<meta {_HTML} http-equiv="refresh" content="0;url=about:blank"/>',
    f"<metadata><d:title {_DUBLIN}><style {_HTML}>g{{opacity:0}}</style></d:title></metadata>",
    "<metadata><style>text{display:none}</style></metadata>",
    f'<foreignObject width="100%" height="100%"><div {_HTML}>x</div></foreignObject>',
    '<animateTransform href="#mtmgeo-disclaimer" attributeName="transform" type="scale" to="0"/>',
    '<discard href="#mtmgeo-disclaimer" begin="0s"/>',
    '<view id="v" viewBox="0 0 1 1"/>',
    '<a href="java&#10;script:hit(1)"><rect width="9" height="9"/></a>',
    '<use href="https://evil.example/a.svg#b"/>',
    '<image href="https://evil.example/a.png"/>',
    '<g onclick="hit(1)"/>',
    '<e:listener xmlns:e="http://www.w3.org/2001/xml-events" event="load"/>',
)

# --- documents ----------------------------------------------------------------------------------


def _object(**entries: Any) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})


def _over(subtype: str, **more: Any) -> Callable[[PdfWriter], None]:
    """Lay an annotation over the disclaimer."""
    place = ArrayObject([FloatObject(edge) for edge in (0, 0, 400, 70)])
    kind = {"Type": NameObject("/Annot"), "Subtype": NameObject(f"/{subtype}"), "Rect": place}
    return _page(Annots=ArrayObject([_object(**kind, **more)]))


def _page(**entries: Any) -> Callable[[PdfWriter], None]:
    return lambda document: document.pages[0].update(_object(**entries))


def _whole(**entries: Any) -> Callable[[PdfWriter], None]:
    return lambda document: document.root_object.update(_object(**entries))


def _hidden_layer(document: PdfWriter) -> None:
    layer = _object(Type=NameObject("/OCG"), Name=TextStringObject("x"))
    shown = _object(OCGs=ArrayObject([layer]), D=_object(ON=ArrayObject([layer])))
    document.root_object.update(_object(OCProperties=shown))


def _painted(document: PdfWriter) -> None:
    content: Any = document.pages[0]["/Contents"]
    content.set_data(content.get_data() + b"\n1 g 0 0 999 70 re f")


def _printed_otherwise(document: PdfWriter) -> None:
    picture = DecodedStreamObject()
    picture.set_data(b"\0")
    picture.update(_object(Type=NameObject("/XObject"), Subtype=NameObject("/Image")))
    picture.update(_object(Width=NumberObject(1), Height=NumberObject(1)))
    picture.update(_object(BitsPerComponent=NumberObject(8), Alternates=ArrayObject([])))
    resources: Any = document.pages[0]["/Resources"]
    resources[NameObject("/XObject")] = _object(I=picture)


def _bleached(document: PdfWriter) -> None:
    state = _object(Type=NameObject("/ExtGState"), TR=NameObject("/Identity"))
    resources: Any = document.pages[0]["/Resources"]
    resources[NameObject("/ExtGState")] = _object(A9=state)


def _script(**more: Any) -> DictionaryObject:
    return _object(S=NameObject("/JavaScript"), JS=TextStringObject("app.alert(1)"), **more)


_WIDE: Final = ArrayObject([NumberObject(0), NumberObject(0), NumberObject(400)])
_NONE: Final = ArrayObject([NumberObject(0)] * 3)
_AWAY: Final = _object(S=NameObject("/URI"), URI=TextStringObject("https://example.org"))

#: Edits of a document, and a word of what is said of them.
DOCUMENTS: Final[tuple[tuple[Callable[[PdfWriter], Any], str], ...]] = (
    (_painted, "cannot be read"),
    (_over("Square", IC=ArrayObject([FloatObject(1)] * 3)), "only links"),
    (_over("FreeText", Contents=TextStringObject("x")), "only links"),
    (_over("Stamp", F=NumberObject(2)), "only links"),
    (_over("Redact"), "only links"),
    (_over("Widget", FT=NameObject("/Btn")), "only links"),
    (_over("Watermark"), "only links"),
    (_over("Link", Border=_WIDE), "'Border'"),
    (_over("Link", BS=_object(W=NumberObject(400))), "'BS'"),
    (_over("Link", A=_script()), "only links"),
    (_over("Link", A=_object(S=NameObject("/SetOCGState"))), "only links"),
    (
        _over("Link", Border=_NONE, A=_object(S=NameObject("/URI"), Next=_script())),
        "Next",
    ),
    (_hidden_layer, "'OCProperties'"),
    (_whole(OpenAction=_script()), "'OpenAction'"),
    (_whole(AA=_object()), "'AA'"),
    (_page(AA=_object(O=_script())), "'AA'"),
    (_whole(Names=_object(JavaScript=_object())), "'Names'"),
    (_whole(Lang=_script()), "'Lang'"),
    (_whole(entries=_script()), "'entries'"),
    (_whole(Collection=_object()), "'Collection'"),
    (_page(UserUnit=FloatObject(0.1)), "'UserUnit'"),
    (_page(Trans=_object()), "'Trans'"),
    (_printed_otherwise, "'Alternates'"),
    (_bleached, "'TR'"),
    (lambda document: document.add_attachment("x.txt", b"x"), "'Names'"),
    (lambda document: document.encrypt("", "x", algorithm="RC4-128"), "'Encrypt'"),
)

FINE_DOCUMENTS: Final[tuple[Callable[[PdfWriter], Any], ...]] = (
    _whole(),
    _over("Link", Border=_NONE, A=_AWAY),
    lambda document: document.add_outline_item(title="Map", page_number=0),
)
