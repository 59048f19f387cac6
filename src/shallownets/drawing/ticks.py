"""Labels of logarithmic axes that span few decades."""

from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, NullLocator, StrMethodFormatter


def spread(axis: Axis) -> None:
    """Label a logarithmic axis of fewer than two decades by a few plain numbers; call it when the limits are known.

    By itself Matplotlib labels the minor ticks of such an axis, too, and they overlap.
    """
    low, high = axis.get_view_interval()
    if high >= 100 * low:
        return
    if high < 10 * low:  # where a decade has one label or none
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axis.set_minor_locator(NullLocator())
    else:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())
