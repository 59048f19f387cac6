"""A job that a server forks is the job that `python -m shallownets` is, whatever ends; without a server that runs.

The server is tried on a package of a few lines that takes this project's place, so that a job takes a moment.
tests/workflow/test_faults.py kills it under Snakemake.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from shallownets import forkserver

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a server is started on Linux alone")

MAIN = """\
import sys
from shallownets import forkserver
sys.stdout.reconfigure(errors="backslashreplace")
forkserver.hand_over()
from shallownets.work import work
work()
"""
# What a job says first: whether a server forked it.
WORK = """\
import os, signal, sys, time

def work():
    forked = any(word.endswith("forkserver.py") for word in sys.orig_argv)
    print("forked" if forked else "alone", os.getpid(), flush=True)
"""
RUN = f"""\
import os, signal, sys
from shallownets import forkserver
signal.signal(signal.SIGINT, signal.SIG_DFL)  # whatever started the tests may have it ignored
forkserver.start(*sys.argv[1:])
print(os.environ[{forkserver._ADDRESS!r}], flush=True)
sys.stdin.read()
"""


class Run:
    """What stands for Snakemake: a process that has started a server, and waits."""

    def __init__(self, folder: Path, *commands: str, **environment: str):
        self.folder = folder
        self.environment = os.environ | {"PYTHONPATH": str(folder / "src")} | environment
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, *commands],
            cwd=folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.address = self.process.stdout.readline().strip()
        self.server = psutil.Process(self.process.pid).children()[0]
        self.jobs: list[subprocess.Popen] = []

    def job(self, *words: str, **options) -> subprocess.Popen:
        """A job of the run: python -m shallownets ..."""
        environment = self.environment | {forkserver._ADDRESS: self.address} | options.pop("environment", {})
        defaults = {"cwd": self.folder, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        line = [sys.executable, "-m", "shallownets", *words]
        self.jobs.append(subprocess.Popen(line, env=environment, **defaults | options))
        return self.jobs[-1]

    def does(self, work: str) -> None:
        """Edit what jobs do after they have said whether they were forked."""
        lines = "".join(f"    {line}\n" for line in work.splitlines())
        (self.folder / "src/shallownets/work.py").write_text(WORK + lines)

    def end(self) -> None:
        for job in self.jobs:
            job.kill()
            job.communicate()
        self.process.kill()
        self.process.communicate()
        assert gone(self.server)


@pytest.fixture
def folder(tmp_path):
    package = tmp_path / "src/shallownets"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(MAIN)
    (package / "work.py").write_text(WORK)
    shutil.copy(forkserver.__file__, package)
    return tmp_path


@pytest.fixture
def run(folder):
    run = Run(folder)
    yield run
    run.end()


def finished(job: subprocess.Popen) -> tuple[list[str], str, int]:
    """The words that a job says first, what else it says on either side, and how it ends."""
    out, err = job.communicate(timeout=1800)
    first, _, rest = out.partition("\n")
    return first.split(), rest + (err or ""), job.returncode


def began(job: subprocess.Popen) -> psutil.Process:
    """The process that works, once it does."""
    how, number = job.stdout.readline().split()
    assert (how == "forked") == (int(number) != job.pid)
    return psutil.Process(int(number))


def gone(process: psutil.Process) -> bool:
    """Whether a process ends. One whose parent was killed may stay a zombie until init looks for it, after seconds."""
    end = time.monotonic() + 600
    while time.monotonic() < end:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def test_a_job_is_forked_with_its_words_environment_files_and_mask(run, tmp_path):
    run.does(
        "print(sys.argv[1:], os.environ['TMPDIR'], os.getcwd(), oct(os.umask(0)), sys.stdin.read(), file=sys.stderr)"
    )
    (tmp_path / "typed").write_text("typed")
    with (tmp_path / "typed").open() as typed:
        words = ["a b", "ü'\"\udcff", ""]
        first, said, code = finished(
            run.job(*words, stdin=typed, environment={"TMPDIR": "/odd\udcff"}, umask=0o027, errors="surrogateescape")
        )
    assert first[0] == "forked"
    assert said == f"{words} /odd\\udcff {tmp_path} 0o27 typed\n"
    assert code == 0
    assert run.server.children() == []


@pytest.mark.parametrize("forked", [True, False])
@pytest.mark.parametrize(
    ("work", "code"),
    [
        ("sys.exit()", 0),
        ("sys.exit(3)", 3),
        ("sys.exit('said')", 1),
        ("1 / 0", 1),
        ("os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("os.abort()", -6),
        ("import atexit; atexit.register(os._exit, 5)", 5),
    ],
)
def test_a_job_ends_as_it_would_alone(run, work, code, forked):
    run.does(work)
    first, said, ended = finished(run.job(environment={} if forked else {forkserver._ADDRESS: ""}))
    assert first[0] == ("forked" if forked else "alone")
    assert ended == code
    assert ("ZeroDivisionError" in said) == ("0" in work)
    assert ("said" in said) == ("said" in work)


def test_an_edit_runs_in_the_next_job(run):
    for said in ("before", "after"):
        run.does(f"print({said!r})")
        first, rest, _ = finished(run.job())
        assert (first[0], rest) == ("forked", f"{said}\n")


def test_the_words_of_a_job_keep_their_order(run):
    run.does("for i in range(200): print(i, file=(sys.stdout, sys.stderr)[i % 2], flush=True)")
    _, said, _ = finished(run.job(stderr=subprocess.STDOUT))
    assert said.split() == [str(i) for i in range(200)]


def test_a_job_counts_its_own_core_seconds(run):
    run.does("end = time.process_time() + 1\nwhile time.process_time() < end: pass")
    assert finished(run.job())[0][0] == "forked"
    run.does("print(time.process_time())")
    first, said, _ = finished(run.job())
    assert first[0] == "forked"
    assert float(said) < 1


def test_jobs_work_side_by_side(run):
    run.does("open(sys.argv[1], 'w').close()\nwhile not os.path.exists(sys.argv[2]): time.sleep(0.01)")
    jobs = [run.job("one", "two"), run.job("two", "one")]
    assert [finished(job)[0][0] for job in jobs] == ["forked", "forked"]


def test_a_client_that_is_killed_takes_its_child_along(run):
    run.does("time.sleep(600)")
    job, other = run.job(), run.job()
    child, beside = began(job), began(other)
    job.kill()
    assert gone(child)
    assert beside.is_running()
    other.kill()
    assert gone(beside)
    run.does("")
    assert finished(run.job())[0][0] == "forked"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 7)], ids=["SIGTERM", "SIGINT"]
)
def test_a_signal_reaches_the_child_and_ends_both_alike(run, number, code):
    run.does("try: time.sleep(600)\nexcept KeyboardInterrupt: sys.exit(7)")
    job = run.job()
    child = began(job)
    job.send_signal(number)
    assert job.wait(1800) == code
    assert gone(child)
    job.communicate()


def test_where_the_server_is_killed_its_clients_do_their_work_themselves(run):
    run.does("open(sys.argv[1], 'a').close()\nif not os.path.exists('go'): time.sleep(600)")
    job = run.job("begun")
    child = began(job)
    while not (run.folder / "begun").exists():
        time.sleep(0.01)
    (run.folder / "go").touch()
    run.server.kill()
    assert gone(child)
    assert finished(job)[0] == ["alone", str(job.pid)]
    assert finished(run.job("next"))[0][0] == "alone"


def test_the_server_ends_after_whoever_started_it_and_the_last_child(run):
    run.does("while not os.path.exists('go'): time.sleep(0.01)")
    job = run.job()
    began(job)
    run.process.kill()
    run.process.wait()
    assert run.server.is_running()
    (run.folder / "go").touch()
    assert finished(job)[2] == 0
    assert gone(run.server)
    assert finished(run.job())[0][0] == "alone"


def test_the_server_ends_with_a_run_that_ends_by_itself(run):
    run.process.communicate(timeout=1800)
    assert run.process.returncode == 0
    assert gone(run.server)


@pytest.mark.parametrize(
    "other",
    [
        {"environment": {"NUMBA_DISABLE_JIT": "1"}},
        {"environment": {"PYTHONOPTIMIZE": "1"}},
        {"cwd": "/"},
        {"environment": {forkserver._ADDRESS: "nobody"}},
        {"preexec_fn": lambda: os.close(0)},
    ],
    ids=["a variable of numba", "a flag of Python", "another folder", "no server", "a closed file"],
)
def test_what_would_differ_is_done_without_the_server(run, other):
    run.does("print(os.environ.get('NUMBA_DISABLE_JIT'), sys.flags.optimize)")
    first, said, code = finished(run.job(**other))
    assert (first[0], code) == ("alone", 0)
    variables = other.get("environment", {})
    assert said == f"{variables.get('NUMBA_DISABLE_JIT')} {variables.get('PYTHONOPTIMIZE', 0)}\n"


def test_a_request_that_is_too_large_is_no_request(run):
    assert finished(run.job(*["x" * 100_000] * 4))[0][0] == "alone"


@pytest.mark.slow
def test_a_child_clears_away_nothing_of_the_servers(folder):
    run = Run(folder, MPLCONFIGDIR="/proc/none")  # Matplotlib makes a folder in place of it, and deletes it at its end
    run.does("import matplotlib; print(matplotlib.get_configdir(), os.path.isdir(matplotlib.get_configdir()))")
    one, two = (finished(run.job("draw")) for _ in range(2))
    run.end()
    assert one[0][0] == two[0][0] == "forked"
    assert one[1] == two[1] and one[1].endswith(" True\n")


@pytest.mark.parametrize("user", [0, 65534])
def test_another_user_does_the_work_without_the_server(run, user):
    if os.geteuid():
        pytest.skip("only root can become another user")
    imports = "import os, sys; from shallownets import forkserver, work"  # while it may still read this folder
    line = f"{imports}; os.setuid({user}); forkserver.hand_over(); work.work()"
    environment = run.environment | {forkserver._ADDRESS: run.address}
    said = subprocess.check_output([sys.executable, "-c", line], cwd=run.folder, env=environment, text=True)
    assert said.split()[0] == ("alone" if user else "forked")


@pytest.mark.parametrize("command", forkserver.LIBRARIES)
def test_the_server_imports_libraries_alone_and_starts_no_thread(run, command):
    run.does(
        "import numpy as np\n"
        "print(*(name for name in sys.modules if name.startswith('shallownets')))\n"
        "print(len(os.listdir('/proc/self/task')))\n"
    )
    first, said, _ = finished(run.job(command))
    assert first[0] == "forked"
    own, threads = said.splitlines()
    assert sorted(own.split()) == ["shallownets", "shallownets.forkserver", "shallownets.work"]
    assert threads == "1"


@pytest.mark.slow
def test_the_libraries_of_commands_that_a_run_names_are_read_before_a_job_asks(folder):
    """The first command's are read at once, and the second's while a job of the first is at work."""

    def read(name):
        return any(name in file.path for file in run.server.memory_maps())

    def wait_until_read(name):
        while not read(name):
            assert run.server.is_running()
            time.sleep(0.05)

    run = Run(folder, "run", "draw")
    try:
        wait_until_read("llvmlite")
        assert not read("matplotlib/ft2font")
        run.does("time.sleep(1)")
        said, _ = run.job().communicate(timeout=600)
        assert said.startswith("forked")
        wait_until_read("matplotlib/ft2font")
    finally:
        run.end()


def test_a_process_has_one_server(folder):
    start = "import os; from shallownets.forkserver import start; start(); first = dict(os.environ); start()"
    subprocess.run(
        [sys.executable, "-c", f"{start}; assert os.environ == first"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src")},
        check=True,
        timeout=600,
    )
