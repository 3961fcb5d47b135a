"""The two web pages and their assets, as the build in web/dist left them."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

_CLIENT_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
# The editor of GraphiQL writes style elements and carries its fonts inside its style sheet.
_PLAYGROUND_POLICY = _CLIENT_POLICY | {
    "style-src": "'self' 'unsafe-inline'",
    "font-src": "'self' data:",
    "worker-src": "'self' blob:",
}
_MISSING_POLICY = _CLIENT_POLICY | {"style-src": "'unsafe-inline'"}

# Named here, because what the machine's own table says differs from system to system.
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}

_FOREVER = "public, max-age=31536000, immutable"

Page = Callable[[Request], Awaitable[Response]]


def page_routes(dist: Path) -> list[BaseRoute]:
    """`/`, `/playground` and `/assets/...` from a build that may come, go or change meanwhile."""
    return [
        Route("/", _page(dist, "index.html", _CLIENT_POLICY)),
        Route("/playground", _page(dist, "playground/index.html", _PLAYGROUND_POLICY)),
        Route("/assets/{name}", _asset(dist / "assets")),
    ]


def _page(dist: Path, name: str, policy: dict[str, str]) -> Page:
    async def page(request: Request) -> Response:
        path = dist / name
        if not path.is_file():
            return _missing(request)
        headers = _guards(policy) | {"cache-control": "no-cache"}
        return FileResponse(path, media_type=_CONTENT_TYPES[".html"], headers=headers)

    return page


def _asset(folder: Path) -> Page:
    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        path = folder / name
        content_type = _CONTENT_TYPES.get(path.suffix)
        if path.name != name or "\\" in name or content_type is None or not path.is_file():
            headers = _guards(_CLIENT_POLICY) | {"cache-control": "no-store"}
            return Response("No such asset\n", 404, headers, "text/plain; charset=utf-8")
        # Also on the asset itself: a worker is bound by the policy of its own answer.
        headers = _guards(_PLAYGROUND_POLICY) | {"cache-control": _FOREVER}
        packed = path.with_name(f"{name}.gz")
        if packed.is_file():
            headers["vary"] = "accept-encoding"
            if _takes_gzip(request):
                headers["content-encoding"] = "gzip"
                path = packed
        return FileResponse(path, media_type=content_type, headers=headers)

    return asset


def _takes_gzip(request: Request) -> bool:
    offers = request.headers.get("accept-encoding", "").lower().split(",")
    return any(
        coding.strip() == "gzip" and weight.strip() not in {"q=0", "q=0.0"}
        for coding, _, weight in (offer.partition(";") for offer in offers)
    )


def _guards(policy: dict[str, str]) -> dict[str, str]:
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
    }


def _missing(request: Request) -> Response:
    graphql = str(request.url.replace(path="/graphql", query="", fragment=""))
    page = _MISSING.replace("{graphql}", _escaped(graphql))
    headers = _guards(_MISSING_POLICY) | {"cache-control": "no-store", "retry-after": "30"}
    return HTMLResponse(page, 503, headers)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


_MISSING = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Rollbook: the pages are not built</title>
<style>
  body { max-width: 42rem; margin: 12vh auto; padding: 0 1.5rem; font: 1.05rem/1.6 system-ui }
  h1 { font: 600 1.7rem/1.3 Palatino, Georgia, serif }
  pre { padding: .9rem 1.1rem; border: 1px solid; border-radius: 8px; overflow-x: auto }
</style>
<h1>The API is running. Its web pages are not built yet.</h1>
<p>The client and the playground come from <code>web/dist</code>, which is missing or incomplete.
Build them, then load this page again; the service need not be restarted:</p>
<pre>make playground</pre>
<p>That needs either Node.js 20.19 or newer with npm, or nothing but pip.</p>
<p>The API answers all the same:</p>
<pre>curl {graphql} \\
  -H 'content-type: application/json' \\
  -d '{"query": "{ sections(first: 10) { edges { node { code seatsAvailable } } } }"}'</pre>
<p>Its schema is at <a href="/schema.graphql">/schema.graphql</a>.</p>
</html>
"""
