#!/usr/bin/env python3
"""Holds the pages against the project: docs/REPORT.md against the report's model, and links between pages."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODEL = ["mod", "parts", "verdict", "tables"]
# A page describes prose in words, not in a table of its own.
IN_WORDS = {"Text"}


def model():
    """What reports/src/model declares: structs and enums with the names that stand in the JSON."""
    found = {}
    for name in MODEL:
        source = (ROOT / "reports/src/model" / f"{name}.rs").read_text(encoding="utf-8")
        for kind, body in re.findall(r"^    pub struct (\w+) \{\n(.*?)^    \}", source, re.S | re.M):
            fields = re.findall(r"((?:^        #\[.*\]\n)*)^        pub (\w+): ", body, re.M)
            found[kind] = {field for attributes, field in fields if "flatten" not in attributes}
        for kind, body in re.findall(r"^    pub enum (\w+) \{\n(.*?)^    \}", source, re.S | re.M):
            found[kind] = set(re.findall(r'^        \w+ = "([^"]+)",', body, re.M))
    return {kind: names for kind, names in found.items() if kind not in IN_WORDS}


def page():
    """What docs/REPORT.md describes: the first column of each table, by heading."""
    text = (ROOT / "docs/REPORT.md").read_text(encoding="utf-8")
    sections = re.split(r"^### (\w+)$", text, flags=re.M)[1:]
    return {
        kind: set(re.findall(r"^\| `([^`]+)` \|", body, re.M)) for kind, body in zip(sections[::2], sections[1::2])
    }


def report_keys():
    declared, described = model(), page()
    assert len(declared) > 30, "the model's declarations were not found"
    for kind in sorted(declared.keys() | described.keys()):
        for name in sorted(declared.get(kind, set()) - described.get(kind, set())):
            yield f"docs/REPORT.md: {kind}.{name} is not described"
        for name in sorted(described.get(kind, set()) - declared.get(kind, set())):
            yield f"docs/REPORT.md: {kind}.{name} is not in the model"


def links():
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split():
        for target in re.findall(r"\]\(([^)\s]+)\)", (ROOT / name).read_text(encoding="utf-8")):
            path = target.split("#")[0]
            if path and not re.match(r"\w+:", path) and not (ROOT / name).parent.joinpath(path).exists():
                yield f"{name}: there is no {target}"


wrong = [*report_keys(), *links()]
print("\n".join(wrong) or "the pages agree with the project")
sys.exit(bool(wrong))
