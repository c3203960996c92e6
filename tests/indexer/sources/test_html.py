import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.sources.html import plain_text


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p><p>One.</p><p>Two.</p></p>", "One.\nTwo."),
        ("one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<h3>Background</h3>Text", "Background\nText"),
        ("<p>wrapped\nline</p>", "wrapped line"),
        ("plain\n\nparagraphs ", "plain\nparagraphs"),
    ],
)
def test_block_tags_break_lines_once(html, expected):
    assert plain_text(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("H<sub>2</sub>O", "H2O"),
        ("CO<SUB>2</SUB> and <i>E. coli</i>", "CO2 and E. coli"),
        ("Ca<sup>2+</sup>, CD4<sup>+</sup>", "Ca2+, CD4+"),
        ("m<sup>2</sup>, cm<sup>-1</sup>", "m2, cm-1"),
        ("<sup>99m</sup>Tc", "99mTc"),
        ('<span style="color: red" class=x>red</span>', "red"),
        ("<jats:italic>in vivo</jats:italic>", "in vivo"),
        ("<mml:math><mml:mi>x</mml:mi></mml:math>", "x"),
        ("<Unknown>word</Unknown>", "word"),
        ('<fig id="f1">word', "word"),
    ],
)
def test_inline_tags_vanish_without_gluing_or_splitting(html, expected):
    assert plain_text(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("10<sup>9</sup>/L", "10^9/L"),
        ("10<sup>-3</sup>", "10^-3"),
        ("10<sup><i>9</i></sup>", "10^9"),
        ("10<sup>th</sup>", "10th"),
        ("10 <sup>131</sup>I", "10 131I"),
        ("10<sup></sup>9", "109"),
    ],
)
def test_a_raised_number_does_not_glue_to_the_number_before_it(html, expected):
    assert plain_text(html) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a<b and c>d",
        "p<0.05",
        "p < 0.05 and r > 0.9",
        "values <LOD> were left out",
        "<https://example.org>",
        "<john@example.org>",
        "x<y>z",
        "AT&T, R&D, P&parameter",
        "<",
        "a <",
        "<>",
        "1 <2, 3> 2",
    ],
)
def test_what_only_looks_like_markup_stays(text):
    assert plain_text(text) == text


def test_a_sign_after_a_tag_is_text():
    assert plain_text("<p>p<0.05 (<i>n</i>=3)") == "p<0.05 (n=3)"
    assert plain_text("<p>p<0.05</p><p>q>1</p>") == "p<0.05\nq>1"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<i>P</i>&lt;0.001", "P<0.001"),
        ("&amp;lt;0.05", "<0.05"),
        ("&amp;amp;", "&"),
        ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", "One\nTwo"),
        ("&beta;-blocker, &#946;, &#x3B2;", "β-blocker, β, β"),
        ("5&nbsp;mg", "5 mg"),
        ("p &lt 0.05", "p < 0.05"),
        ("no&such;entity", "no&such;entity"),
        ("&#99999999999;", "&#99999999999;"),
    ],
)
def test_entities_are_decoded_even_twice(html, expected):
    assert plain_text(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a<!-- <b>hidden</b> -->b", "ab"),
        ("a<script>if (x<y) alert()</script>b", "ab"),
        ("<style type='text/css'>p {}</style>b", "b"),
        ("<![CDATA[a]]>", "a"),
        ("<!DOCTYPE html><p>a", "a"),
        ("<!-- never closed", "<!-- never closed"),
    ],
)
def test_hidden_content_is_removed(html, expected):
    assert plain_text(html) == expected


def test_labels_of_abstract_parts_are_kept():
    html = '<AbstractText Label="AIM" NlmCategory="OBJECTIVE">To see.</AbstractText><AbstractText>More.</AbstractText>'
    assert plain_text(html) == "AIM: To see.\nMore."


def test_control_characters_and_lone_surrogates_are_removed():
    assert plain_text("a\x00b\x07c\u200bd\xade\x1ef") == "abcde f"
    assert plain_text("a\ud800b") == "a\N{REPLACEMENT CHARACTER}b"
    assert plain_text("a\u202eb&#8238;c&shy;d") == "abcd"


def test_white_space_of_any_kind_is_one_space():
    assert plain_text(" a\t \xa0\u3000b ") == "a b"


@pytest.mark.parametrize("html", ["<<b>b>x", "<<i><b>i>x", "&lt&lt;b>b>", "<p <br>>x", "<\u200bb>x", "<\x00p>"])
def test_no_tag_arises_from_the_removal_of_others(html):
    once = plain_text(html)
    assert "<b>" not in once
    assert "<p" not in once.replace("< p", "")


@given(
    st.lists(st.sampled_from(["<", ">", "b", "p", "i", "/", "&lt;", "&amp;", " ", "=", '"', "a", "\n", "\x1e", "0"]))
)
def test_the_result_is_plain(parts):
    result = plain_text("".join(parts))
    assert [" ".join(line.split()) for line in result.split("\n") if line] == (result.split("\n") if result else [])
    assert not any(f"<{slash}{name}>" in result for name in "bpi" for slash in ("", "/"))


@pytest.mark.parametrize(
    "part",
    [
        "<",
        "<p ",
        '<p a="',
        "<!--",
        "<script>",
        "<p a=b ",
        "&",
        "&amp;",
        "&#",
        "<![CDATA[",
        " ",
        "<p a = ",
        "</x>",
        "<x>",
        "<a:b",
    ],
)
def test_the_time_is_linear(part):
    # A quadratic pattern would take minutes for this.
    assert isinstance(plain_text(part * (400_000 // len(part))), str)
