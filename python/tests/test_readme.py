"""The examples of README.md run, and the stubs name what the module has."""

import ast
import contextlib
import inspect
import io
import pathlib
import re

import bootrace

FOLDER = pathlib.Path(__file__).resolve().parents[1]


def test_the_examples_run(tmp_path, monkeypatch, sample, sample_log):
    (tmp_path / "boot.pml").write_bytes(sample.read_bytes())
    (tmp_path / "CBS.log").write_bytes(sample_log.read_bytes())
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"```python\n(.*?)```", (FOLDER / "README.md").read_text("utf-8"), re.S)
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        for example in examples:
            exec(compile(example, "README.md", "exec"), names)
    assert len(examples) == 3
    assert "1791 events of" in printed.getvalue()
    assert "failing_operation" in printed.getvalue()
    assert (names["table"].num_rows, len(names["frame"])) == (1791, 1791)


# What a stub need not say.
HIDDEN = {"__doc__", "__module__", "__new__", "__repr__"}


def members(node):
    return {item.name: item for item in node.body if isinstance(item, (ast.FunctionDef, ast.ClassDef))}


def test_the_stubs_are_those_of_the_module():
    stubs = ast.parse((FOLDER / "bootrace.pyi").read_text("utf-8"))
    declared = members(stubs)
    # A TypedDict exists in stubs alone.
    process = declared.pop("Process")
    constants = {item.target.id for item in stubs.body if isinstance(item, ast.AnnAssign)}
    # The library itself is a module in the package.
    public = {name for name in dir(bootrace) if not name.startswith("_")} - {"bootrace"}
    assert set(declared) | constants == public | {"__version__"}
    assert set(bootrace.__all__) == set(declared) | constants
    for name in ("Events", "Log"):
        own = vars(getattr(bootrace, name))
        assert set(members(declared[name])) == set(own) - HIDDEN
    for name in ("open", "report"):
        stub = declared[name].args
        told = [arg.arg for arg in [*stub.posonlyargs, *stub.args, *filter(None, [stub.vararg]), *stub.kwonlyargs]]
        assert told == list(inspect.signature(getattr(bootrace, name)).parameters)
    keys = [item.target.id for item in process.body if isinstance(item, ast.AnnAssign)]
    log = bootrace.open(FOLDER.parent / "sample-traces/samples/driver-queue-access-denied.pml")
    assert keys == list(log.processes[0])
