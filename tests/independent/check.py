#!/usr/bin/env python3
"""Holds bootrace's verdicts against the labels: python3 check.py BOOTRACE CASES [--table FILE] [--jobs N]."""

import argparse
import collections
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def verdict(program, folder):
    """The report of the case; the label is not shown to the program."""
    inputs = sorted(str(p) for p in folder.iterdir() if p.name != "label.json")
    run = subprocess.run([program, "report", *inputs, "--format", "json", "-o", "-"], capture_output=True, text=True, timeout=600)
    return json.loads(run.stdout) if run.returncode == 0 else dict(verdict=dict(outcome="error", summary=dict(en=run.stderr[:200])))


def same_operation(label, operation):
    """Whether an operation of the report is the labelled one, or one that is as right."""
    if not operation or not str(operation.get("source", "")).endswith(label["trace"] or "?"):
        return False
    return operation.get("index") in [label["index"], *label["acceptable"]]


def number(text):
    return None if text is None else int(text, 16) if isinstance(text, str) else text


def judge(label, report):
    """What is right of one case: {question: bool or None where it does not apply}."""
    said = report["verdict"]
    right = dict(outcome=said["outcome"] == label["outcome"])
    failed = label["outcome"].startswith("fail")
    right["phase"] = said.get("phase") == label["phase"] if failed and label["phase"] else None
    codes = {label["hresult"], label["reported"]}
    right["code"] = number(said.get("hresult")) in codes if failed and label["reported"] is not None else None
    if label["outcome"] == "failing_operation":
        right["top1"] = right["outcome"] and same_operation(label, said.get("failing_operation"))
        right["top3"] = right["top1"] or any(same_operation(label, c) for c in report.get("candidates", [])[:3])
    named = said["outcome"] == "failing_operation"
    right["accused"] = named and not right.get("top1")
    right["confidence"] = (said.get("confidence") or {}).get("level")
    return right


def describe(operation):
    return " ".join(str(operation.get(k)) for k in ("source", "index", "process", "operation", "path", "status")) if operation else "no operation"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("cases", type=Path)
    parser.add_argument("--table", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    folders = sorted(p.parent for p in given.cases.glob("*/label.json"))
    with ThreadPoolExecutor(given.jobs) as pool:
        reports = list(pool.map(lambda f: verdict(given.program, f), folders))
    rows, counts, calibration = [], collections.Counter(), collections.Counter()
    for folder, report in zip(folders, reports):
        label = json.loads((folder / "label.json").read_text(encoding="utf-8"))
        right = judge(label, report)
        for question, answer in right.items():
            if isinstance(answer, bool):
                counts[question, answer] += 1
        if report["verdict"]["outcome"] == "failing_operation":
            calibration[right["confidence"], bool(right.get("top1"))] += 1
        wrong = [q for q in ("outcome", "top1", "top3", "phase", "code") if right.get(q) is False]
        if wrong:
            said = report["verdict"]
            truth = describe(dict(source=label["trace"], **{k: label[k] for k in ("index", "process", "operation", "path")}, status=hex(label["status"]))
                             ) if label["index"] is not None else "no operation"
            rows.append((folder.name, ", ".join(wrong), f"{said['outcome']} {said.get('phase')} {said.get('hresult')} ({right['confidence']}): {describe(said.get('failing_operation'))}",
                         f"{label['outcome']} {label['phase']} {hex(label['hresult'] or 0)}/{hex(label['reported'] or 0)}: {truth}"))
    lines = [f"{len(folders)} cases", ""]
    for question in ("outcome", "top1", "top3", "phase", "code"):
        good, bad = counts[question, True], counts[question, False]
        lines.append(f"{question:8} right {good} of {good + bad}")
    lines.append(f"an operation accused wrongly: {counts['accused', True]}")
    lines += [f"confidence {level}: right {calibration[level, True]}, wrong {calibration[level, False]}" for level in ("high", "medium", "low")]
    lines += ["", "| case | wrong | bootrace | right |", "|---|---|---|---|"] + ["| " + " | ".join(c.replace("|", "/") for c in r) + " |" for r in rows]
    text = "\n".join(lines) + "\n"
    print(text, flush=True)
    if given.table:
        given.table.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
