"""Where the tests find logs and the program, and their sum at the end as .ci/run reads it."""

import lzma
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("BOOTRACE_DATA", ROOT.parent / "shared" / "data"))
SAMPLES = ROOT / "sample-traces" / "samples"
SAMPLE = SAMPLES / "driver-queue-access-denied.pml"
SAMPLE_LOG = SAMPLES / "driver-queue-access-denied.CBS.log"


@pytest.fixture(scope="session")
def sample():
    return SAMPLE


@pytest.fixture(scope="session")
def sample_log():
    return SAMPLE_LOG


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """Gives the path of a real trace by its name, such as pml/x.PML."""
    folder = tmp_path_factory.mktemp("real")

    def find(name):
        plain, packed = DATA / name, DATA / f"{name}.xz"
        if plain.exists():
            return plain
        if not packed.exists():
            pytest.skip(f"no {name} in {DATA}")
        unpacked = folder / plain.name
        if not unpacked.exists():
            unpacked.write_bytes(lzma.decompress(packed.read_bytes()))
        return unpacked

    return find


@pytest.fixture(scope="session")
def bootrace_program():
    """Runs the program `bootrace`, which BOOTRACE names or cargo has built, and gives what it prints."""
    built = [ROOT / "target" / profile / "bootrace" for profile in ("release", "debug")]
    given = [pathlib.Path(os.environ["BOOTRACE"])] if "BOOTRACE" in os.environ else built
    program = next((path for path in given if path.exists()), None)
    if program is None:
        pytest.skip("the program bootrace is not built")

    def run(*args):
        done = subprocess.run([program, *args], capture_output=True, check=True)
        return done.stdout.decode("utf-8")

    return run


def pytest_terminal_summary(terminalreporter):
    stats = terminalreporter.stats
    for report in stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.write_line(f"SKIPPED: {report.nodeid}: {reason.removeprefix('Skipped: ')}")
    failed = len(stats.get("failed", [])) + len(stats.get("error", []))
    terminalreporter.write_line(f"{len(stats.get('passed', []))} passed, {failed} failed")
