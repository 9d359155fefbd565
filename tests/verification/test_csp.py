"""The security policy of a page, as browsers enforce it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtmgeo.core import disclaimer
from mtmgeo.verification.rules import csp
from tests.small import page

STYLE = csp.digest(disclaimer.HTML_STYLE)


def rules(html, *, extras=False):
    """Return the directives of a page's policy by their names."""
    parts = [part.split() for part in csp.policy(html, extras=extras).split(";")]
    return {name: sources for name, *sources in parts}


def test_scripts_and_styles_are_named_by_their_hashes():
    html = page("b{}", "<script>go()</script><script type='module'>\n1</script>")
    found = rules(html)
    # Computed with: printf 'go()' | openssl dgst -sha256 -binary | base64
    assert found["script-src"] == [
        "'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='",
        csp.digest("\n1"),
    ]
    assert found["style-src"][1:] == ["'unsafe-hashes'", STYLE]
    assert found["default-src"] == found["base-uri"] == found["form-action"] == ["'none'"]
    assert "connect-src" not in found


def test_data_and_other_files_have_no_hash():
    content = (
        "<script type='application/json'>{}</script><script src='https://x.org/a.js'></script>"
        "<!-- <script>1</script> --><p title='<script>2</script>'>&lt;script&gt;3&lt;/script&gt;"
    )
    assert rules(page(content=content))["script-src"] == ["'none'"]


def test_extras_may_load_what_the_page_names():
    found = rules(
        page(
            content='<script src="https://Cdn.org:8080/a/b.js?x=;y"></script><script>1</script>'
            '<script src="//two.org/b.js"></script><script src="own.js"></script>'
            '<link rel="stylesheet" href="http://three.org/a.css"><link rel="icon" href="data:,">'
            '<img src="http://four.org/a.png"><img src="data:image/png;base64,">'
        ),
        extras=True,
    )
    own = csp.digest("1")
    assert found["script-src"] == [
        *(own, "'self'", "https://cdn.org:8080", "https://two.org"),
    ]
    assert found["style-src"] == ["'unsafe-inline'", "http://three.org"]
    assert found["img-src"] == ["data:", "blob:", "https:", "http://four.org"]
    assert found["connect-src"] == ["https:"]


@pytest.mark.parametrize(
    "place",
    [
        *("https://x.org;script-src *", "https://x.org 'unsafe-inline'", 'https://x"y/a.js'),
        *("https://*/a.js", "javascript:1", "https://[::1/a.js", "file:///a.js", "https://a@b/c"),
    ],
)
def test_no_place_can_add_to_the_policy(place):
    content = f'<script src="{place.replace(chr(34), "&quot;")}"></script>'
    found = csp.policy(page(content=content), extras=True)
    assert "script-src 'none';" in found or "script-src https://x.org;" in found


@given(st.text(max_size=40))
def test_no_place_can_end_its_directive(place):
    found = csp.policy(f"<script src='https://{place.replace(chr(39), '')}'>", extras=True)
    assert len(found.split(";")) == len(csp.policy("", extras=True).split(";"))
    assert re.fullmatch("[ -!#-;=?-~]+", found)


def test_the_policy_stands_before_what_it_governs_and_after_the_encoding():
    html = csp.with_policy(page("b{}"))
    head = html[html.index("<head>") + 6 :]
    assert head.startswith('<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" ')
    bare = csp.with_policy("<head lang=en><title>x</title></head><header>")
    assert bare.startswith('<head lang=en>\n<meta http-equiv="Content-Security-Policy" content="')
    assert bare.count("<meta") == 1


def test_the_policy_allows_what_is_in_the_page_and_nothing_else():
    text = csp.policy(page(content="<script>1</script>"))
    assert csp.knows_script(text, "1")
    assert not csp.knows_script(text, "2")
    assert csp.allows_style(text, disclaimer.HTML_STYLE)
    assert not csp.allows_style(text, disclaimer.HTML_STYLE + "display:none")
    assert csp.allows_style(csp.policy(page(), extras=True), disclaimer.HTML_STYLE)


# In a browser

ODD = 'document.title += "é😀\u2028<\\/b>&amp;"; // <!-- \r\n document.title += 1\r\n'


def test_a_browser_runs_what_is_in_the_page_and_nothing_that_was_added(visit):
    html = csp.with_policy(
        page(
            "main { color: rgb(1, 2, 3) }",
            f"<main>map</main><script>{ODD}</script><svg><style>circle {{ r: 7px }}</style></svg>",
        )
    )
    seen = visit(html)  # fails if the browser complains
    assert seen.page.title() == "é😀\u2028</b>&amp;1"
    assert look(seen, "main", "color") == "rgb(1, 2, 3)"
    assert look(seen, "p", "position") == "sticky"

    added = html.replace(
        "<main>map</main>",
        "<main style='color:red' onclick='document.title = 9'>map</main>"
        "<script>document.title = 'added'</script><style>main { color: red }</style>"
        "<a href='javascript:document.title = 8'>x</a><img src='https://x.org/a.png'>",
    )
    seen = visit(added)
    seen.page.locator("main").click()
    seen.page.locator("a").click()
    seen.page.evaluate(  # what runs in the browser's own tools may, what it adds may not
        """() => { const s = document.createElement("script"); s.textContent = "document.title = 7";
        document.body.append(s); }"""
    )
    assert seen.page.title() == "é😀\u2028</b>&amp;1"
    assert look(seen, "main", "color") == "rgb(1, 2, 3)"
    assert look(seen, "p", "position") == "sticky"
    complaints = [fault for fault in seen.faults if "Content Security Policy" in fault]
    assert len(complaints) == len(seen.faults) >= 6
    assert not [fault for fault in seen.faults if fault.startswith("request")]
    seen.faults.clear()


def test_a_browser_lets_extras_style_and_draw(visit):
    html = csp.with_policy(
        page(
            content="<main style='color: rgb(4, 5, 6)'>map</main><script>"
            "document.querySelector('main').innerHTML = '<b style=\"color: rgb(7, 8, 9)\">x</b>';"
            "</script><iframe src='data:text/html,x'></iframe>"
        ),
        extras=True,
    )
    seen = visit(html)
    assert look(seen, "main", "color") == "rgb(4, 5, 6)"
    assert look(seen, "b", "color") == "rgb(7, 8, 9)"


def look(seen, selector, name):
    return seen.page.locator(selector).evaluate("(e, name) => getComputedStyle(e)[name]", name)
