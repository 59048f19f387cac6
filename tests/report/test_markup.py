"""Captions and statements become HTML in which every formula is set."""

import re

import pytest

from shallownets.errors import UserError
from shallownets.report.markup import caption, typeset


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("falls as N^(-1/2)", "falls as N<sup>−1/2</sup>"),
        ("order N^(-p*/(p+2)),", "order N<sup>−p*/(p+2)</sup>,"),
        ("M_ir at 4 eta/p", "M<sub>ir</sub> at 4 η/p"),
        ("eta_opt", "η<sub>opt</sub>"),
        ("R = M (M^T M)^(-1/2)", "R = M (M<sup>T</sup> M)<sup>−1/2</sup>"),
        ("(M M^T)_ij", "(M M<sup>T</sup>)<sub>ij</sub>"),
        ("p >= p*, sqrt(2)", "p ≥ p*, √(2)"),
        ("W -> W^T W", "W → W<sup>T</sup> W"),
        ("beta-testers use hessian_ratio", "β-testers use hessian_ratio"),
        ("theta and etas stay", "theta and etas stay"),
        ("<b>p & q</b>", "&lt;b&gt;p &amp; q&lt;/b&gt;"),
    ],
)
def test_plain_formulas_are_set(plain, html):
    assert typeset(plain) == html


def test_no_caption_of_the_project_leaves_raw_tex(root):
    captions = sorted((root / "workflow/report").glob("*.rst"))
    assert captions
    for path in captions:
        html = caption(path)
        assert html.count("<math") == path.read_text().count(":math:"), path.name
        text = re.sub(r"<[^>]*>", "", html)
        assert not re.search(r"\\[a-zA-Z]|\$|:math:|[\^_]\{", text), path.name


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "no such file"), ("An *open emphasis.", "emphasis"), (".. raw:: html\n\n   <script></script>", "raw")],
)
def test_a_caption_that_cannot_be_read_is_refused(tmp_path, text, words):
    path = tmp_path / "figure.rst"
    if text:
        path.write_text(text)
    with pytest.raises(UserError, match=words):
        caption(path)
