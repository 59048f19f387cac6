"""The link of the stages of the flow; `link` alone compares several."""

K = 4  # its degree, that of the source's one experiment; near ties fall as 1/d, with h_3 only as the root of that
