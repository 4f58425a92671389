"""Imports go one way: a package knows only what stands to its left."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).parent.parent
SUBJECTS = sorted(
    f"healthyboost.{folder.name}"
    for folder in (ROOT / "healthyboost").iterdir()
    if (folder / "__init__.py").exists()
    and folder.name not in ("content", "management", "templatetags")
)
# The apps beside healthyboost/ stand in the order of the settings.
APPS = [name for name in settings.INSTALLED_APPS if (ROOT / name).is_dir()]
FLOORS = ["healthyboost.content", SUBJECTS, *(name for name in APPS if name != "healthyboost")]
DRAWERS = {"utils", "helpers", "common", "core", "services", "managers", "signals"}


def floor_of(module):
    for number, floor in enumerate(FLOORS):
        packages = [floor] if isinstance(floor, str) else floor
        if any(module == package or module.startswith(package + ".") for package in packages):
            return number
    return None


def sources():
    for path in sorted(ROOT.glob("*/**/*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if floor_of(module) is not None and "migrations" not in path.parts:
            yield pytest.param(path, module, id=module)


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("path, module", list(sources()))
def test_imports_go_one_way(path, module):
    ours = floor_of(module)
    upward = {name for name in imported(path) if (floor_of(name) or 0) > ours}
    top = {
        name
        for name in imported(path)
        if name.startswith(("healthyboost.views", "healthyboost.urls", "healthyboost.management"))
    }
    assert upward | top == set()


def test_no_module_is_a_drawer_for_things_without_a_name():
    names = {path.stem for path in ROOT.glob("*/**/*.py") if ".venv" not in path.parts}
    assert names & DRAWERS == set()
