"""The facts of a release: its version, and what release.toml says of it."""

import pathlib
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def version():
    """The version of the workspace."""
    return tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["workspace"]["package"]["version"]


def template():
    """The content of release.toml."""
    return tomllib.loads((ROOT / "release/release.toml").read_text(encoding="utf-8"))


def name(target):
    """The name of the folder in an archive, and of the archive without its ending."""
    return template()["archive"]["name"].format(target=target, version=version())


def archive(target):
    """The name of the archive for a target."""
    return name(target) + (".zip" if "windows" in target else ".tgz")
