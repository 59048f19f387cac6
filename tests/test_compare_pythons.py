"""The comparison of Pythons does not pass where there is none to compare with."""

import pytest

from tests import compare_pythons


def test_where_no_other_python_is_installed_nothing_is_said_to_agree(monkeypatch, capsys):
    monkeypatch.setattr(compare_pythons, "environment", lambda version, folder: None)
    with pytest.raises(SystemExit, match="nothing was compared"):
        compare_pythons.main()
    said = capsys.readouterr().out.splitlines()
    assert said == [f"Python {version}: not installed here" for version in compare_pythons.supported()]
    assert said
