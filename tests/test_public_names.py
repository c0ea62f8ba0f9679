"""The public names: they stand once, in csindex/__init__.pyi, and are all that a user is shown."""

import ast
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import csindex

ROOT = Path(csindex.__file__).parent
STUB = ROOT / "__init__.pyi"
MODULES = {"datasets", "plot"}


def output(code: str, **environment: str) -> list[str]:
    """Return the words that a fresh interpreter prints."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=ROOT.parent, env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_names_stand_once_in_the_stub() -> None:
    imports = [node for node in ast.parse(STUB.read_text(encoding="ascii")).body if isinstance(node, ast.ImportFrom)]
    names = [alias for node in imports for alias in node.names]
    # A stub passes on only what it imports "as" itself.
    assert all(alias.asname == alias.name for alias in names)
    assert sorted(alias.name for alias in names) == csindex.__all__
    assert len(set(csindex.__all__)) == len(csindex.__all__)


def test_only_two_names_are_modules() -> None:
    """A name imported from the package of its module would be the module, if both are called the same."""
    assert {name for name in csindex.__all__ if isinstance(getattr(csindex, name), ModuleType)} == MODULES


def test_completion_shows_public_names_only_also_after_use() -> None:
    use = "csi.fit(csi.acsi(), csi.datasets.acsi2015('banks'), replicates=0); csi.plot.index_bars"
    code = f"import csindex as csi; {use}; print('fitting' in vars(csi), *dir(csi))"
    assert output(code) == ["True", *csindex.__all__]


@pytest.mark.parametrize("eager", ["", "1"])
def test_functions_are_not_hidden_by_packages(eager: str) -> None:
    """Scientific Python's EAGER_IMPORT loads every name at once."""
    code = "import csindex, csindex.fitting.result, csindex.simulation; print(callable(csindex.fit), csindex.plot.__name__)"
    assert output(code, EAGER_IMPORT=eager) == ["True", "csindex.plot"]


def test_no_package_and_no_module_of_the_top_has_the_name_of_a_function() -> None:
    top = {module.name for module in pkgutil.iter_modules(csindex.__path__)}
    packages = {path.parent.name for path in ROOT.rglob("*/__init__.py")}
    assert (top | packages) & set(csindex.__all__) == MODULES


def test_pandas_is_imported_on_use() -> None:
    code = "import csindex, sys; print(*{'numpy', 'pandas', 'scipy'} & set(sys.modules))"
    assert output(code) == []


@pytest.mark.slow
def test_types_of_a_script_are_checked(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    script = tmp_path / "script.py"
    script.write_text(
        "import pandas as pd\n\n"
        "import csindex as csi\n\n"
        "result: csi.Fit = csi.fit(csi.acsi(), csi.datasets.acsi2015('banks'), replicates=0)\n"
        "index: pd.DataFrame = result.index\n"
        "version: str = csi.__version__\n"
        "csi.plot.index_bars(result, size='slide')\n"
        "csi.fit(1)\n"
        "csi.lazy_loader\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir=cache", script.name],
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": str(ROOT.parent)},
        capture_output=True,
        text=True,
    )
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert {line.split(":")[1] for line in errors} == {"9", "10"}, done.stdout
