#!/usr/bin/env python3
"""Writes the manifests of scoop and winget from release.toml, and holds them against their schemas.

usage: manifests.py --repository URL --archives FOLDER -o FOLDER

The archives are in the first folder; where one is missing, `--dry-run` takes zeros for its hash.
"""

import argparse
import hashlib
import json
import pathlib
import re
import sys

import template

SCHEMAS = template.ROOT / "release/schemas"


def fill(value, places):
    """The template with its places filled."""
    if isinstance(value, dict):
        return {key: fill(item, places) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, places) for item in value]
    return re.sub(r"\{([a-z0-9_:-]+)\}", lambda place: places(place[1]), value)


def places(repository, archives, dry_run):
    def place(name):
        kind, _, target = name.partition(":")
        archive = template.archive(target) if target else ""
        match kind:
            case "version":
                return template.version()
            case "repository":
                return repository
            case "url":
                return f"{repository}/releases/download/v{template.version()}/{archive}"
            case "sha256":
                path = archives / archive
                if dry_run and not path.exists():
                    return "0" * 64
                return hashlib.sha256(path.read_bytes()).hexdigest()
        raise ValueError(f"release.toml: {name} is no place")

    return place


def yaml(value, indent=0):
    """YAML of objects, lists and texts; a text is written as JSON writes it."""
    lines, pad = [], "  " * indent
    for key, item in value.items():
        if isinstance(item, str):
            lines.append(f"{pad}{key}: {json.dumps(item)}")
            continue
        lines.append(f"{pad}{key}:")
        for part in item:
            if isinstance(part, str):
                lines.append(f"{pad}- {json.dumps(part)}")
            else:
                first, *rest = yaml(part, indent + 1)
                lines.append(f"{pad}- {first.strip()}")
                lines += rest
    return lines


def manifests(place):
    """File name, schema, content and text of each manifest."""
    facts = template.template()
    scoop = fill(facts["scoop"], place)
    yield "scoop/bootrace.json", "scoop", scoop, json.dumps(scoop, indent=4) + "\n"
    endings = {"version": "", "installer": ".installer", "defaultLocale": ".locale.en-US"}
    for kind, ending in endings.items():
        content = fill(facts["winget"][kind], place)
        text = "\n".join([f"# yaml-language-server: $schema=https://aka.ms/winget-manifest.{kind}.1.6.0.schema.json", *yaml(content)])
        yield f"winget/bootrace.bootrace{ending}.yaml", f"winget-{kind}", content, text + "\n"


def wrong(name, schema, content):
    """What a manifest's schema says against it; a note where nothing can."""
    try:
        import jsonschema
    except ImportError:
        print(f"SKIPPED: Python's jsonschema is not installed: {name} was not held against its schema")
        return []
    schema = json.loads((SCHEMAS / f"{schema}.json").read_text(encoding="utf-8"))
    found = jsonschema.Draft7Validator(schema).iter_errors(content)
    return [f"{name}: {error.json_path}: {error.message}" for error in found]


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--repository", required=True)
    options.add_argument("--archives", required=True, type=pathlib.Path)
    options.add_argument("--dry-run", action="store_true")
    options.add_argument("-o", "--output", required=True, type=pathlib.Path)
    args = options.parse_args()
    problems = []
    for name, schema, content, text in manifests(places(args.repository, args.archives, args.dry_run)):
        problems += wrong(name, schema, content)
        path = args.output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        print(path)
    print("\n".join(problems), end="")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
