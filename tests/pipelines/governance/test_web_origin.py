"""Origins are read in one way only, or not at all."""

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.governance.web_origin import WebOrigin


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("https://api.openai.com", "https://api.openai.com:443/v1"),
        ("http://localhost", "http://localhost:80/"),
        ("http://[::1]:8000", "http://[::1]:8000/v1/"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example/openai"),
    ],
)
def test_default_ports_and_paths_make_no_difference(written: str, same: str) -> None:
    assert WebOrigin.parse(written) == WebOrigin.of_url(same)


@pytest.mark.parametrize("other", ["http://host:8000", "https://host:8001", "https://host2:8000", "https://host.x:8000"])
def test_another_scheme_host_or_port_is_another_origin(other: str) -> None:
    assert WebOrigin.parse(other) != WebOrigin.parse("https://host:8000")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080@127.0.0.2",  # the part before @ is a user name
        "http://user:word@host",
        "http://host@",
        "http://Host",
        "HTTP://host",
        "http://host.",
        "http://bücher.example",
        "http://2130706433",
        "http://0x7f000001",
        "http://127.1",
        "http://0177.0.0.1",
        "http://127.0.0.01",
        "http://0x7f.0.0.1",
        "http://[0:0:0:0:0:0:0:1]",
        "http://[::ffff:127.0.0.1]x",
        "http://[127.0.0.1]",
        "http://[::1%25eth0]",
        "http://host:0",
        "http://host:080",
        "http://host:65536",
        "http://host:",
        "http://host\\@other",
        "http://host/?next=http://other",
        "http://host/#fragment",
        "http://host/a b",
        "http://host\n",
        "http://",
        "ftp://host",
        "unix:///run/model.sock",
        "http+unix://%2Frun%2Fmodel.sock",
        "//host",
        "host:8000",
        "http://-host",
        "http://ho..st",
        "",
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        WebOrigin.of_url(url)


def test_a_policy_s_origin_has_no_path() -> None:
    with pytest.raises(ValueError, match=r"has a path; write scheme, host and port alone: https://host:8000$"):
        WebOrigin.parse("https://host:8000/v1")


@given(st.from_regex(r"https?://[a-zA-Z0-9.:@/\\\[\]%#?_-]{1,30}", fullmatch=True))
def test_an_origin_that_is_read_is_the_one_that_the_http_client_connects_to(url: str) -> None:
    try:
        origin = WebOrigin.of_url(url)
    except ValueError:
        return
    seen = httpx2.URL(url)
    port = seen.port or {"http": 80, "https": 443}[seen.scheme]
    assert (seen.scheme, seen.raw_host.decode(), port, seen.userinfo) == (origin.scheme, origin.host, origin.port, b"")
    assert seen.netloc.decode() == origin.netloc
    assert WebOrigin.parse(str(origin)) == origin


@pytest.mark.parametrize(
    "url",
    [
        "https://user:a-secret@host",
        "https://a-secret@host/v1",
        "user:a-secret@host",
        "https://host/v1?api-key=a-secret",
        "x#a-secret",
    ],
)
def test_a_secret_in_a_url_is_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"is not of the form") as caught:
        WebOrigin.of_url(url)
    assert "secret" not in str(caught.value)
