"""The panel of all standardised deviations: each against the quantile of the normal law at its place, drawn."""

from markupsafe import Markup

from shallownets.claims.promise import Promise

_REACH = 5.0  # standard deviations at the edge of the drawing; what is farther off is drawn there
_SCALE = 28.0  # pixels each


def panel(promise: Promise) -> Markup:
    """A quantile plot: on the diagonal where deviations are standard normal, steeper where they are too large."""
    edge = _REACH * _SCALE
    dots = Markup("").join(
        Markup('<circle cx="{x:.1f}" cy="{y:.1f}" r="2"/>').format(
            x=quantile * _SCALE, y=-max(-_REACH, min(_REACH, deviation)) * _SCALE
        )
        for quantile, deviation in zip(promise.quantiles, promise.deviations, strict=True)
    )
    ticks = Markup("").join(
        Markup('<path d="M{at} {edge}v-5M-{edge} {at}h5"/><text x="{at}" y="{below}">{k}</text>').format(
            at=k * _SCALE, edge=edge, below=edge + 16, k=k
        )
        for k in (-4, -2, 0, 2, 4)
    ) + Markup("").join(
        Markup('<text x="{left}" y="{at}">{k}</text>').format(left=-edge - 14, at=-k * _SCALE + 4, k=k)
        for k in (-4, -2, 0, 2, 4)
    )
    return Markup(
        '<svg class="panel" role="img" aria-label="Standardised deviations of {n} comparisons against quantiles of the '
        'normal law" viewBox="{x} {x} {size} {size}" width="{size}" height="{size}">'
        '<rect x="-{edge}" y="-{edge}" width="{across}" height="{across}"/>'
        '<path class="diagonal" d="M-{edge} {edge}L{edge} -{edge}"/>{ticks}{dots}'
        '<text x="0" y="{below}">quantile of the normal law</text></svg>'
    ).format(
        n=len(promise.deviations),
        x=-edge - 40,
        size=2 * edge + 80,
        edge=edge,
        across=2 * edge,
        below=edge + 34,
        ticks=ticks,
        dots=dots,
    )
