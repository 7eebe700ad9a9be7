#!/usr/bin/env python3
"""Checks that imports only lead downward.

    python3 .ci/check-imports.py              checks the workspace; exits with 1 where an import leads up or round
    python3 .ci/check-imports.py --self-test  checks this script on made input
    python3 .ci/check-imports.py --edges NAME prints the imports between the modules of one crate

Between crates: a dependency of a Cargo.toml must lie on a lower layer of LAYERS.
Between the modules of a crate of ACYCLIC: no circle. A module is a file; its inline modules belong to it. The script reads `use`
items and the paths in the code, and follows each name through re-exports to the module that defines it. Code under
`#[cfg(test)]` does not count.
"""

import pathlib
import re
import sys
import tempfile
import tomllib

# From the lowest layer to the highest. A crate may depend on crates of the rows above its own in this list.
LAYERS = [
    ["byte-cursor", "status-codes", "test-data"],
    ["pml-reader", "etl-reader", "servicing-logs"],
    ["timeline", "trace-capture"],
    ["sample-traces", "diagnosis"],
    ["reports"],
    ["fleet", "web", "bootrace-python"],
    ["trials"],
    ["bootrace"],
]

# Crates whose modules may not import each other in a circle.
ACYCLIC = {"pml-reader", "etl-reader", "timeline", "diagnosis"}

IDENT = r"[A-Za-z_][A-Za-z0-9_]*"
PATH = re.compile(rf"(?<![A-Za-z0-9_:.])(?:{IDENT}::)+{IDENT}")
ITEM = re.compile(
    rf"\b(?:fn|struct|enum|union|trait|type|const|static|mod|macro_rules!)\s+(?:mut\s+)?({IDENT})"
)


# --- reading the code -----------------------------------------------------------------------------------------------


def blank(text):
    """The code without comments, strings and characters, and without what is only for tests."""
    out, at = [], 0
    token = re.compile(
        r"""//[^\n]*|/\*|\bb?r(\#*)"|b?"(?:\\.|[^"\\])*"|b?'(?:\\(?:u\{[^}]*\}|x[0-9a-fA-F]{2}|.)|[^'\\])'""", re.S
    )
    while found := token.search(text, at):
        out.append(text[at : found.start()])
        at = found.end()
        if found[0] == "/*":
            depth = 1
            while depth and (mark := re.compile(r"/\*|\*/").search(text, at)):
                depth += 1 if mark[0] == "/*" else -1
                at = mark.end()
        elif found[1] is not None:
            end = text.find('"' + found[1], at)
            at = len(text) if end < 0 else end + 1 + len(found[1])
        out.append(" ")
    out.append(text[at:])
    return without_tests("".join(out))


def without_tests(code):
    while found := re.search(r"#\[cfg\(test\)\]", code):
        at, depth = found.end(), 0
        while at < len(code):
            depth += {"{": 1, "}": -1}.get(code[at], 0)
            if depth == 0 and code[at] in ";}":
                break
            at += 1
        code = code[: found.start()] + code[at + 1 :]
    return code


def leaves(tree):
    """The (path, name) pairs of a use tree: `a::{b as c, d::*}` gives (a::b, c) and (a::d, *)."""
    tree = tree.strip()
    brace = tree.find("{")
    if brace < 0:
        path, _, name = tree.partition(" as ")
        parts = [part.strip() for part in path.split("::") if part.strip()]
        if parts and parts[-1] == "self":
            parts.pop()
        if parts:
            yield parts, name.strip() or parts[-1]
        return
    head = [part.strip() for part in tree[:brace].split("::") if part.strip()]
    depth, start = 0, brace + 1
    for at in range(brace, len(tree)):
        depth += {"{": 1, "}": -1}.get(tree[at], 0)
        if (tree[at] == "," and depth == 1) or (tree[at] == "}" and depth == 0):
            inner = tree[start:at].strip()
            if inner == "self":
                yield head, head[-1]
            elif inner:
                for path, name in leaves(inner):
                    yield head + path, name
            start = at + 1


class Module:
    def __init__(self, path, text):
        self.path = path
        code = blank(text)
        self.children = set(re.findall(rf"\bmod\s+({IDENT})\s*;", code))
        self.uses = []
        self.code = re.sub(r"\buse\s+[^;]+;", "", code)
        # What is only passed on is listed, not used.
        self.passed_on = set()
        for public, tree in re.findall(r"(\bpub(?:\s*\([^)]*\))?\s+)?\buse\s+([^;]+);", code):
            for path, name in leaves(tree):
                self.uses.append((path, name))
                if public and not re.search(rf"\b{re.escape(name)}\b", self.code):
                    self.passed_on.add(tuple(path))
        self.items = set(ITEM.findall(self.code)) - self.children


class Crate:
    """The modules of one crate, and where each name is defined."""

    def __init__(self, source):
        self.modules = {}
        for file in sorted(source.rglob("*.rs")):
            parts = list(file.relative_to(source).with_suffix("").parts)
            if parts[-1] in ("mod", "lib", "main"):
                parts.pop()
            if parts and parts[0] == "bin":
                continue
            self.modules[tuple(parts)] = Module(tuple(parts), file.read_text(encoding="utf-8"))

    def start(self, module, parts):
        """The module that a path begins in, and the rest of the path; None for another crate's."""
        here = list(module)
        if parts[0] == "crate":
            return (), parts[1:]
        if parts[0] == "self":
            return tuple(here), parts[1:]
        if parts[0] == "super":
            while parts and parts[0] == "super":
                here, parts = here[:-1], parts[1:]
            return tuple(here), parts
        known = self.modules[module]
        names = {name for _, name in known.uses}
        if parts[0] in known.children or parts[0] in names or parts[0] in known.items:
            return tuple(here), parts
        return None

    def resolve(self, module, parts, seen=frozenset()):
        """The modules that a path names something of, or the module itself; None where that is no module of this crate."""
        begin = self.start(module, parts)
        if begin is None:
            return None
        return self.walk(*begin, seen)

    def walk(self, at, parts, seen):
        """(module, item): item is None where the path ends at a module."""
        if at not in self.modules or (at, tuple(parts)) in seen:
            return None
        seen = seen | {(at, tuple(parts))}
        if not parts:
            return at, None
        known, name = self.modules[at], parts[0]
        if name in known.children and (*at, name) in self.modules:
            return self.walk((*at, name), parts[1:], seen)
        if name == "*":
            return at, "*"
        if name in known.items:
            return at, name
        for path, as_name in known.uses:
            if as_name == name and path[-1] != "*":
                # A name that is imported is never looked for in itself: `use a::a` ends.
                found = self.import_of(at, path, seen)
                if found is None:
                    continue
                if found[1] is None:
                    return self.walk(found[0], parts[1:], seen)
                return found
        for path, _ in known.uses:
            if path[-1] == "*":
                target = self.import_of(at, path[:-1], seen) if len(path) > 1 else None
                if target is not None and target[1] is None:
                    found = self.walk(target[0], parts, seen)
                    if found is not None and self.defines(found):
                        return found
        return at, name

    def import_of(self, at, path, seen):
        begin = self.start(at, path)
        if begin is None:
            return None
        where, rest = begin
        if where == at and rest == path and (at, tuple(rest)) in seen:
            return None
        return self.walk(where, rest, seen)

    def defines(self, found):
        module, name = found
        return name is None or name in self.modules[module].items

    def edges(self):
        """{(from, to): an example of a name}."""
        edges = {}
        for path, module in self.modules.items():
            wanted = [parts for parts, _ in module.uses]
            wanted += [found[0].split("::") for found in PATH.finditer(module.code)]
            for parts in wanted:
                if tuple(parts) in module.passed_on:
                    continue
                found = self.resolve(path, parts)
                # A module that is imported is depended upon only where something of it is named.
                if found is None or found[1] is None or found[0] == path:
                    continue
                edges.setdefault((path, found[0]), "::".join(parts))
        return edges


def circles(edges):
    """The strongly connected components with more than one module (Tarjan)."""
    following = {}
    for start, end in edges:
        following.setdefault(start, []).append(end)
    number, low, stack, found = {}, {}, [], []

    def visit(node):
        number[node] = low[node] = len(number)
        stack.append(node)
        for end in following.get(node, []):
            if end not in number:
                visit(end)
                low[node] = min(low[node], low[end])
            elif end in stack:
                low[node] = min(low[node], number[end])
        if low[node] == number[node]:
            group = []
            while True:
                group.append(stack.pop())
                if group[-1] == node:
                    break
            if len(group) > 1:
                found.append(sorted(group))

    sys.setrecursionlimit(10_000)
    for node in sorted(following):
        if node not in number:
            visit(node)
    return found


# --- the workspace --------------------------------------------------------------------------------------------------


def dependencies(manifest):
    """The dependencies of a crate, those of one system only among them; not those of its tests."""
    tables = [manifest] + list(manifest.get("target", {}).values())
    return {name for table in tables for kind in ("dependencies", "build-dependencies") for name in table.get(kind, {})}


def check(root):
    """What is wrong with the workspace at `root`, a line each."""
    layer = {name: number for number, names in enumerate(LAYERS) for name in names}
    manifests = [root / "Cargo.toml", *sorted(root.glob("*/Cargo.toml"))]
    crates = {}
    for path in manifests:
        manifest = tomllib.loads(path.read_text(encoding="utf-8"))
        package = manifest.get("package", {}).get("name")
        # A crate goes by the name that the code imports; the registry may know it by another.
        name = package and manifest.get("lib", {}).get("name", package).replace("_", "-")
        # A workspace of its own may do what it wants, but for those that have a row.
        if name and ("workspace" not in manifest or name in layer or path.parent == root):
            crates[name] = (path.parent, manifest)
    wrong = []
    for name, (folder, manifest) in crates.items():
        if name not in layer:
            wrong.append(f"{name}: has no row in LAYERS of .ci/check-imports.py")
            continue
        for dependency in sorted(dependencies(manifest) & crates.keys()):
            if layer.get(dependency, len(LAYERS)) >= layer[name]:
                wrong.append(f"{name}: depends on {dependency}, which is not on a lower layer")
        if name not in ACYCLIC:
            continue
        edges = Crate(folder / "src").edges()
        for group in circles(edges):
            wrong.append(f"{name}: {len(group)} modules import each other in a circle")
            for (start, end), example in sorted(edges.items()):
                if start in group and end in group:
                    wrong.append(f"    {show(start)} -> {show(end)}: {example}")
    return wrong


def show(module):
    return "::".join(module) or "crate root"


# --- the script's own test ------------------------------------------------------------------------------------------


def crate_of(files):
    folder = pathlib.Path(tempfile.mkdtemp())
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Crate(folder)


def self_test():
    def groups(**files):
        named = {name.replace("__", "/") + ".rs": text for name, text in files.items()}
        return [[show(module) for module in group] for group in circles(crate_of(named).edges())]

    root = "mod a; mod b; pub use a::A; pub use b::*;"
    # Through a re-export and a glob of the root.
    assert groups(lib=root, a="use crate::B; pub struct A(B);", b="use crate::A; pub struct B(A);") == [["a", "b"]]
    assert groups(lib=root, a="use crate::B; pub struct A(B);", b="pub struct B;") == []
    # By a path in the code; in a comment, a text or a test it does not count.
    assert groups(lib=root, a="pub struct A(crate::b::B);", b="pub fn f(a: crate::A) {} pub struct B;") == [["a", "b"]]
    quiet = '// crate::A\npub struct B; const T: &str = "crate::A"; #[cfg(test)] mod tests { use crate::A; fn f() {} }'
    assert groups(lib=root, a="pub struct A(crate::b::B);", b=quiet) == []
    # A parent that calls its child, which uses what the parent defines.
    lib, child = "mod p;", "use super::T; pub fn g(t: T) {}"
    assert groups(lib=lib, p__mod="mod c; pub struct T; fn f() { c::g(T) }", p__c=child) == [["p", "p::c"]]
    assert groups(lib=lib, p__mod="mod c; pub struct T;", p__c=child) == []
    # An import of a module is none of its parent, and what is renamed is followed.
    nested = {"p__mod": "pub mod c; pub fn up() { crate::q::r() }", "p__c": "pub fn g() {}"}
    assert groups(lib="mod p; mod q;", q="use crate::p; pub fn r() { p::c::g() }", **nested) == []
    assert groups(lib="mod p; mod q;", q="use crate::p as o; pub fn r() { o::up() }", **nested) == [["p", "q"]]
    three = {"a": "use crate::{b::{B as X}}; pub struct A(X);", "b": "pub struct B(crate::c::C);", "c": "pub use super::a::A as C;"}
    assert groups(lib="mod a; mod b; mod c;", **three) == [["a", "b"]]
    # Between crates.
    folder = pathlib.Path(tempfile.mkdtemp())
    for name, dependency in [("timeline", "reports"), ("reports", "timeline"), ("stranger", "timeline")]:
        (folder / name / "src").mkdir(parents=True)
        (folder / name / "src/lib.rs").write_text("")
        (folder / name / "Cargo.toml").write_text(f'[package]\nname = "{name}"\n[dependencies]\n{dependency} = "1"\n')
    (folder / "src").mkdir()
    (folder / "src/main.rs").write_text("")
    (folder / "Cargo.toml").write_text('[workspace]\n[package]\nname = "bootrace"\n[dependencies]\ntimeline = "1"\n')
    assert check(folder) == [
        "stranger: has no row in LAYERS of .ci/check-imports.py",
        "timeline: depends on reports, which is not on a lower layer",
    ], check(folder)
    print("check-imports.py: the self-test passed")


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) == 3 and sys.argv[1] == "--edges":
        for (start, end), example in sorted(Crate(root / sys.argv[2] / "src").edges().items()):
            print(f"{show(start)} -> {show(end)}: {example}")
        return None
    wrong = check(root)
    for line in wrong:
        print(line)
    print(f"check-imports.py: {len(wrong)} lines of complaint" if wrong else "check-imports.py: imports lead downward")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
