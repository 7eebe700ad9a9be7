#!/usr/bin/env python3
"""Seconds of each answer of `bootrace mcp`, in one session of the protocol's official client.

    pip install mcp
    cargo build --release --features mcp
    cargo build --release -p sample-traces
    mkdir mcp-case && target/release/sample-traces write --scenario driver-queue-access-denied --noise 2400000 -o mcp-case/boot.pml
    benches/mcp.py target/release/bootrace mcp-case

The folder holds boot.pml and boot.CBS.log. The session asks for the report, why the second candidate lost, the events around the
failure, and two filters over all events. Prints a row for each answer: seconds, bytes, question.
"""

import json
import pathlib
import subprocess
import sys

INPUTS = {"inputs": ["boot.pml", "boot.CBS.log"]}
QUESTIONS = [
    ["report", INPUTS],
    ["why", {**INPUTS, "candidate": 1}],
    ["why", {**INPUTS, "candidate": 2}],
    ["around", INPUTS],
    ["events", {**INPUTS, "where": ["result is ACCESS DENIED"]}],
    ["events", {**INPUTS, "where": ["process-name is TiWorker.exe", "path contains no-such-name"]}],
    ["report", {**INPUTS, "format": "json"}],
    ["explain", {"code": "0x80070005"}],
]


def main(program, folder):
    client = pathlib.Path(__file__).parent.parent / "tests/suite/mcp_client.py"
    command = [sys.executable, client, program, folder, json.dumps(QUESTIONS)]
    answers = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)[1:]
    failed = 0
    for (tool, asked), answer in zip(QUESTIONS, answers, strict=True):
        what = {key: value for key, value in asked.items() if key != "inputs"}
        note = "  ERROR" if answer["error"] else ""
        failed += answer["error"]
        print(f"{answer['seconds']:7.3f} s {len(answer['text'].encode()):7,} bytes  {tool} {json.dumps(what) if what else ''}{note}")
    print(f"{max(answer['seconds'] for answer in answers):7.3f} s the slowest")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
