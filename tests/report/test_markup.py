"""Captions and statements become HTML in which every formula is set."""

import re

import pytest

from shallownets.errors import UserError
from shallownets.report.markup import caption, linked, typeset
from shallownets.workflow import catalogue


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("falls as N^(-1/2)", "falls as N<sup>−1/2</sup>"),
        ("order N^(-p*/(p+2)),", "order N<sup>−p*/(p+2)</sup>,"),
        ("M_ir at 4 eta/p", "M<sub>ir</sub> at 4 η/p"),
        ("eta_opt", "η<sub>opt</sub>"),
        ("at p_star = 2, eta_hat = 0.1", "at p* = 2, η/p = 0.1"),
        ("R = M (M^T M)^(-1/2)", "R = M (M<sup>T</sup> M)<sup>−1/2</sup>"),
        ("|A|_F M*^beta log d", "|A|<sub>F</sub> M*<sup>β</sup> log d"),
        ("(M M^T)_ij", "(M M<sup>T</sup>)<sub>ij</sub>"),
        ("p >= p*, sqrt(2)", "p ≥ p*, √(2)"),
        ("W -> W^T W", "W → W<sup>T</sup> W"),
        ("beta-testers use hessian_ratio", "β-testers use hessian_ratio"),
        ("theta and etas stay", "theta and etas stay"),
        ("d^0.1, 10^7. Then", "d<sup>0.1</sup>, 10<sup>7</sup>. Then"),
        ("alpha^-(g1 g2)", "α<sup>−(γ1 γ2)</sup>"),
        ("kappa, lam, xi and psi'(nu/2)", "κ, λ, ξ and ψ′(ν/2)"),
        ("<b>p & q</b>", "&lt;b&gt;p &amp; q&lt;/b&gt;"),
    ],
)
def test_plain_formulas_are_set(plain, html):
    assert typeset(plain) == html


def test_a_claim_that_a_note_names_leads_to_its_place():
    html = linked("see eta-opt, not eta-line; N^(-1/2) < eta-opts", {"eta-opt": "ledger.html#claim-eta-opt"})
    link = '<a href="ledger.html#claim-eta-opt">eta-opt</a>'
    assert html == f"see {link}, not η-line; N<sup>−1/2</sup> &lt; η-opts"


def test_an_exponent_with_a_minus_sign_is_no_name():
    assert linked("takes d^(k-1) samples", {"k-2": "elsewhere"}) == "takes d<sup>k−1</sup> samples"


def test_no_caption_of_the_project_leaves_raw_tex(root):
    figures = catalogue.load(root)
    assert len(figures) > 20
    for address, figure in figures.items():
        html = caption(figure.caption, address)
        assert html.count("<math") == figure.caption.count(":math:"), address
        text = re.sub(r"<[^>]*>", "", html)
        assert not re.search(r"\\[a-zA-Z]|\$|:math:|[\^_]\{", text), address


@pytest.mark.parametrize(
    ("text", "words"),
    [("An *open emphasis.", "emphasis"), (".. raw:: html\n\n   <script></script>", "raw")],
)
def test_a_caption_that_cannot_be_read_is_refused(text, words):
    with pytest.raises(UserError, match=rf"^caption of escape\.fig9: .*{words}"):
        caption(text, "escape.fig9")
