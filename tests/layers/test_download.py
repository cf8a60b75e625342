"""Downloading a place, against a small server that answers as Overpass and Nominatim do."""

from __future__ import annotations

import json
import socket
import threading
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import osmnx
import pytest

from layers.download import fetch
from layers.errors import InputError, JobError, OutputError, PlanningError
from layers.osm import read_osm
from layers.osm_tags import QUERY_TAGS, READ_KEYS
from tests.osm_text import place as at

Answer = tuple[int, object]


def _node(number: int, x: float, y: float, **tags: str) -> dict[str, object]:
    lon, lat = at(x, y)
    return {"type": "node", "id": number, "lon": lon, "lat": lat, "tags": tags}


def _way(number: int, nodes: list[int], **tags: str) -> dict[str, object]:
    return {"type": "way", "id": number, "nodes": nodes, "tags": tags}


TOWN = {
    "version": 0.6,
    "osm3s": {"timestamp_osm_base": "2024-05-06T07:08:09Z"},
    "elements": [
        _way(1, [1, 2], highway="residential", name='中州路 "东"'),
        _way(2, [2, 3, 4, 1, 2], landuse="residential", name="富康花园"),
        _way(3, [1, 2, 3]),
        _way(4, [3, 4, 1]),
        {
            "type": "relation",
            "id": 9,
            "members": [
                {"type": "way", "ref": 3, "role": "outer"},
                {"type": "way", "ref": 4, "role": "outer"},
            ],
            "tags": {"type": "multipolygon", "leisure": "park"},
        },
        _node(1, 0, 0),
        _node(2, 1, 0, barrier="gate"),
        _node(3, 1, 1),
        _node(4, 0, 1),
        _node(5, 0.5, 0.5, amenity="clinic", name="卫生站"),
        _node(5, 0.5, 0.5, amenity="clinic", name="卫生站"),
    ],
}


def _area(west: float, south: float, east: float, north: float) -> dict[str, object]:
    (w, s), (e, n) = at(west, south), at(east, north)
    ring = [[w, s], [e, s], [e, n], [w, n], [w, s]]
    return {
        "place_id": 1,
        "osm_type": "relation",
        "osm_id": 1,
        "lat": str(s),
        "lon": str(w),
        "display_name": "偃师区",
        "importance": 0.5,
        "boundingbox": [str(s), str(n), str(w), str(e)],
        "geojson": {"type": "Polygon", "coordinates": [ring]},
    }


SPOT = {**_area(0, 0, 1, 1), "geojson": {"type": "Point", "coordinates": list(at(0, 0))}}


@dataclass
class Server:
    """What the server answers, and what it was asked."""

    url: str = ""
    search: Answer = (200, [_area(0, 0, 1, 1)])
    interpreter: Answer = (200, TOWN)
    delay: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)

    def fetch(self, folder: Path, **options: float) -> Path:
        return fetch(
            "洛阳市偃师区", folder, overpass_url=self.url, nominatim_url=self.url, **options
        )


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()
    state.delay.set()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, answer: Answer) -> None:
            state.delay.wait(5)
            code, body = answer
            text = body if isinstance(body, str) else json.dumps(body)
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(text.encode())

        def do_GET(self) -> None:
            state.asked.append(self.path)
            self._answer(state.search)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            state.asked.append(parse_qs(body)["data"][0])
            self._answer(state.interpreter)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        state.url = f"http://127.0.0.1:{httpd.server_port}/api"
        thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield state
        state.delay.set()
        httpd.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the second that osmnx waits before each look-up."""
    monkeypatch.setattr("time.sleep", lambda _: None)


def test_a_place_becomes_a_job_that_can_be_read(server: Server, tmp_path: Path):
    folder = tmp_path / "新 文件夹" / "偃师"
    job = server.fetch(folder)
    assert job == folder / "job.toml"
    assert sorted(file.name for file in folder.iterdir()) == [
        "ATTRIBUTION.txt",
        "area.osm.pbf",
        "job.toml",
    ]
    facts = tomllib.loads(job.read_text("utf-8"))
    assert facts["job"]["name"] == "洛阳市偃师区"
    assert facts["inputs"]["osm"] == "area.osm.pbf"
    assert "OpenStreetMap contributors" in (folder / "ATTRIBUTION.txt").read_text("utf-8")
    data = read_osm(folder / facts["inputs"]["osm"])
    assert data.streets["name"].to_dict() == {"w1": '中州路 "东"'}
    assert data.communities["name"].to_dict() == {"w2": "富康花园"}
    assert data.facilities.index.tolist() == ["n5"]
    assert data.gates.index.tolist() == ["n2"]
    assert data.land["kind"].to_dict() == {"r9": "green"}
    assert data.data_date == "2024-05-06"


def test_the_box_is_that_of_the_place_and_a_margin(server: Server, tmp_path: Path):
    job = server.fetch(tmp_path / "a", margin_m=111.32)
    west, south, east, north = read_osm(job.parent / "area.osm.pbf").extent.bounds
    assert (south, north) == pytest.approx((at(0, -1)[1], at(0, 2)[1]))
    # a degree of longitude is shorter: the same metres are 1.2168 times as many degrees here
    assert (west, east) == pytest.approx((at(-1.2168, 0)[0], at(2.2168, 0)[0]), abs=1e-6)


def test_the_servers_are_asked_for_every_layer(server: Server, tmp_path: Path):
    server.fetch(tmp_path)
    look_up, query = server.asked
    parts = urlsplit(look_up)
    assert parts.path == "/api/search"
    assert parse_qs(parts.query)["q"] == ["洛阳市偃师区"]
    for wanted in (
        "['highway']",
        "['building']",
        "['amenity']",
        "['landuse'='residential']",
        "['barrier'='wall']",
        "['admin_level'='8']",
        "['waterway'='river']",
    ):
        assert wanted in query
    assert set(READ_KEYS) - set(QUERY_TAGS) == {"boundary"}


def test_settings_and_the_systems_resolver_are_put_back(server: Server, tmp_path: Path):
    before = {name: getattr(osmnx.settings, name) for name in dir(osmnx.settings)}
    resolver = socket.getaddrinfo
    server.fetch(tmp_path / "a")
    server.search = (200, [])
    with pytest.raises(InputError):
        server.fetch(tmp_path / "b")
    assert {name: getattr(osmnx.settings, name) for name in dir(osmnx.settings)} == before
    assert socket.getaddrinfo is resolver


def test_nothing_is_written_outside_the_folder(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    server.fetch(Path("job"))
    assert [file.name for file in tmp_path.iterdir()] == ["job"]


def _none_found(server: Server) -> None:
    server.search = (200, [])


def _spot(server: Server) -> None:
    server.search = (200, [SPOT])


def _province(server: Server) -> None:
    server.search = (200, [_area(0, 0, 2000, 3000)])


def _busy(server: Server) -> None:
    server.interpreter = (429, "too many requests")


def _refusal(server: Server) -> None:
    server.interpreter = (403, "<b>forbidden</b>")


def _page(server: Server) -> None:
    server.interpreter = (200, "<html>log in first</html>")


def _page_for_search(server: Server) -> None:
    server.search = (200, "<html>log in first</html>")


def _broken_off(server: Server) -> None:
    server.interpreter = (200, {**TOWN, "remark": "runtime error: Query timed out"})


def _desert(server: Server) -> None:
    server.interpreter = (200, {**TOWN, "elements": [_node(1, 0, 0)]})


@pytest.mark.parametrize(
    ("spoil", "en", "zh"),
    [
        (_none_found, "'洛阳市偃师区' was not found", "没有找到 '洛阳市偃师区'"),
        (_spot, "is a spot, not an area", "是一个点，不是区域"),
        (_province, "183 km by 337 km", "至多可下载 60 千米"),
        (_busy, "is busy (answer 429)", "繁忙（应答 429）"),
        (_refusal, "refused the request (answer 403: '<b>forbidden</b>'", "拒绝了请求（应答 403"),
        (_page, "gave no data but '<html>log in first", "返回的不是数据"),
        (_page_for_search, "gave no data but '<html>log in first", "返回的不是数据"),
        (_broken_off, "broke off: 'runtime error: Query timed out'", "中途停止"),
        (_desert, "knows no street there (1 objects)", "没有该地的道路（共 1 个对象）"),
    ],
)
def test_what_goes_wrong_is_said_in_both_languages_and_nothing_is_written(
    server: Server, tmp_path: Path, spoil: Callable[[Server], None], en: str, zh: str
):
    spoil(server)
    with pytest.raises(InputError) as caught:
        server.fetch(tmp_path / "job")
    assert en in caught.value.en
    assert zh in caught.value.zh
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_answer_in_time_is_named(server: Server, tmp_path: Path):
    server.delay.clear()
    with pytest.raises(InputError) as caught:
        server.fetch(tmp_path, timeout_s=0.2)
    assert "127.0.0.1" in caught.value.en
    assert "within 0.2 s" in caught.value.en
    assert "0.2 秒内没有应答" in caught.value.zh


def test_a_machine_without_a_network_is_told_what_to_do(tmp_path: Path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(InputError) as caught:
        fetch("偃师", tmp_path, overpass_url=url, nominatim_url=url)
    assert "cannot be reached" in caught.value.en
    assert "无法连接 127.0.0.1" in caught.value.zh


def test_a_proxy_is_used_for_both_servers(server: Server, tmp_path: Path):
    proxy = server.url.removesuffix("/api")
    job = fetch(
        "偃师",
        tmp_path,
        overpass_url="http://overpass.invalid/api",
        nominatim_url="http://nominatim.invalid",
        proxy=proxy,
    )
    assert job.exists()
    assert server.asked[0].startswith("http://nominatim.invalid/search")


@pytest.mark.parametrize("url", ["overpass", "ftp://x/api", "file:///etc/passwd", "https://"])
def test_what_is_no_address_is_refused(tmp_path: Path, url: str):
    with pytest.raises(JobError) as caught:
        fetch("偃师", tmp_path, overpass_url=url)
    assert repr(url) in caught.value.en
    assert repr(url) in caught.value.zh


def test_a_folder_that_holds_a_job_is_left_alone(server: Server, tmp_path: Path):
    (tmp_path / "job.toml").write_text("mine", "utf-8")
    with pytest.raises(JobError, match="exists already"):
        server.fetch(tmp_path)
    assert (tmp_path / "job.toml").read_text("utf-8") == "mine"
    assert server.asked == []


def test_a_folder_that_cannot_be_written_is_an_error_of_output(server: Server, tmp_path: Path):
    (tmp_path / "taken").write_text("a file", "utf-8")
    with pytest.raises(OutputError) as caught:
        server.fetch(tmp_path / "taken")
    assert isinstance(caught.value, PlanningError)
    assert "taken" in caught.value.zh
