"""The built wheel is complete: installed alone, its app opens on every page, from anywhere."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(page.stem for page in (ROOT / "pages").glob("*.py"))
OPEN = """
import sys
from importlib.util import find_spec
from streamlit.testing.v1 import AppTest
from explorer.shell.places import PAGES
from explorer.work.jobs import jobs

assert find_spec("torch") is None, "the base install is without PyTorch"
assert "site-packages" in str(PAGES)
for page in sys.argv[1:]:
    app = AppTest.from_file(str(PAGES.parent / "shell" / "app.py"), default_timeout=120)
    app.switch_page(str(PAGES / f"{page}.py"))
    app.run()
    assert not app.exception, (page, app.exception)
    if page == "encode":
        assert any("pip install" in box.value for box in app.info)
    jobs().settle(300)
    app.run()
    assert not app.exception, (page, app.exception)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built without fetching anything."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-w", folder, ROOT], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_pages_settings_bundle_and_demo_data_travel_in_the_wheel(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = [f"explorer/pages/{page}.py" for page in PAGES]
    wanted += [
        "explorer/settings.toml",
        "explorer/maps/draw/canvas.js",
        "explorer/maps/draw/widget.js",
        "core/assets/shapes.npz",
    ]
    assert set(wanted) <= names
    assert not any("node_modules" in name or name.startswith("tests/") for name in names)


@pytest.mark.slow
def test_the_installed_wheel_opens_every_page_from_another_folder(wheel, tmp_path):
    """Installed with its own dependencies alone, of the versions that the lock file names."""
    home = tmp_path / "environment"
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--python", sys.executable, home], check=True)
    python = next(home.glob("[bS]*/python*"))
    lock = tmp_path / "lock.txt"  # uv takes no hashes where a wheel without one is installed
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.rstrip(" \\") for line in lines if line[:1].isalpha()]
    lock.write_text("\n".join(pins), encoding="utf-8")
    install = [*uv, "pip", "install", "--python", python, "--constraint", lock, wheel]
    subprocess.run(install, check=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {"PATH": "", "HOME": str(tmp_path)}
    opened = subprocess.run(
        [python, "-c", OPEN, *PAGES],
        check=False,
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert opened.returncode == 0, opened.stderr[-3000:]
    command = python.with_name("explorer")
    said = subprocess.run([command, "--help"], check=True, cwd=elsewhere, capture_output=True)
    assert b"embedding spaces" in said.stdout


def test_another_core_in_front_is_said_in_a_sentence(tmp_path):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").write_text("")
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; import explorer"
    tried = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=tmp_path
    )
    assert "ImportError: Embedding Explorer needs the package `core`" in tried.stderr
