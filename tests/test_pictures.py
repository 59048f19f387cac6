"""What the helpers of tests hold of pictures and plots is not held of an empty one."""

import pandas as pd
import plotly.graph_objects as go
import pytest
from PIL import Image

from shallownets.drawing.interactive import panels
from tests.pictures import DOTS, assert_drawn, assert_live


@pytest.mark.parametrize("paper", ["white", "black"])
def test_a_blank_picture_and_one_of_another_size_are_caught(tmp_path, paper):
    path = tmp_path / "a.png"
    Image.new("RGB", (2 * DOTS, DOTS), paper).save(path)
    with pytest.raises(AssertionError):
        assert_drawn(path, 2, 1)
    with pytest.raises(AssertionError):
        assert_drawn(path, 3, 1)


def drawn(x, y):
    return panels(["one"], 1).add_trace(go.Scatter(x=x, y=y), 1, 1)


@pytest.mark.parametrize("y", [[], [1.0, 3.0]])
def test_a_curve_without_points_and_one_that_is_not_of_the_table_are_caught(y):
    frame = pd.DataFrame({"x": [0.0, 1.0], "y": [1.0, 2.0]})
    assert_live(drawn(frame.x, frame.y), frame)
    with pytest.raises(AssertionError):
        assert_live(drawn(frame.x[: len(y)], y), frame)
    with pytest.raises(AssertionError):
        assert_live(panels(["one", "empty"], 2).add_trace(go.Scatter(x=frame.x, y=frame.y), 1, 1), frame)
