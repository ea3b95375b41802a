"""The command ``explorer``: what it refuses, what it hands over, and what the server answers."""

import asyncio
import base64
import contextlib
import io
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import segno
from PIL import Image

from explorer.keep.startup import Limits, Startup, set_startup, startup
from explorer.shell import cli
from explorer.shell.security import HEADERS, SecurityHeaders


@pytest.fixture
def served(monkeypatch):
    """The settings the server would be started with, instead of starting it."""
    given = {}
    monkeypatch.setattr(cli, "serve", given.update)
    monkeypatch.setattr(sys, "argv", ["explorer"])
    monkeypatch.setattr("platformdirs.user_data_path", lambda *args, **kwargs: Path("/data"))
    before = startup()
    yield given
    set_startup(before)


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    return str(port)


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom explorer.shell.cli import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit:\n    print(sorted({'streamlit', 'numpy', 'core'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: explorer")
    assert done.stdout.splitlines()[-1] == "[]"


def test_files_are_handed_to_the_app_as_absolute_paths(served, free_port, tmp_path, monkeypatch):
    for name in ("a.npz", "b.parquet"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    given = ["a.npz", "b.parquet", "--no-demo", "--no-workspace", "--port", free_port]
    assert cli.main(given) == 0
    files = (tmp_path / "a.npz", tmp_path / "b.parquet")
    assert startup() == Startup(files, demo=False, token=startup().token)
    assert served["server.port"] == int(free_port)


@pytest.mark.usefixtures("served")
def test_tables_of_pictures_are_kept_for_encoding_unless_they_describe_vectors(free_port, tmp_path):
    stream = io.BytesIO()
    Image.new("RGB", (3, 3)).save(stream, "PNG")
    inside = tmp_path / "inside.parquet"
    pd.DataFrame({"image": [stream.getvalue()] * 2, "label": [0, 1]}).to_parquet(inside)
    spelled = tmp_path / "spelled.csv"
    cell = base64.b64encode(stream.getvalue()).decode()
    pd.DataFrame({"image": [cell] * 2, "caption": ["a", "b"]}).to_csv(spelled, index=False)
    cli.main([*map(str, (inside, spelled)), "--no-workspace", "--port", free_port])
    assert (startup().files, startup().pictures) == ((), (inside, spelled))
    vectors = tmp_path / "vectors.npy"
    np.save(vectors, np.eye(2, 3))
    cli.main([*map(str, (vectors, inside)), "--no-workspace", "--port", free_port])
    assert (startup().files, startup().pictures) == ((vectors, inside), ())
    both = tmp_path / "both.parquet"
    pd.DataFrame({"image": [stream.getvalue()] * 2, "emb": [[1.0, 2.0]] * 2}).to_parquet(both)
    cli.main([str(both), "--no-workspace", "--port", free_port])
    assert (startup().files, startup().pictures) == ((both,), ())


@pytest.mark.usefixtures("served")
def test_pictures_and_folders_and_archives_of_them_are_kept_for_encoding(free_port, tmp_path):
    folder, vectors = tmp_path / "pets", tmp_path / "vectors"
    archive = tmp_path / "a.zip"
    for path in (folder / "cat" / "1.jpg", vectors / "1.jpg", vectors / "a.npy", archive):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    given = [folder, vectors, archive]
    assert cli.main([*map(str, given), "--no-workspace", "--port", free_port]) == 0
    assert startup().files == (vectors,)
    assert startup().pictures == (folder, archive)


@pytest.mark.usefixtures("served")
def test_without_arguments_only_the_demo_is_opened(free_port):
    assert cli.main(["--port", free_port]) == 0
    workspace = Path("/data/workspace")
    assert startup() == Startup((), demo=True, workspace=workspace, token=startup().token)


@pytest.mark.usefixtures("served")
def test_the_workspace_folder_can_be_chosen(free_port, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["--workspace", "mine", "--port", free_port]) == 0
    assert startup().workspace == tmp_path / "mine"


def test_every_setting_of_the_file_reaches_the_server(served, free_port):
    cli.main(["--port", free_port])
    settings = cli.read_settings(cli.SETTINGS)
    assert served == {**settings, "server.port": int(free_port)}
    assert settings["server.port"] == 8501


def test_nested_tables_are_named_by_dots(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('[theme.light.sidebar]\ntextColor = "#111111"\n[server]\nallowedHosts = ["a"]')
    assert cli.read_settings(path) == {
        "theme.light.sidebar.textColor": "#111111",
        "server.allowedHosts": ["a"],
    }


def test_a_missing_file_is_refused_by_name(served, capsys):
    assert cli.main(["nowhere.npz"]) == 2
    assert "There is no file nowhere.npz." in capsys.readouterr().err
    assert not served


def test_a_port_in_use_is_refused_with_another_one(served, capsys):
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        assert cli.main(["--port", str(port)]) == 2
    assert f"Port {port} cannot be used" in capsys.readouterr().err
    assert not served


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_what_is_no_port_is_refused(port, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["--port", port])
    assert "port" in capsys.readouterr().err


@pytest.mark.usefixtures("served")
def test_other_machines_are_let_in_only_with_a_token(served, free_port, capsys):
    assert cli.main(["--host", "0.0.0.0", "--no-token", "--port", free_port]) == 2
    assert "--no-token is for this machine alone" in capsys.readouterr().err
    assert cli.main(["--host", "0.0.0.0", "--port", free_port]) == 0
    assert served["server.address"] == "0.0.0.0"
    assert "*" in served["server.allowedHosts"]
    assert len(startup().token) > 20


def test_every_guest_has_an_address_of_their_own(served, free_port):
    assert cli.main(["--guests", "2", "--port", free_port]) == 0
    printed = list(cli.addresses("lab", 80))
    assert printed[0].startswith(f"Embedding Explorer: http://lab:80/?token={startup().token}")
    assert printed[1:] == [
        f"Guest {n}: http://lab:80/?token={token}" for n, token in enumerate(startup().guests, 1)
    ]
    assert len({startup().token, *startup().guests}) == 3


def test_a_class_gets_one_address_of_its_own_which_is_a_code_too(served, free_port, capsys):
    assert cli.main(["--host", "0.0.0.0", "--port", free_port]) == 0
    (guest,) = startup().guests
    assert guest != startup().token
    _owner, visitors = cli.addresses("10.0.0.7", 80)
    assert visitors == f"For visitors: http://10.0.0.7:80/?token={guest}"
    cli._print_code("http://10.0.0.7:80/?token=abc")
    code = capsys.readouterr().out
    wide = segno.make("http://10.0.0.7:80/?token=abc", error="l").symbol_size(border=2)[0]
    assert {len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in code.splitlines() if line} == {wide}


def test_the_host_may_switch_uploads_off_and_limit_what_visitors_have(served, free_port, capsys):
    given = ["--read-only", "--limit", "spaces=3", "megabytes=500", "--port", free_port]
    assert cli.main(given) == 0
    assert startup().read_only
    assert startup().limits == Limits(spaces=3, megabytes=500)
    for wrong in ("spaces", "rooms=3", "jobs=0", "jobs=many"):
        with pytest.raises(SystemExit, match="2"):
            cli.main(["--limit", wrong])
        assert "spaces, megabytes, jobs" in capsys.readouterr().err


def test_a_token_of_one_s_own_stays_the_same_at_every_start(served, free_port, monkeypatch):
    monkeypatch.setenv("EXPLORER_TOKEN", "mine")
    assert cli.main(["--port", free_port]) == 0
    assert startup().token == "mine"


def test_an_empty_token_guards_nothing_and_is_replaced(served, free_port, monkeypatch):
    monkeypatch.setenv("EXPLORER_TOKEN", "")
    assert cli.main(["--port", free_port]) == 0
    assert startup().token


def test_no_token_is_asked_for_on_request(served, free_port):
    assert cli.main(["--no-token", "--port", free_port]) == 0
    assert startup().token == ""
    (line,) = cli.addresses("localhost", 80)
    assert "token" not in line


def test_every_answer_carries_the_headers_and_keeps_its_own():
    sent = []

    async def page(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"etag", b"1")]})
        await send({"type": "http.response.body", "body": b"page"})

    async def send(message):
        sent.append(message)

    asyncio.run(SecurityHeaders(page)({"type": "http"}, None, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert headers == {"etag": "1"} | {name.lower(): value for name, value in HEADERS.items()}
    assert sent[1]["body"] == b"page"


def test_the_policy_names_no_other_site():
    assert "://" not in HEADERS["Content-Security-Policy"]
    assert "*" not in HEADERS["Content-Security-Policy"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a real server with an app of one line, its cookie, and what it printed."""
    folder = tmp_path_factory.mktemp("app")
    (folder / "app.py").write_text("import streamlit as st\nst.title('Hello')\n")
    code = (
        "import pathlib, sys\nfrom explorer.shell import cli\n"
        f"cli.APP = pathlib.Path({str(folder / 'app.py')!r})\n"
        "sys.exit(cli.main(['--port', '0', '--no-workspace']))"
    )
    log = folder / "log.txt"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=stream, stderr=subprocess.STDOUT, cwd=folder
        )
    try:
        yield *_address(log, process), log
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0, log.read_text()


def _address(log: Path, process: subprocess.Popen) -> tuple[str, str]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"http://localhost:(\d+)/\?token=(\S+)", log.read_text()):
            address = f"http://127.0.0.1:{found[1]}"
            with contextlib.suppress(urllib.error.URLError):
                _get(f"{address}/_stcore/health")
                return address, f"explorer-{found[1]}={found[2]}"
        time.sleep(0.05)
    pytest.fail(f"The server did not start:\n{log.read_text()}")


def _get(url: str, **headers: str):
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - our own server
    return urllib.request.urlopen(request, timeout=20)  # noqa: S310 - our own server


@pytest.mark.slow
def test_the_server_prints_its_address_and_answers_with_the_headers(server):
    address, cookie, log = server
    with _get(address, Cookie=cookie) as page:
        assert page.status == 200
        assert {name: page.headers[name] for name in HEADERS} == HEADERS
    assert log.read_text().startswith("Embedding Explorer: http://localhost:")
    assert "Traceback" not in log.read_text()


@pytest.mark.slow
def test_the_server_refuses_to_be_called_by_another_name(server):
    address, cookie, _ = server
    with pytest.raises(urllib.error.HTTPError, match="400"):
        _get(address, Cookie=cookie, Host="evil.example")


@pytest.mark.slow
def test_the_address_that_is_printed_makes_the_browser_known(server):
    address, cookie, _ = server
    with pytest.raises(urllib.error.HTTPError, match="403") as refused:
        _get(address)
    assert "the one that the command `explorer` printed" in refused.value.read().decode()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    token = cookie.partition("=")[2]
    with opener.open(f"{address}/data?tab=Open&token={token}", timeout=20) as page:
        assert page.url == f"{address}/data?tab=Open"
    with opener.open(f"{address}/_stcore/host-config", timeout=20) as answer:
        assert answer.status == 200


@pytest.mark.slow
def test_the_server_answers_under_the_other_kind_of_address_too(server):
    address, cookie, _ = server
    port = address.rpartition(":")[2]
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no such addresses")
    with _get(f"http://[::1]:{port}", Cookie=cookie) as page:
        assert page.status == 200


@pytest.mark.slow
def test_the_server_listens_to_this_machine_only(server):
    address, _, _ = server
    port = int(address.rpartition(":")[2])
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)}
    for other in others - {"127.0.0.1", "127.0.1.1", "::1"}:
        with pytest.raises(OSError, match=r"."):
            socket.create_connection((other, port), timeout=2).close()
