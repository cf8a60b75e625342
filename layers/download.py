"""A place from the internet as an OpenStreetMap file and a job; the one room of osmnx."""

from __future__ import annotations

import json
import math
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import osmnx
import requests
from shapely import box

from layers.errors import InputError, JobError, OutputError
from layers.osm import write_osm
from layers.osm_tags import QUERY_TAGS

Bounds = tuple[float, float, float, float]

OSM_FILE: Final = "area.osm.pbf"
JOB_FILE: Final = "job.toml"
ATTRIBUTION_FILE: Final = "ATTRIBUTION.txt"
ATTRIBUTION: Final = (
    "数据 / Data: © OpenStreetMap contributors, Open Database License (ODbL) 1.0\n"
    "https://www.openstreetmap.org/copyright\n"
)
MARGIN_M: Final = 1500.0
"""Ground fetched around a place, so that walks from its edge do not leave the data: 1.5 times the
15-minute limit of 1 000 m."""
WIDEST_KM: Final = 60.0
"""A wider place is refused: public servers are not made for whole provinces."""
_M_PER_DEGREE: Final = 111_320.0
_AGENT: Final = "lianpian (plans the renovation of old residential communities)"
_BUSY: Final = (429, 504)
"""Answers of a server that has no time; osmnx alone would wait and ask again without end."""
_SHOWN: Final = 200


def fetch(
    place: str,
    folder: Path,
    *,
    overpass_url: str | None = None,
    nominatim_url: str | None = None,
    proxy: str | None = None,
    timeout_s: float = 180.0,
    margin_m: float = MARGIN_M,
) -> Path:
    """Download everything that a job needs of a place.

    Parameters
    ----------
    place
        Name of an area, such as ``"洛阳市偃师区"``.
    folder
        Folder for the files; made if it is not there, and must not hold a job yet.
    overpass_url, nominatim_url
        Addresses of other servers, without ``/interpreter`` and ``/search``.
    proxy
        Address of a proxy for both; None: what the system is set to.
    timeout_s
        Seconds that each server may take to answer.
    margin_m
        Ground around the place's own box that is fetched with it.

    Returns
    -------
    Path
        The job file. Beside it stand `OSM_FILE`, which `read_osm` reads, and `ATTRIBUTION_FILE`.
        Nothing is written unless all was downloaded, and nothing elsewhere.

    Raises
    ------
    InputError
        If the place is not found, is no area or too large, a server cannot be reached, refuses or
        takes too long, or knows nothing of the area.
    JobError
        If an address is none, or the folder holds a job already.
    OutputError
        If the files cannot be written.

    Notes
    -----
    The area fetched is the box around the place and `margin_m` more. osmnx keeps its settings in
    its module: they are set for the call and restored.
    """
    for url in (overpass_url, nominatim_url, proxy):
        _require_address(url)
    target = folder / JOB_FILE
    if target.exists():
        raise JobError(
            en=f"{target} exists already; name another folder or move the old job away.",
            zh=f"{target} 已存在；请换一个文件夹，或先移走原有作业。",
        )
    answers: list[Mapping[str, Any]] = []
    with _osmnx(overpass_url, nominatim_url, proxy, timeout_s, answers):
        bounds = _widen(_find(place), margin_m)
        _require_size(place, bounds)
        _ask(bounds)
    elements = [element for answer in answers for element in answer.get("elements", ())]
    if not any("highway" in element.get("tags", {}) for element in elements):
        raise InputError(
            en=f"{place!r}: the server knows no street there ({len(elements)} objects). "
            "Name a larger area, or another server.",
            zh=f"{place!r}：服务器上没有该地的道路（共 {len(elements)} 个对象）。"
            "请换一个更大的地名，或换用其他服务器。",
        )
    states = [str(answer.get("osm3s", {}).get("timestamp_osm_base", "")) for answer in answers]
    _write(folder, place, elements, bounds, max(states))
    return target


def _require_address(url: str | None) -> None:
    if url is None:
        return
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise JobError(
            en=f"{url!r} is no address of a server; expected one such as "
            "'https://overpass-api.de/api'.",
            zh=f"{url!r} 不是服务器地址；应形如 'https://overpass-api.de/api'。",
        )


@contextmanager
def _osmnx(
    overpass_url: str | None,
    nominatim_url: str | None,
    proxy: str | None,
    timeout_s: float,
    answers: list[Mapping[str, Any]],
) -> Iterator[None]:
    """Set osmnx up, keep the raw answers of Overpass, and put everything back afterwards."""

    def keep(response: requests.Response, **_: object) -> None:
        _require_answer(response)
        path = urlsplit(response.url).path
        if path.endswith("/search"):
            _read_json(response)
        if path.endswith("/interpreter"):
            answers.append(_read_answer(response))

    settings: dict[str, object] = {
        "use_cache": False,
        "cache_only_mode": True,  # download only: the raw answers are what is wanted
        "doh_url_template": None,  # no third server is asked for addresses
        "http_user_agent": _AGENT,
        "http_accept_language": "zh,en",
        "overpass_rate_limit": overpass_url is None,
        "requests_timeout": timeout_s,
        "requests_kwargs": {
            "hooks": {"response": keep},
            **({} if proxy is None else {"proxies": {"http": proxy, "https": proxy}}),
        },
    }
    if overpass_url is not None:
        settings["overpass_url"] = overpass_url
    if nominatim_url is not None:
        settings["nominatim_url"] = nominatim_url
    before = {name: getattr(osmnx.settings, name) for name in settings}
    resolver = socket.getaddrinfo  # osmnx puts its own in its place
    for name, value in settings.items():
        setattr(osmnx.settings, name, value)
    try:
        yield
    except requests.exceptions.Timeout as error:
        raise InputError(
            en=f"{_host(error)} did not answer within {timeout_s:g} s. Try again later, allow more "
            "seconds, or name a smaller place.",
            zh=f"{_host(error)} 在 {timeout_s:g} 秒内没有应答。"
            "请稍后重试、放宽时限，或换一个较小的地名。",
        ) from error
    except requests.exceptions.RequestException as error:
        raise InputError(
            en=f"{_host(error)} cannot be reached ({type(error).__name__}). Look whether this "
            "machine has internet access; a proxy or other servers can be named. Without "
            "internet, bring an .osm.pbf file from elsewhere.",
            zh=f"无法连接 {_host(error)}（{type(error).__name__}）。请检查网络；"
            "可指定代理或其他服务器。没有互联网时，请从别处拷入 .osm.pbf 文件。",
        ) from error
    finally:
        socket.getaddrinfo = resolver
        for name, value in before.items():
            setattr(osmnx.settings, name, value)


def _host(error: requests.exceptions.RequestException) -> str:
    url = error.request.url if error.request is not None else None
    return urlsplit(str(url or "")).netloc or "server"


def _require_answer(response: requests.Response) -> None:
    if response.ok:
        return
    host, code = urlsplit(response.url).netloc, response.status_code
    text = response.text[:_SHOWN]  # read to its end, so that the connection is given back
    if code in _BUSY:
        raise InputError(
            en=f"{host} is busy (answer {code}). Try again in a few minutes, name a smaller place, "
            "or another server.",
            zh=f"{host} 繁忙（应答 {code}）。请几分钟后重试、换一个较小的地名，或换用其他服务器。",
        )
    raise InputError(
        en=f"{host} refused the request (answer {code}: {text!r}). Check the address, or name "
        "another server.",
        zh=f"{host} 拒绝了请求（应答 {code}：{text!r}）。请检查地址，或换用其他服务器。",
    )


def _read_json(response: requests.Response) -> object:
    try:
        answer: object = response.json()
    except requests.exceptions.JSONDecodeError as error:
        host = urlsplit(response.url).netloc
        raise InputError(
            en=f"{host} gave no data but {response.text[:_SHOWN]!r}. Check the address.",
            zh=f"{host} 返回的不是数据，而是 {response.text[:_SHOWN]!r}。请检查地址。",
        ) from error
    return answer


def _read_answer(response: requests.Response) -> Mapping[str, Any]:
    """Read an answer of Overpass; a remark means that it broke off in the middle."""
    answer = _read_json(response)
    if isinstance(answer, dict) and "remark" not in answer:
        return answer
    host = urlsplit(response.url).netloc
    remark = str(answer["remark"] if isinstance(answer, dict) else answer)[:_SHOWN]
    raise InputError(
        en=f"{host} broke off: {remark!r}. Name a smaller place, or try later.",
        zh=f"{host} 中途停止：{remark!r}。请换一个较小的地名，或稍后重试。",
    )


def _find(place: str) -> Bounds:
    """Look a place up by its name: the box of the first area among the answers."""
    try:
        found = osmnx.geocoder.geocode_to_gdf(place)
    except TypeError as error:
        raise InputError(
            en=f"{place!r} is a spot, not an area. Name a town, district or street office, with "
            "its city.",
            zh=f"{place!r} 是一个点，不是区域。请写城镇、区或街道的名称，并带上所在城市。",
        ) from error
    except (KeyError, ValueError) as error:
        raise InputError(
            en=f"{place!r} was not found. Write the full name, for example with district and city.",
            zh=f"没有找到 {place!r}。请写全称，例如带上所在的市和区。",
        ) from error
    west, south, east, north = (float(value) for value in found.total_bounds)
    return west, south, east, north


def _widen(bounds: Bounds, margin_m: float) -> Bounds:
    west, south, east, north = bounds
    up = margin_m / _M_PER_DEGREE
    aside = up / math.cos(math.radians((south + north) / 2))
    return west - aside, south - up, east + aside, north + up


def _require_size(place: str, bounds: Bounds) -> None:
    west, south, east, north = bounds
    high = (north - south) * _M_PER_DEGREE / 1000
    wide = (east - west) * _M_PER_DEGREE / 1000 * math.cos(math.radians((south + north) / 2))
    if max(high, wide) > WIDEST_KM:
        raise InputError(
            en=f"{place!r} is {wide:,.0f} km by {high:,.0f} km; at most {WIDEST_KM:,.0f} km can be "
            "downloaded. Name one district, or take an extract (.osm.pbf) of the region.",
            zh=f"{place!r} 范围为 {wide:.0f} × {high:,.0f} 千米；至多可下载 {WIDEST_KM:,.0f} 千米。"
            "请改写某一个区，或使用该地区的 .osm.pbf 数据。",
        )


def _ask(bounds: Bounds) -> None:
    try:
        osmnx.features.features_from_polygon(box(*bounds), dict(QUERY_TAGS))
    except InterruptedError:
        return  # the way in which osmnx ends a download without making anything of it


def _write(
    folder: Path, place: str, elements: list[Mapping[str, Any]], bounds: Bounds, state: str
) -> None:
    """Write all files beside their places and move them there, the job last."""
    template = files("layers").joinpath(f"data/fetched_{JOB_FILE}").read_text(encoding="utf-8")
    job = template.replace("$name", json.dumps(place, ensure_ascii=False))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as name:
            fresh = Path(name)
            write_osm(fresh / OSM_FILE, elements, box=bounds, state=state)
            (fresh / ATTRIBUTION_FILE).write_text(ATTRIBUTION, encoding="utf-8")
            (fresh / JOB_FILE).write_text(job, encoding="utf-8")
            for file in (OSM_FILE, ATTRIBUTION_FILE, JOB_FILE):
                (fresh / file).replace(folder / file)
    except OSError as error:
        raise OutputError(
            en=f"{folder} cannot be written ({error.strerror}). Choose another folder, or free "
            "space on the disk.",
            zh=f"无法写入 {folder}（{error.strerror}）。请换一个文件夹，或清理磁盘空间。",
        ) from error
