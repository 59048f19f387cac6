from shallownets.numerics import progress as module
from shallownets.numerics.progress import progress


def test_a_log_gets_lines_with_the_share_done_and_the_time_left(capsys, monkeypatch):
    clock = iter([0.0, 5.0, 20.0, 35.0, 40.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    with progress("SGD", 8.0) as advance:
        advance(1.0)
        advance(1.0)
        advance(6.0)
    assert capsys.readouterr().err.splitlines() == [
        "SGD: 25%, 60 s left",
        "SGD: 100%, 0 s left",
        "SGD: done in 40.0 s",
    ]


def test_no_time_left_is_told_from_less_than_a_hundredth(capsys, monkeypatch):
    clock = iter([0.0, 20.0, 40.0, 41.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    with progress("SGD", 1000.0) as advance:
        advance(1.0)
        advance(9.0)
    assert capsys.readouterr().err.splitlines()[:2] == ["SGD: 0%", "SGD: 1%, 3960 s left"]


def test_no_bar_tells_it_either(capsys, monkeypatch):
    monkeypatch.setattr(module.sys.stderr, "isatty", lambda: True, raising=False)
    with progress("SGD", 1000.0) as advance:
        advance(1.0)
    assert "left" not in capsys.readouterr().err


def test_a_terminal_gets_a_bar(capsys, monkeypatch):
    monkeypatch.setattr(module.sys.stderr, "isatty", lambda: True, raising=False)
    with progress("SGD", 2.0) as advance:
        advance(2.0)
    shown = capsys.readouterr().err
    assert "SGD: 100%" in shown
    assert "left" in shown
