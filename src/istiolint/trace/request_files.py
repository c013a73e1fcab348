"""Files of requests for `--requests`: a mapping with a list `requests`, as JSON or YAML."""

from typing import Any

from istiolint.documents import read
from istiolint.sources import Source
from istiolint.trace.request import Request, RequestError, request


def requests_of(text: str, path: str) -> tuple[list[Request], dict[str, str]]:
    """Return the requests of a file, and the `response_headers` of the applications. Raises RequestError."""
    data = next((document.data for document in read(Source(path, text))), None)
    listed = data.get("requests") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(listed, list):
        raise RequestError(f"{path}: no list `requests`")
    found = [_request(each, f"{path}: requests[{index}]") for index, each in enumerate(listed)]
    response = data.get("response_headers")
    return found, _texts(response) if isinstance(response, dict) else {}


def _request(data: Any, where: str) -> Request:
    if not isinstance(data, dict) or not isinstance(data.get("url"), str):
        raise RequestError(f"{where}: a request needs a `url`")
    headers, claims = data.get("headers"), data.get("jwt")
    port = data.get("port")
    try:
        return request(
            str(data.get("from") or "outside"), str(data.get("method") or "GET"), data["url"],
            _texts(headers) if isinstance(headers, dict) else {}, claims=claims if isinstance(claims, dict) else None,
            port=port if isinstance(port, int) else None, sni=str(data.get("sni") or ""), id_=str(data.get("id") or ""),
        )  # fmt: skip
    except RequestError as error:
        raise RequestError(f"{where}: {error}") from error


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in values.items()}
