#!/usr/bin/env python3
"""Makes the labelled cases: python3 make.py OUT --seeds 1..5 [--only NAME] [--logs all|none|some] [--events N]."""

import argparse
from pathlib import Path

import case as cases
import noise
import scenarios_absences  # noqa: F401
import scenarios_drivers  # noqa: F401
import scenarios_healthy  # noqa: F401
import scenarios_installers  # noqa: F401
import scenarios_logs  # noqa: F401
import scenarios_near  # noqa: F401
import scenarios_primitives  # noqa: F401


def seeds(text):
    first, _, last = text.partition("..")
    return range(int(first), int(last or first) + 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--seeds", type=seeds, default=seeds("1"))
    parser.add_argument("--only", action="append", help="a scenario, or the beginning of its name")
    parser.add_argument("--logs", choices=["all", "none", "some"], default="all")
    parser.add_argument("--events", type=int, default=12000, help="about how many events a case has")
    parser.add_argument("--list", action="store_true", help="print the scenarios and end")
    given = parser.parse_args()
    names = [n for n in cases.SCENARIOS if not given.only or any(n.startswith(o) for o in given.only)]
    if given.list or not given.out:
        print("\n".join(names))
        return
    real = noise.patterns()
    for name in names:
        function, signature, kind, wish = cases.SCENARIOS[name]
        for seed in given.seeds:
            made = cases.Case(name, seed, given.events, real, signature, kind, wish)
            function(made)
            made.write(given.out / f"{name}-{seed}", given.logs)


if __name__ == "__main__":
    main()
