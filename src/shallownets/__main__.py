"""python -m shallownets COMMAND ...: a job of a local run is handed over to the server of the run.

A run starts this once for each job, so what the commands need is imported after that.
"""

from shallownets import forkserver


def run() -> None:
    """Hand the command over, or run it here; see ``commands.run`` for how it ends."""
    forkserver.hand_over()
    from shallownets import commands

    commands.run()


if __name__ == "__main__":
    run()
