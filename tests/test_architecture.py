"""What may import what: packages in this order, each only from those to its left."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import csindex

ROOT = Path(csindex.__file__).parent
LEVELS = (
    ("version", "docstrings"),
    ("messages",),
    ("errors",),
    ("options",),
    ("stacks",),
    ("model",),
    ("text",),
    ("survey",),
    ("moments",),
    ("replicates", "simulation"),
    ("index",),
    ("estimation",),
    ("fitting",),
    ("checkup", "assessment"),
    ("benchmark",),
    ("drivers",),
    ("plot",),
    ("reports",),
    ("cli",),
    ("__main__",),
)
RANK = {name: rank for rank, names in enumerate(LEVELS) for name in names}
# The data sets are moments and rows; they stand beside the line, and only the top level and the command line show them.
BESIDE = {"datasets": "moments"}
MOST_MODULES = 14
"""In a folder, ``__init__`` apart."""
SLOW_TO_IMPORT = (
    "matplotlib",
    "semopy",
    "narwhals",
    "yaml",
    "tqdm",
    "scipy",
    "polars",
    "pyarrow.dataset",
    "statsmodels",
)


def modules() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and package of every import from csindex, also of those inside functions."""
    parents = path.relative_to(ROOT.parent).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(parents[: len(parents) - node.level + 1]) + "." if node.level else ""
            names = [f"{base}{node.module or ''}".rstrip(".")]
            if names == ["csindex"]:
                names = [f"csindex.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            top, _, rest = name.partition(".")
            if top == "csindex":
                yield node.lineno, rest.split(".")[0]


def test_every_package_has_its_place():
    assert {package_of(path) for path in modules()} <= set(RANK) | set(BESIDE)


def test_no_folder_has_more_modules_than_one_can_survey():
    counts = Counter(path.parent for path in modules() if path.name != "__init__.py")
    assert {folder.relative_to(ROOT).as_posix(): n for folder, n in counts.items() if n > MOST_MODULES} == {}


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_left(path: Path):
    own = package_of(path)
    wrong = []
    for line, other in imports(path):
        if other == own:
            continue
        if own in BESIDE:
            allowed = other in RANK and RANK[other] <= RANK[BESIDE[own]]
        elif other in BESIDE:
            allowed = own == "cli"
        else:
            allowed = other in RANK and RANK[other] < RANK[own]
        if not allowed:
            wrong.append(f"line {line} imports {other or 'the top level'}")
    assert not wrong


def files_imported(path: Path) -> Iterator[str]:
    """Yield the files of csindex that a file imports: at its top, in functions, for typing."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            top, *parts = name.split(".")
            # What is imported is a module, a package, or a name in one of them.
            places = ["/".join(part) for part in (parts, parts[:-1]) if part and top == "csindex"]
            known = [file for place in places for file in (f"{place}.py", f"{place}/__init__.py")]
            yield from [file for file in known if (ROOT / file).is_file()][:1]


def test_no_files_import_each_other_in_a_circle():
    """Whatever is to the left of a file can be read without it."""
    files = {path.relative_to(ROOT).as_posix(): path for path in modules()}
    graph = {file: {other for other in files_imported(path) if other != file} for file, path in files.items()}
    assert sum(map(len, graph.values())) > len(graph)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(reversed(error.args[1])))


def test_importing_csindex_is_cheap():
    shown = "csindex.Model, csindex.Survey, csindex.Moments, csindex.CsindexError"
    code = f"import csindex, sys; {shown}; print([name for name in {SLOW_TO_IMPORT!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_fit_by_pls_loads_no_other_estimator():
    code = (
        "import csindex, sys; csindex.fit(csindex.acsi(), csindex.datasets.acsi2015('banks'), replicates=2); "
        "print(*sorted(name for name in sys.modules if name.partition('.')[0] == 'csindex'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert len(loaded) <= 75, f"{len(loaded)} modules of csindex are loaded by a first fit"
    assert "csindex.estimation.pls.estimator" in loaded
    assert not [name for name in loaded if name.startswith("csindex.estimation.cbsem")]


def estimators_told_apart(path: Path) -> Iterator[str]:
    """Yield the lines in which the estimator is compared, or named other than in docstrings, annotations and as the default."""
    nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    prose = [node.value for node in nodes if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    prose += [node.annotation for node in nodes if isinstance(node, ast.arg) and node.annotation is not None]
    left_out = {inner for outer in prose for inner in ast.walk(outer)}
    for node in nodes:
        if isinstance(node, ast.Constant) and node not in left_out and node.value in ("plsc", "cbsem"):
            yield f"line {node.lineno} names {node.value!r}"
        if isinstance(node, ast.Compare) and any(getattr(part, "attr", "") == "estimator" for part in ast.walk(node)):
            yield f"line {node.lineno} compares the estimator"


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_estimators_are_told_apart_by_what_they_say_of_themselves(path: Path):
    place = path.relative_to(ROOT).as_posix()
    if not place.startswith(("estimation/", "options.py", "text/words/")):
        assert not [*estimators_told_apart(path)]


def test_everything_public_is_there():
    assert sorted(csindex.__all__) == list(csindex.__all__)
    assert all(hasattr(csindex, name) for name in csindex.__all__)


def test_every_error_and_warning_is_public_and_of_one_family():
    from csindex import errors

    defined = {
        name: value
        for name, value in vars(errors).items()
        if isinstance(value, type) and value.__module__ == errors.__name__ and not name.startswith("_")
    }
    assert set(defined) <= set(csindex.__all__)
    for name, value in defined.items():
        assert issubclass(value, csindex.CsindexWarning if name.endswith("Warning") else csindex.CsindexError)


def test_every_public_name_is_there():
    assert [name for name in csindex.__all__ if not hasattr(csindex, name)] == []
    assert set(csindex.__all__) <= set(dir(csindex))
