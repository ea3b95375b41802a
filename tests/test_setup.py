"""The project's own files agree with each other: lock, settings, themes, make, CI."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from streamlit import config as streamlit_config

from explorer.shell.cli import read_settings
from explorer.shell.places import SETTINGS

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)
EXTRAS = PROJECT["project"]["optional-dependencies"]
DIRECT = [
    *PROJECT["project"]["dependencies"],
    *(asked for extra in EXTRAS.values() for asked in extra),
    *PROJECT["dependency-groups"]["dev"],
]
PINS = [Requirement(line.rstrip(" \\")) for line in re.findall(r"^[a-z].*$", LOCK, re.MULTILINE)]
PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"},
    "linux-arm": {
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "aarch64",
    },
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
    "windows": {
        "sys_platform": "win32",
        "platform_system": "Windows",
        "platform_machine": "AMD64",
    },
}
SETTING = read_settings(SETTINGS)


@pytest.mark.parametrize("asked", DIRECT)
def test_a_dependency_has_a_range_and_a_reason(asked):
    assert Requirement(asked).specifier
    lines = PYPROJECT.splitlines()
    at = next(i for i, line in enumerate(lines) if line.strip().startswith(f'"{asked}"'))
    assert "# " in lines[at] or lines[at - 1].strip().startswith("# ")


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_lock_pins_each_dependency_once_on_every_platform(python, platform):
    here = {
        **PLATFORMS[platform],
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_python_implementation": "CPython",
    }
    pinned = {}
    for pin in PINS:
        if pin.marker is None or pin.marker.evaluate(here):
            assert pin.name not in pinned
            pinned[pin.name] = str(pin.specifier).removeprefix("==")
    for asked in map(Requirement, DIRECT):
        if asked.marker is None or asked.marker.evaluate(here):
            assert pinned[canonicalize_name(asked.name)] in asked.specifier


def test_every_pin_is_exact_and_has_a_hash():
    blocks = re.split(r"^(?=[a-z])", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(PINS)
    assert all(str(pin.specifier).startswith("==") for pin in PINS)
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_lock_names_no_place_to_fetch_from():
    assert "://" not in LOCK
    assert "@ " not in LOCK
    assert not re.search(r"^(-f|-i|--)", LOCK, re.MULTILINE)


def test_every_setting_is_one_that_streamlit_takes_from_a_program():
    for name in SETTING:
        option = streamlit_config._config_options_template.get(name)
        assert option is not None, name
        assert not option.sensitive, name


def test_the_app_answers_to_this_machine_only_and_reports_to_nobody():
    assert SETTING["server.address"] == "127.0.0.1"
    assert SETTING["server.allowedHosts"] == ["localhost", "127.0.0.1", "::1"]
    assert SETTING["server.enableXsrfProtection"]
    assert SETTING["server.enableCORS"]
    assert not SETTING["browser.gatherUsageStats"]
    assert not SETTING["client.showErrorLinks"]


def luminance(color: str) -> float:
    """Relative luminance of ``#RRGGBB`` (WCAG 2.2)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colors, from 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_largest_contrast():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable_on_every_ground(theme):
    colors = {n: c for n, c in SETTING.items() if n.startswith(f"theme.{theme}.")}
    grounds = {n: c for n, c in colors.items() if n.lower().endswith("backgroundcolor")}
    texts = {n: c for n, c in colors.items() if n.endswith(("extColor", "linkColor"))}
    assert len(grounds) >= 5
    assert len(texts) >= 9
    for ground in grounds.values():
        for text in texts.values():
            assert contrast(text, ground) >= 4.5, (text, ground)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_accent_is_readable_as_text(theme):
    accent = SETTING[f"theme.{theme}.primaryColor"]
    for ground in ("backgroundColor", "sidebar.backgroundColor", "secondaryBackgroundColor"):
        assert contrast(accent, SETTING[f"theme.{theme}.{ground}"]) >= 4.5


def test_no_button_is_filled_with_the_accent():
    """Streamlit writes on it in white, which no accent that is readable on dark ground allows."""
    for folder in ("explorer", "pages"):
        for file in (ROOT / folder).rglob("*.py"):
            assert 'type="primary"' not in file.read_text(encoding="utf-8"), file


def test_the_themes_set_the_same_things():
    names = [
        {n.split(".", 2)[2] for n in SETTING if n.startswith(f"theme.{t}.")}
        for t in ("light", "dark")
    ]
    assert names[0] == names[1]


def test_make_lists_every_target_it_has():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    listed = re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE)
    assert sorted(phony) == sorted(listed)
    assert {"run", "test", "check", "bench", "lock", "assets", "readme"} <= set(phony)


@pytest.mark.skipif(os.name == "nt", reason="the script is for Debian")
def test_ci_is_a_valid_script_that_runs_every_test():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["/bin/bash", "-n", script], check=True)
    lines = script.read_text(encoding="utf-8").splitlines()
    assert "set -euo pipefail" in lines
    assert lines[-1] == "exec make test"


def test_the_hooks_use_the_tools_of_the_lock():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    entries = re.findall(r"entry: (\S+)", hooks)
    assert entries
    assert all(entry.startswith(".venv/bin/") for entry in entries)
    names = {pin.name for pin in PINS}
    assert {Path(entry).name for entry in entries} <= names


def test_the_license_is_the_one_the_project_names():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
