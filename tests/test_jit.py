"""Compiled kernels are cached under the source that they come from, where nobody else can put code."""

import errno
import fcntl
import os
import pickle
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from numba.core.caching import IndexDataCacheFile

from shallownets import sources
from shallownets.numerics import jit


@pytest.fixture
def copied(tmp_path):
    """The folder of a copy of the source."""
    return shutil.copytree(sources.ROOT, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))


ALL = (
    "from shallownets.numerics.jit import Kernel; [one.compiled for one in vars(m).values() if isinstance(one, Kernel)]"
)


def compiled(copied, module, then=ALL):
    """Names of the caches after a process imported a module as m and compiled its kernels, and their machine code."""
    caches = copied.parent / "caches"
    # a copy is not the source that `make coverage` counts
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environment |= {"PYTHONPATH": str(copied), "NUMBA_CACHE_DIR": str(caches)}
    subprocess.run([sys.executable, "-c", f"import {module} as m; {then}"], env=environment, check=True)
    return {folder.name: {path.name for path in folder.rglob("*.nbc")} for folder in caches.glob("*")}


@pytest.mark.slow
def test_an_import_compiles_nothing_and_a_first_call_what_it_needs(copied):
    module = "shallownets.numerics.normals"
    assert compiled(copied, module, "pass") == {}
    call = "m.draw_words(m.np.zeros((4, 8), m.np.uint64), m.np.zeros(8, m.np.uint64))"
    (found,) = compiled(copied, module, call).values()
    assert [name.partition("-")[0] for name in found] == ["normals.draw_words"]


@pytest.mark.slow
def test_a_kernel_is_cached_under_the_source_that_was_imported(copied):
    """An edit between import and first call is not what is compiled."""
    module, edited = "shallownets.numerics.normals", copied / "shallownets/sources.py"
    edit = f"open({str(edited)!r}, 'a').write('\\nUNUSED = 1\\n'); "
    assert compiled(copied, module, edit + ALL).keys() != (then := compiled(copied, module)).keys()
    assert len(then) == 2


@pytest.mark.slow
def test_threads_that_call_kernels_first_do_not_wait_for_each_other_for_ever():
    """One that is compiled with those it calls, beside one of these by itself."""
    code = (
        "from concurrent.futures import ThreadPoolExecutor as Pool; from shallownets.numerics import integrate as m; "
        "names = [n for n, one in vars(m).items() if type(one).__name__ == 'Kernel']; "
        "print(len(list(Pool(8).map(lambda name: getattr(m, name).compiled, names + names[::-1]))))"
    )
    environment = os.environ | {"PYTHONPATH": str(sources.ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=300)
    assert int(done.stdout) >= 14, done.stderr


@pytest.mark.slow
def test_a_kernel_is_compiled_once_until_its_source_or_what_that_imports_changes(copied):
    (first,) = found = compiled(copied, "shallownets.numerics.normals")
    assert len(found[first]) == 3
    assert compiled(copied, "shallownets.numerics.normals") == found
    with (copied / "shallownets/sources.py").open("a") as file:
        file.write("\nUNUSED = 1\n")  # what runs, not only its layout
    after = compiled(copied, "shallownets.numerics.normals")
    assert len(after) == 2
    assert after[first] == found[first]


def square(x):
    return x * x


square.__module__ = "shallownets.errors"  # a cache is named after a module of this package
NAME = sources.digest(sources.closure("shallownets.errors"))
ELSEWHERE = os.geteuid() + 1  # another user


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """The folders that may hold the cache, best first; none is there yet."""
    jit._say.cache_clear()
    tmp_path.chmod(0o755)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "named"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return [tmp_path / "named", tmp_path / "home/shallownets", tmp_path / f"shallownets-{os.getuid()}"]


def build():
    """Compile the kernel anew, or load it."""
    kernel = jit.kernel("f8(f8)")(square)
    assert kernel(3.0) == 9.0
    return kernel


def loaded(kernel):
    return sum(kernel.stats.cache_hits.values()) == 1


def files(place):
    """The index and the machine code of the kernel in a place."""
    folder = place / NAME / "square"
    (index,), (code,) = folder.rglob("*.nbi"), folder.rglob("*.nbc")
    return index, code


def test_modules_do_not_share_a_cache_and_a_constant_of_another_module_counts(places):
    build()
    frozen = sources.ROOT / "shallownets/studies/escape/model.py"  # DIVERGED
    closure = sources.closure("shallownets.studies.escape.engines.chain")
    assert frozen in closure
    assert {path.name for path in places[0].iterdir()} == {NAME}
    assert len({NAME, *map(jit._digest, ("shallownets.numerics.normals", "shallownets.numerics.integrate"))}) == 3


def test_the_cache_is_for_this_user_alone_whatever_the_umask(places, capsys):
    before = os.umask(0)
    try:
        assert not loaded(build())
    finally:
        os.umask(before)
    assert loaded(build())
    for folder in (places[0], places[0] / NAME, places[0] / NAME / "square"):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert capsys.readouterr().err == ""


def small(x):
    return (x + 1e16) - 1e16


def large(x):
    return small(x) + ((x + 1e16) - 1e16)


def test_a_kernel_is_compiled_with_its_own_options_whoever_calls_it_first(monkeypatch):
    """A caller that may reorder its sums takes no part of that into what it calls."""
    for function in (small, large):
        monkeypatch.setattr(function, "__module__", "shallownets.errors")
    monkeypatch.setitem(globals(), "small", jit.kernel("f8(f8)")(small))
    assert jit.kernel("f8(f8)", fastmath={"reassoc", "nsz"})(large)(0.25) == 0.25  # 0 by itself, and 0.25 reordered
    assert globals()["small"](0.25) == 0.0


def test_what_a_kept_kernel_calls_is_loaded_before_it(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    for function in (small, large):
        monkeypatch.setattr(function, "__module__", "shallownets.errors")
    source, seen = small, []
    for _ in range(2):
        inner = jit.kernel("f8(f8)")(source)
        monkeypatch.setitem(globals(), "small", inner)
        outer = jit.kernel("f8(f8)", fastmath={"reassoc", "nsz"})(large)
        assert outer(0.25) == 0.25
        seen += [vars(one)["compiled"].stats.cache_hits for one in (inner, outer)]
    assert [sum(one.values()) for one in seen] == [0, 0, 1, 1]


@pytest.mark.slow
def test_the_same_bits_whether_kernels_are_compiled_or_loaded(tmp_path):
    """A kernel's machine code has copies of those that it calls, optimised once more: loaded by itself, it would run
    these in place of theirs, which are at hand where it was compiled."""
    code = (
        "import numpy as np; from shallownets.studies.emergence import model, starts; "
        "from shallownets.studies.emergence.engines import deflated; "
        "start = starts.uniform(24, 8, 128, 0.01, np.random.default_rng(1)); "
        "run = deflated.simulate(start, model.strengths(8, 0.4), model.hermite(4), 2e4); "
        "print(run.t.size, run.loss.tobytes().hex())"
    )
    environment = os.environ | {"PYTHONPATH": str(sources.ROOT), "NUMBA_CACHE_DIR": str(tmp_path)}
    first, again = (
        subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert int(first.split()[0]) > 50
    assert first == again


def test_a_kernel_that_would_be_compiled_within_another_is_refused(monkeypatch):
    for function in (small, large):
        monkeypatch.setattr(function, "__module__", "shallownets.errors")
    monkeypatch.setitem(globals(), "small", jit.kernel("f8(f8)")(small))
    monkeypatch.setattr(jit.Kernel, "_called", lambda self: iter(()))
    with pytest.raises(RuntimeError, match="small is called by a kernel that does not name it, or its module"):
        jit.kernel("f8(f8)")(large)(1.0)


class Attack:
    """Unpickled, it would leave a file behind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def poison(place, pwned):
    """Put code of another user into a cache, with a seal that fits."""
    build()
    for path in files(place):
        path.write_bytes(pickle.dumps(Attack(pwned)))
    folder = place / NAME / "square"
    (folder / "seal").write_text(jit._hash(folder))


def belongs_to_another(folder, monkeypatch):
    """As if another user had made it: by its owner where this may be set, else by who this user is."""
    if os.geteuid() == 0:
        os.chown(folder, 1234, 1234)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: ELSEWHERE)


def is_a_link(folder, monkeypatch):
    folder.rename(folder.with_name("planted"))
    folder.symlink_to("planted")


def may_be_written_by_all(folder, monkeypatch):
    folder.chmod(0o777)


def may_be_written_by_a_group(folder, monkeypatch):
    folder.chmod(0o770)


def can_be_swapped(folder, monkeypatch):
    folder.parent.chmod(0o777)


DANGERS = {
    belongs_to_another: f"belongs to user {1234 if os.geteuid() == 0 else os.geteuid()}",
    is_a_link: "is a symbolic link",
    may_be_written_by_all: r"others can write into it \(mode 777\)",
    may_be_written_by_a_group: r"others can write into it \(mode 770\)",
    can_be_swapped: "everybody can write into",
}


CASES = [(danger, place, "") for danger in DANGERS for place in range(3)] + [
    (danger, 0, NAME) for danger in list(DANGERS)[:4]
]


@pytest.mark.parametrize(("danger", "place", "within"), CASES)
def test_code_that_others_may_have_put_into_a_cache_does_not_run(
    places, tmp_path, monkeypatch, capsys, danger, place, within
):
    monkeypatch.setattr(jit, "_places", lambda: iter(places[place:]))
    poison(places[place], tmp_path / "pwned")
    danger(places[place] / within, monkeypatch)
    assert not loaded(build())
    assert not (tmp_path / "pwned").exists()
    said = capsys.readouterr().err
    assert re.search(rf"{places[place]}.*: no kernels are cached here, because .*{DANGERS[danger]}", said)
    assert "expected a folder of yours with mode 700" in said


def test_the_planted_code_does_run_where_nothing_is_wrong_with_the_folder(places, tmp_path):
    poison(places[0], tmp_path / "pwned")
    build()
    assert (tmp_path / "pwned").exists()


def test_a_folder_that_is_refused_is_said_once_and_the_next_place_is_used(places, capsys):
    places[0].mkdir(mode=0o777)
    places[0].chmod(0o777)
    assert not loaded(build())
    assert loaded(build())
    assert files(places[1])
    assert len(capsys.readouterr().err.splitlines()) == 1


def empty(path):
    path.write_bytes(b"")


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def fill_with_garbage(path):
    path.write_bytes(b"\x80\x05garbage" * 50)


def flip(path):
    content = bytearray(path.read_bytes())
    content[-200] ^= 4  # among the machine code, of which no pickle complains
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [empty, cut, fill_with_garbage, flip, Path.unlink])
@pytest.mark.parametrize("which", [0, 1], ids=["index", "machine code"])
def test_a_damaged_kernel_is_dropped_and_compiled_anew(places, capsys, damage, which):
    build()
    damage(files(places[0])[which])
    assert not loaded(build())
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(
        "named/" + NAME + "/square: the compiled kernel here is incomplete or damaged; it is compiled anew"
    )
    assert loaded(build())
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("damage", [empty, cut, fill_with_garbage, Path.unlink])
def test_a_kernel_whose_seal_was_lost_is_compiled_anew(places, damage):
    build()
    damage(places[0] / NAME / "square/seal")
    assert not loaded(build())
    assert loaded(build())


def fail_in(place, monkeypatch, module, name, error):
    """Let a function fail on files of a place, given as open files or by their names."""
    works = getattr(module, name)

    def fails(self, *arguments):
        path = Path(f"/proc/self/fd/{self}").readlink() if isinstance(self, int) else Path(self._cache_path)
        if path.is_relative_to(place):
            raise error
        return works(self, *arguments)

    monkeypatch.setattr(module, name, fails)


NO_LOCKS = [
    OSError(errno.ENOSYS, "Function not implemented"),
    OSError(errno.ENOLCK, "No locks available"),
    OSError(errno.EOPNOTSUPP, "Operation not supported"),
]


@pytest.mark.parametrize("error", NO_LOCKS, ids=str)
def test_where_a_disk_has_no_locks_the_next_place_is_used(places, monkeypatch, error):
    fail_in(places[0], monkeypatch, fcntl, "flock", error)
    assert not loaded(build())
    assert loaded(build())
    assert files(places[1])


def test_where_a_disk_is_full_the_next_place_is_used(places, monkeypatch):
    full = OSError(errno.ENOSPC, "No space left on device")
    fail_in(places[0], monkeypatch, IndexDataCacheFile, "_save_data", full)
    assert not loaded(build())
    assert loaded(build())
    assert files(places[1])


@pytest.mark.parametrize("error", NO_LOCKS, ids=str)
def test_where_no_place_serves_a_kernel_is_compiled_and_one_line_says_why(places, monkeypatch, capsys, error):
    places[0].write_text("a file")
    fail_in(places[0].parent, monkeypatch, fcntl, "flock", error)
    assert not loaded(build())
    assert not loaded(build())
    (line,) = capsys.readouterr().err.splitlines()
    assert "each process compiles its own; set NUMBA_CACHE_DIR to a folder of yours on a disk with locks" in line
    assert f"{places[0]}: File exists; {places[1]}: {error.strerror}; {places[2]}: {error.strerror}" in line


def test_a_user_without_a_home_and_without_a_name_has_a_cache(places, monkeypatch):
    def unknown(number):
        raise KeyError(f"getpwuid(): uid not found: {number}")

    for name in ("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert not loaded(build())
    assert loaded(build())
    assert files(places[2])


def test_a_machine_without_a_temporary_folder_says_so_only_if_it_is_needed(places, monkeypatch, capsys):
    def missing():
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", missing)
    build()
    assert capsys.readouterr().err == ""
    shutil.rmtree(places[0])
    for file in (places[0], places[1].parent):
        file.write_text("a file")
    build()
    assert "each process compiles its own" in capsys.readouterr().err


WITHOUT_FCNTL = """
import sys
sys.modules["fcntl"] = None
from shallownets.numerics import jit
def square(x):
    return x * x
square.__module__ = "shallownets.errors"
print(jit.kernel("f8(f8)")(square)(3.0))
"""


def test_a_kernel_works_on_a_system_without_fcntl():
    environment = os.environ | {"PYTHONPATH": str(sources.ROOT)}
    done = subprocess.run([sys.executable, "-c", WITHOUT_FCNTL], env=environment, capture_output=True, text=True)
    assert done.stdout == "9.0\n", done.stderr
    assert "each process compiles its own" in done.stderr


def test_without_modes_and_ids_nothing_is_checked_and_the_names_need_none(places, monkeypatch):
    monkeypatch.delattr(os, "getuid")
    monkeypatch.delattr(os, "geteuid")
    places[0].mkdir()
    places[0].chmod(0o777)
    assert not loaded(build())
    assert loaded(build())
    assert files(places[0])
    assert [path.name for path in jit._places()] == ["named", "shallownets", "shallownets"]


def corner(x):
    total = 0.0
    for i in range(12):
        for q in range(i + 1, 12):
            for j in range(i, 12):
                total += np.sqrt(x[i] * x[q] + x[j])
    return total


def test_short_loops_are_written_out_for_the_kernel_that_asks(monkeypatch):
    """And for none after it: the number of roots tells."""
    monkeypatch.setattr(corner, "__module__", "shallownets.errors")
    roots, values, x = [], [], np.arange(1.0, 13.0)
    for short in (False, True, False):
        monkeypatch.setattr(corner, "__qualname__", f"corner_{len(roots)}")
        kernel = jit.kernel("f8(f8[::1])", short_loops=short)(corner)
        values.append(kernel(x))
        (code,) = kernel.inspect_llvm().values()
        roots.append(code.count("sqrt"))
    assert roots[1] > roots[0] == roots[2]
    assert values[0] == values[1] == values[2] == pytest.approx(corner(x))


def shifted(x, z):
    for i in range(x.size):
        z[i] = np.sqrt(x[i] + np.float32(1)) * x[i]


def test_loops_take_as_many_numbers_at_once_as_the_kernel_asks(monkeypatch, capfd):
    """And those of none after it; what they make of each number is the same, and LLVM has nothing to say."""
    monkeypatch.setattr(shifted, "__module__", "shallownets.errors")
    x = np.linspace(0.0, 9.0, 77, dtype=np.float32)
    codes, made = [], []
    for n, at_once in enumerate((0, 2, 0)):
        monkeypatch.setattr(shifted, "__qualname__", f"shifted_{n}")
        kernel = jit.kernel("void(f4[::1], f4[::1])", at_once=at_once)(shifted)
        made.append(np.empty_like(x))
        kernel(x, made[-1])
        codes += kernel.inspect_llvm().values()
    assert ["<2 x float>" in code for code in codes] == [False, True, False]
    np.testing.assert_array_equal(made[0], made[1])
    np.testing.assert_array_equal(made[0], made[2])
    assert capfd.readouterr() == ("", "")


def added(x, z):
    for i in range(z.size):
        z[i] += x[i]


@pytest.mark.parametrize("distinct", [False, True])
def test_arrays_that_share_no_memory_are_not_compared(monkeypatch, distinct):
    monkeypatch.setattr(added, "__module__", "shallownets.errors")
    monkeypatch.setattr(added, "__qualname__", f"added_{distinct}")
    kernel = jit.kernel("void(f8[::1], f8[::1])", distinct=distinct)(added)
    z = np.ones(100)
    kernel(np.arange(100.0), z)
    np.testing.assert_array_equal(z, np.arange(1.0, 101.0))
    (code,) = kernel.inspect_llvm().values()
    assert ("vector.memcheck" in code) == (not distinct)
