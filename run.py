"""Set up and run mtmgeo from a fresh clone; needs nothing but Python 3.11 or later.

python3 run.py report   the main job on the example data, into out/
python3 run.py test     all tests; `test --fast` without browser and print, `test --coverage`
python3 run.py lint     what a commit is checked for, on all files; `lint mypy` for one check
python3 run.py docs     the pages that are made by scripts, with their pictures; checks all links
python3 run.py lowest   fast tests with the lowest versions that pyproject.toml states
python3 run.py newest   fast tests on the newest Python that is on the PATH
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
WRITERS = ("docs/reference.py", "docs/lists.py", "docs/draw.py")  # of pages of the documentation
FAST = ("--hypothesis-profile=fast", "-m", "not browser and not slow")
# A file's tests run in one worker, so that what they share is made once. Those of pages wait for
# the browser a third of their time: with them, three workers keep two cores busy.
CORES = os.cpu_count() or 1
WORKERS = ("--dist", "loadfile", "-n", str(CORES))
MORE_WORKERS = ("--dist", "loadfile", "-n", str(CORES + CORES // 2))
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check",
       "--constraint", "constraints.txt")  # fmt: skip
LOWEST, NEWER = "3.11", ("3.14", "3.13", "3.12")


def run(*words: str | Path, stdout: int | None = None) -> None:
    """Run a command in the repository; stop with its status if it fails."""
    command = [str(word) for word in words]
    status = subprocess.run(command, cwd=ROOT, stdout=stdout, check=False).returncode  # noqa: S603
    if status:
        sys.exit(status)


def install(extra: str) -> Path:
    """Make the environment, once for each set of requirements; return its Python."""
    python = BIN / ("python.exe" if os.name == "nt" else "python")
    files = (ROOT / "pyproject.toml", ROOT / "constraints.txt")
    wanted = "\n".join(file.read_text("utf-8") for file in files)
    done = ENVIRONMENT / f"installed{extra}.txt"
    if not done.is_file() or done.read_text("utf-8") != wanted:
        print(f"Installing into {ENVIRONMENT.name}/ (a minute or two, once) ...", flush=True)
        if not python.exists():
            venv.create(ENVIRONMENT, with_pip=True)
        if not _installed_by_uv(python, extra):
            run(python, *PIP, "--editable", f".{extra}")
        done.write_text(wanted, "utf-8")
    return python


def _installed_by_uv(python: Path, extra: str) -> bool:
    """Install as pip would, in a quarter of the time; pip remains where uv finds no packages."""
    uv = (BIN / "uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", python)
    commands = (
        (python, *PIP, "uv"),
        (*uv, "--constraint", "constraints.txt", "--editable", f".{extra}"),
    )
    return all(
        subprocess.run(command, cwd=ROOT, check=False).returncode == 0  # noqa: S603
        for command in commands
    )


def install_browser() -> None:
    """Install what shows pages to the tests, where apt and the right to use it are there.

    The shell of Chromium is enough, and opens a page in a third of the time.
    """
    if shutil.which(BROWSERS[0]) or not shutil.which("apt-get") or os.geteuid() != 0:
        return
    print("Installing Chromium for the browser tests ...", flush=True)
    quiet, apt = subprocess.DEVNULL, "apt-get"
    subprocess.run((apt, "update"), stdout=quiet, check=False)  # noqa: S603
    tried = subprocess.run((apt, "install", "-y", BROWSERS[0]), stdout=quiet, check=False)  # noqa: S603
    if tried.returncode and not any(map(shutil.which, BROWSERS)):
        run(apt, "install", "-y", "chromium", stdout=quiet)


def install_from_npm() -> bool:
    """Install what checks the page's script, once for each lock file; tell whether it is there."""
    npm = shutil.which("npm")
    if npm is None:
        said = "The page's script is not checked: npm (of Node.js) is not on the PATH."
        if os.environ.get("CI"):
            sys.exit(said)
        print(said)
        return False
    wanted = (ROOT / "package-lock.json").read_text("utf-8")
    done = ROOT / "node_modules/installed.json"
    if not done.is_file() or done.read_text("utf-8") != wanted:
        run(npm, "ci", "--no-audit", "--no-fund", "--loglevel=error")
        done.write_text(wanted, "utf-8")
    return True


def report() -> None:
    """Run the main job on the example data."""
    python = install("")
    table = "examples/kgz_round1/kgz_round1_synthetic.csv"
    subtitle = "Kyrgyzstan, Baseline Mobility Assessment round 1, November 2022"
    words = ("-o", "out", "--date", "2022-11-30", "--subtitle", subtitle)
    run(python, "-m", "mtmgeo", "report", table, *words)


def test() -> None:
    """Run all tests; with --fast those that need no browser and draw no sheet for print.

    What is compiled is kept: tests start the program often.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    python = install("[dev]")
    words, workers = sys.argv[2:], MORE_WORKERS
    if "--fast" in words:
        words, workers = [*FAST, *(word for word in words if word != "--fast")], WORKERS
    else:
        install_browser()
    if "--coverage" in words:
        words = ["--cov=mtmgeo", "--cov-branch", *(word for word in words if word != "--coverage")]
    run(python, "-m", "pytest", *workers, *words)


def lint() -> None:
    """Check all files as a commit checks those that it touches."""
    python = install("[dev]")
    if not install_from_npm():
        os.environ["SKIP"] = "javascript"
    run(python, "-m", "pre_commit", "run", "--all-files", *sys.argv[2:])


def lowest() -> None:
    """Run the fast tests with old dependencies, which warn of each other's ways."""
    _test_elsewhere(LOWEST, ("--resolution", "lowest-direct"), ("-W", "ignore"))


def newest() -> None:
    """Run the fast tests on the newest Python there is."""
    find = (install("[dev]").with_name("uv"), "python", "find", "--no-python-downloads")
    for version in NEWER:
        os.environ["PYENV_VERSION"] = version  # pyenv, where it is, hides all others
        if subprocess.run((*find, version), check=False, capture_output=True).returncode == 0:  # noqa: S603
            print(f"On Python {version}:", flush=True)
            return _test_elsewhere(version, ("--constraint", "constraints.txt"))
    return print(f"Not tried on a newer Python: none of {', '.join(NEWER)} is on the PATH.")


def _test_elsewhere(version: str, chosen: Sequence[str], more: Sequence[str] = ()) -> None:
    """Run the fast tests in a temporary environment with chosen versions of the dependencies."""
    uv = install("[dev]").with_name("uv")
    with TemporaryDirectory(prefix="mtmgeo-") as folder:
        run(uv, "venv", "--quiet", "--no-python-downloads", "--python", version, folder)
        python = Path(folder, BIN.name, "python")
        wheels = ("--only-binary", ":all:", "--no-binary", "mtmgeo")
        pip = (uv, "pip", "install", "--quiet", "--python", python)
        run(*pip, *wheels, *chosen, "--editable", ".[dev]")
        run(python, "-m", "pytest", *WORKERS, *FAST, *more, *sys.argv[2:])


def docs() -> None:
    """Write the pages that scripts write, then check all pages."""
    python = install("[dev]")
    for script in (*WRITERS, "docs/check.py"):
        run(python, script)


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036  (whoever runs this may have an older one)
        sys.exit(f"mtmgeo needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    commands = {each.__name__: each for each in (report, test, lint, docs, lowest, newest)}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]]()
