"""The pages are served as built, under a strict policy, and say so when they are not built."""

import gzip
from pathlib import Path

import httpx
import pytest
from graphql import parse, validate
from starlette.applications import Starlette

from schema.pages import page_routes
from schema.root import build_schema

WEB = Path(__file__).parents[2] / "web"
DOCUMENTS = [WEB / "client" / "documents.graphql", *WEB.glob("playground/starters/*.graphql")]


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A build as vite leaves it: two pages, hashed assets, packed copies beside the large ones."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "playground").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>client</title>")
    (tmp_path / "playground" / "index.html").write_text("<!doctype html><title>graphiql</title>")
    (tmp_path / "assets" / "client-Ab12.js").write_text("start()")
    (tmp_path / "assets" / "client-Ab12.js.gz").write_bytes(gzip.compress(b"start()"))
    (tmp_path / "assets" / "client-Ab12.css").write_text("body{}")
    (tmp_path / "assets" / "codicon-Ab12.ttf").write_bytes(b"\0\1")
    (tmp_path / "assets" / "icon-Ab12.svg").write_text("<svg/>")
    return tmp_path


def client_for(dist: Path) -> httpx.AsyncClient:
    service = httpx.ASGITransport(Starlette(routes=page_routes(dist)))
    return httpx.AsyncClient(transport=service, base_url="http://rollbook.test")


def policy(headers: httpx.Headers) -> dict[str, str]:
    text = headers["content-security-policy"]
    return dict(part.strip().split(" ", 1) for part in text.split(";"))


@pytest.mark.parametrize(("path", "title"), [("/", "client"), ("/playground", "graphiql")])
async def test_a_page_is_served_and_checked_again_each_time(
    dist: Path, path: str, title: str
) -> None:
    answer = await client_for(dist).get(path)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert f"<title>{title}</title>" in answer.text


@pytest.mark.parametrize("path", ["/", "/playground", "/assets/client-Ab12.js", "/assets/none.js"])
async def test_every_answer_carries_the_guards(dist: Path, path: str) -> None:
    headers = (await client_for(dist).get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert policy(headers)["default-src"] == "'self'"
    assert policy(headers)["frame-ancestors"] == "'none'"


@pytest.mark.parametrize("path", ["/", "/playground"])
async def test_no_page_may_reach_another_host_or_run_inline_scripts(dist: Path, path: str) -> None:
    rules = policy((await client_for(dist).get(path)).headers)

    allowed = {"'self'", "'none'", "'unsafe-inline'", "data:", "blob:"}
    assert {source for rule in rules.values() for source in rule.split()} <= allowed
    assert "script-src" not in rules
    assert {name for name, rule in rules.items() if "'unsafe-inline'" in rule} <= {"style-src"}


async def test_only_the_playground_may_style_inline(dist: Path) -> None:
    client = client_for(dist)

    assert "style-src" not in policy((await client.get("/")).headers)
    assert "'unsafe-inline'" in policy((await client.get("/playground")).headers)["style-src"]


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("client-Ab12.js", "text/javascript; charset=utf-8"),
        ("client-Ab12.css", "text/css; charset=utf-8"),
        ("codicon-Ab12.ttf", "font/ttf"),
        ("icon-Ab12.svg", "image/svg+xml"),
    ],
)
async def test_an_asset_is_typed_and_kept_for_good(
    dist: Path, name: str, content_type: str
) -> None:
    answer = await client_for(dist).get(f"/assets/{name}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [("gzip, br", "gzip"), ("gzip;q=0", None), ("identity", None), ("*", None)],
)
async def test_the_packed_copy_goes_only_to_who_takes_it(
    dist: Path, accepts: str, encoding: str | None
) -> None:
    answer = await client_for(dist).get(
        "/assets/client-Ab12.js", headers={"accept-encoding": accepts}
    )

    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.text == "start()"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone-Ab12.js",
        "/assets/client-Ab12.js.gz",
        "/assets/..%2findex.html",
        "/assets/%2e%2e%5cindex.html",
        "/assets/%2e%2e",
        "/assets/",
    ],
)
async def test_nothing_else_is_served(dist: Path, path: str) -> None:
    answer = await client_for(dist).get(path)

    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


async def test_a_page_is_not_for_posting(dist: Path) -> None:
    assert (await client_for(dist).post("/")).status_code == 405


@pytest.mark.parametrize("path", ["/", "/playground"])
async def test_without_a_build_the_page_says_what_to_do(tmp_path: Path, path: str) -> None:
    answer = await client_for(tmp_path / "dist").get(path)

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "make playground" in answer.text
    assert "curl http://rollbook.test/graphql" in answer.text


async def test_the_host_a_caller_names_cannot_become_markup(tmp_path: Path) -> None:
    answer = await client_for(tmp_path).get("/", headers={"host": "<script>alert(1)</script>"})

    assert "<script" not in answer.text


async def test_a_build_that_comes_while_the_service_runs_is_served(tmp_path: Path) -> None:
    client = client_for(tmp_path)
    assert (await client.get("/")).status_code == 503

    (tmp_path / "index.html").write_text("built")

    assert (await client.get("/")).text == "built"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_what_the_pages_ask_fits_the_schema(path: Path) -> None:
    assert validate(build_schema()._schema, parse(path.read_text())) == []
