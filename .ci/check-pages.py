#!/usr/bin/env python3
"""Holds the pages against the project: the tables of docs/REPORT.md and docs/RULES.md, and links between pages."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# A page, the sources whose declarations it describes, and those it need not.
PAGES = [
    (
        "docs/REPORT.md",
        sorted(path.relative_to(ROOT) for path in (ROOT / "reports/src/model").glob("*.rs")),
        # Described in words, not in a table.
        {"Text"},
    ),
    ("docs/COMPARE.md", ["reports/src/attempts/model.rs"], set()),
    (
        "docs/RULES.md",
        ["diagnosis/src/rules/rule.rs", "diagnosis/src/faults/kinds.rs"],
        {"RuleText", "RuleTrust", "RuleFile", "RuleError", "Rules", "Fault", "Faults"},
    ),
]


def declared(paths):
    """The types of these sources with the names that users write or read: fields, and the words of enums."""
    found = {}
    for path in paths:
        source = (ROOT / path).read_text(encoding="utf-8")
        for _, kind, body in re.findall(r"^( *)pub struct (\w+) \{\n(.*?)^\1\}", source, re.S | re.M):
            fields = re.findall(r"((?:^ *#\[.*\]\n)*)^ *pub (\w+): ", body, re.M)
            names = set()
            for attributes, field in fields:
                renamed = re.search(r'rename = "(\w+)"', attributes)
                if "flatten" not in attributes and "serde(skip)" not in attributes:
                    names.add(renamed.group(1) if renamed else field)
            found[kind] = names
        for _, kind, body in re.findall(r"^( *)pub enum (\w+) \{\n(.*?)^\1\}", source, re.S | re.M):
            words = re.findall(r'^ *\w+ = "([^"]+)",', body, re.M)
            found[kind] = set(words or re.findall(rf'\({kind}::\w+, "([^"]+)"[,)]', source))
    return found


def described(page):
    """The first column of each table of a page, by heading."""
    sections = re.split(r"^### (\w+)$", (ROOT / page).read_text(encoding="utf-8"), flags=re.M)[1:]
    return {
        kind: set(re.findall(r"^\| `([^`]+)` \|", body, re.M)) for kind, body in zip(sections[::2], sections[1::2])
    }


def tables():
    for page, sources, in_words in PAGES:
        code, text = declared(sources), described(page)
        for kind in sorted(set(code) - in_words | set(text)):
            if not code.get(kind):
                yield f"{page}: {kind} is not declared in {', '.join(sources)}"
            for name in sorted(code.get(kind, set()) - text.get(kind, set())):
                yield f"{page}: {kind}.{name} is not described"
            for name in sorted(text.get(kind, set()) - code.get(kind, set())):
                yield f"{page}: {kind}.{name} is not in the code"


def links():
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split():
        for target in re.findall(r"\]\(([^)\s]+)\)", (ROOT / name).read_text(encoding="utf-8")):
            path = target.split("#")[0]
            if path and not re.match(r"\w+:", path) and not (ROOT / name).parent.joinpath(path).exists():
                yield f"{name}: there is no {target}"


wrong = [*tables(), *links()]
print("\n".join(wrong) or "the pages agree with the project")
sys.exit(bool(wrong))
