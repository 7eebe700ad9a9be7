#!/usr/bin/env python3
"""Runs a Spark job on a local cluster and kills one of its executors in the middle of an analysis.

    kill_executor.py PROGRAM COMMAND…

An executor is a descendant of the job with CoarseGrainedExecutorBackend in its command line. It is killed as soon as PROGRAM, by its
file name, runs below it. Ends as the job ends, and with 1 if no executor was seen at work.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time


def processes():
    """{pid: (parent, command line)} of all that can be read."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            found[int(folder.name)] = parent, (folder / "cmdline").read_bytes().split(b"\0")
        except (OSError, IndexError):
            pass
    return found


def ancestors(pid, known):
    while pid in known:
        pid = known[pid][0]
        yield pid


def executor_at_work(job, program):
    """An executor of the job below which the program runs."""
    known = processes()
    for pid, (_, line) in known.items():
        if os.path.basename(line[0]).decode(errors="replace") != program:
            continue
        above = list(ancestors(pid, known))
        if job not in above:
            continue
        for one in above:
            if one in known and b"org.apache.spark.executor.CoarseGrainedExecutorBackend" in known[one][1]:
                return one
    return None


def main(program, *command):
    job, killed = subprocess.Popen(command), None
    while killed is None and job.poll() is None:
        killed = executor_at_work(job.pid, program)
        time.sleep(0.02)
    if killed is not None:
        os.kill(killed, signal.SIGKILL)
        print(f"executor {killed} was killed at its work")
    code = job.wait()
    return code if killed is not None else 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
