"""A process that holds the libraries and forks a child for each job of a local run, so that no job imports them anew.

    Snakemake ── start() ───────────────────────────────► server ── fork ──► child, the job itself
        └── shell ──► python -m shallownets ── hand_over() ──┘ its words, environment, and files 0 to 2

The server is this file, run by itself. It imports libraries and no module of this project: a child imports those as
they stand on the disk when its job begins. What a library may read when it is imported, the environment and the folder,
is the same for the server and its client, or the server refuses. Where it does, where there is no server and where it
was killed, the client does the work itself. That is so wherever the system is not Linux: on others a library may not
survive a fork, and a socket needs a file, which a killed process would leave behind.

The server ends with whoever started it, after the last child. A client that is killed takes its child along, and so
does the server. As its child ends, by an exit code or a signal, so does the client.
"""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import struct
import sys
from contextlib import suppress
from functools import cache

TYPE_CHECKING = False  # that of typing takes as long to import as half of the others
if TYPE_CHECKING:
    from typing import Any

_ADDRESS = "SHALLOWNETS_SERVER"  # environment variable through which jobs find the server
# Figures of commands are files; a notebook tells all that it starts to draw into it, by a module that may not be here.
BACKEND = "agg"
# What a command imports. A library that is missing here is imported by each child.
LIBRARIES = {
    "run": ("numba", "pandas", "scipy.integrate", "scipy.optimize", "scipy.special", "msgspec", "filelock", "tqdm"),
    "draw": (
        "matplotlib.style",
        "matplotlib.figure",
        "matplotlib.backends.backend_agg",
        "matplotlib.backends.backend_pdf",
        "matplotlib.mathtext",
        "pandas",
    ),
}
# Variables that Snakemake, its guard, the shell and the command set for each job. No library reads them when it is
# imported, but the number of OpenBLAS's threads, which is 1 in all of this project, and MPLBACKEND, which is BACKEND in
# both.
_OF_JOBS = {
    *("SHALLOWNETS_LOCK", "SHALLOWNETS_RUN"),
    *("PATH", "PYTHONPATH", "PWD", "OLDPWD", "SHLVL", "_", "TMPDIR", "TMP", "TEMPDIR", "TEMP"),
    "MPLBACKEND",
    *(f"{name}_NUM_THREADS" for name in ("OMP", "GOTO", "OPENBLAS", "MKL", "NUMEXPR")),
    "VECLIB_MAXIMUM_THREADS",
}
_FORWARDED = (signal.SIGINT, signal.SIGTERM)
_LARGEST = 2**20  # bytes of a request; the system lets fewer through at once, and the client keeps a larger one
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, see prctl(2)
_started = False  # a server by this process


def start(*commands: str) -> None:
    """Start a server for the jobs of this process, which find it through the environment; one that runs is kept.

    Args:
        commands: those of LIBRARIES whose libraries it imports before a job asks for them: those of the first one at
            once, and the others while the first jobs are at work.
    """
    import atexit
    import secrets
    import subprocess

    global _started
    if _started:
        return
    os.environ.pop(_ADDRESS, None)
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return
    address = f"shallownets-{secrets.token_hex(16)}"
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(f"\0{address}")
        listener.listen()
        server = subprocess.Popen(
            [sys.executable, "-P", __file__, str(listener.fileno()), *commands],
            env=os.environ | {"PYTHONPATH": os.path.dirname(os.path.dirname(__file__)), "MPLBACKEND": BACKEND},
            stdin=subprocess.PIPE,  # closed when this process ends, however it does
            stdout=subprocess.PIPE,  # of the kind that jobs have: Python looks at its start whether one can seek in it
            stderr=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # Ctrl-C is for the clients, who pass it on
        )
        atexit.register(server.communicate)
        os.environ[_ADDRESS] = address
        _started = True


def _user(connection: socket.socket) -> int:
    """The number of the user at the other end."""
    return struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]


def _surroundings() -> list:
    """What a library may read when it is imported, and which libraries they are."""
    kept = {name: value for name, value in os.environ.items() if name not in _OF_JOBS}
    return [sys.version, sys.prefix, os.getcwd(), kept]


def hand_over() -> None:
    """Let the server of the run do the work of this process and end as its child does; return where it does not."""
    address = os.environ.pop(_ADDRESS, None)
    if not address or None in (sys.stdin, sys.stdout, sys.stderr):  # a file that is closed is none to hand over
        return
    before = {number: signal.getsignal(number) for number in _FORWARDED}
    ended = b""
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.connect(f"\0{address}")
        if _user(server) == os.geteuid():
            os.umask(mask := os.umask(0o077))
            said = {"words": sys.argv[1:], "environment": dict(os.environ), "path": sys.path, "umask": mask}
            request = json.dumps(said | {"surroundings": _surroundings()})

            def forward(number: int, _: object) -> None:
                with suppress(OSError):
                    server.send(bytes([number]))

            signal.pthread_sigmask(signal.SIG_BLOCK, _FORWARDED)  # until there is who passes them on
            try:
                socket.send_fds(server, [request.encode()], [0, 1, 2])
                for number in before:
                    signal.signal(number, forward)
            finally:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, _FORWARDED)
            ended = server.recv(16)
    for number, handler in before.items():
        signal.signal(number, handler)
    if not ended:
        return
    if (code := int(ended)) < 0:
        with suppress(OSError):  # there is nothing to set for SIGKILL
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code)


@cache
def _prepare(command: str) -> None:
    """Import what a command needs, and do what every child would do again.

    That is to find out what numba can compile, and to build Matplotlib's grammar of formulas. What is there then is
    taken out of the search for what can be given back: a child that looked there would copy it.

    Raises:
        ImportError: a library is missing, as the client will say.
    """
    import gc
    from importlib import import_module

    for name in LIBRARIES.get(command, ()):
        import_module(name)
    if "numba" in LIBRARIES.get(command, ()):
        import_module("numba").njit("float64(float64)")(lambda x: x)
    if "matplotlib.mathtext" in LIBRARIES.get(command, ()):
        import_module("matplotlib.mathtext").MathTextParser("agg").parse("$x$")
    gc.freeze()


def _receive(client: socket.socket, surroundings: list) -> dict[str, Any]:
    """The request of a client, its files 0 to 2 included, with the libraries imported that it needs.

    Args:
        surroundings: those of the server before it imported any; Matplotlib adds a variable where it has no folder.

    Raises:
        Exception: the client was killed before it asked, or is to do the work itself.
    """
    said, files, *_ = socket.recv_fds(client, _LARGEST, 3)
    try:
        request = json.loads(said)
        if _user(client) != os.geteuid() or request["surroundings"] != surroundings:
            raise ValueError("a library might be imported otherwise there")
        _prepare("".join(request["words"][:1]))
        if len(os.listdir("/proc/self/task")) > 1:
            raise ValueError("there are threads, which a child would lack")
    except Exception:
        _close(files)
        raise
    return request | {"files": files}


def _close(files: list[int]) -> None:
    for file in files:
        os.close(file)


def _serve(listener: socket.socket) -> dict[str, Any] | None:
    """Fork a child for each request until whoever started this process has ended, and after it the last child.

    Returns:
        in a child what it is to do; None in the server, at its end.
    """
    import selectors

    children: dict[socket.socket, int] = {}
    surroundings = _surroundings()
    first, *later = sys.argv[2:] or [""]
    with suppress(ImportError):
        _prepare(first)
    waiting = selectors.PollSelector()  # which has no file of its own that the children would share
    waiting.register(sys.stdin, selectors.EVENT_READ)
    waiting.register(listener, selectors.EVENT_READ)

    def leave(file: Any) -> None:
        waiting.unregister(file)
        file.close()

    while waiting.get_map():
        if later and children and not waiting.select(0):  # nobody waits, and there is a job that does not, either
            with suppress(ImportError):
                _prepare(later.pop())
        key, _ = waiting.select()[0]
        file: Any = key.fileobj
        if file is sys.stdin:
            waiting.unregister(file)
            leave(listener)
        elif file is listener:
            client, _ = listener.accept()
            waiting.register(client, selectors.EVENT_READ)
        elif client := key.data:  # its child has ended
            leave(file)
            _, status = os.waitpid(children.pop(client), 0)
            if client.fileno() >= 0:
                with suppress(OSError):
                    client.send(str(os.waitstatus_to_exitcode(status)).encode())
                leave(client)
        elif file in children:
            signals = file.recv(1)
            os.killpg(children[file], signals[0] if signals else signal.SIGKILL)
            if not signals:  # the client was killed
                leave(file)
        else:
            try:
                request = _receive(file, surroundings)
            except Exception:
                leave(file)
                continue
            if not (child := os.fork()):
                others: list[Any] = [key.fileobj for key in waiting.get_map().values()]
                for other in others:
                    if other is not sys.stdin:
                        other.close()
                return request
            os.setpgid(child, child)
            _close(request["files"])
            children[file] = child
            waiting.register(os.fdopen(os.pidfd_open(child), "rb", buffering=0), selectors.EVENT_READ, file)
    return None


def _work(request: dict[str, Any], server: int) -> None:
    """Be a job, as if the client had gone on."""
    import atexit
    import ctypes
    import runpy

    atexit._clear()  # what libraries clear away when a process ends is the server's
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != server:  # it was killed before that
        os._exit(1)
    for number, file in enumerate(request["files"]):
        os.dup2(file, number)
    _close(request["files"])
    os.umask(request["umask"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv[1:], sys.path[:] = request["words"], request["path"]
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=sys.stdout.isatty())
    code = 0
    try:
        runpy.run_module("shallownets", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if not isinstance(end.code, int | None):  # Python says what it is
            raise
        code = end.code or 0
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # the rest of Python's own end visits all that the libraries hold, and takes longer than many a job


if __name__ == "__main__":
    process = os.getpid()
    if asked := _serve(socket.socket(fileno=int(sys.argv[1]))):
        _work(asked, process)
    os._exit(0)  # as a job does: whoever started the server waits for its end
