"""What a group's robot says, by apprise. Only the worker imports this.

Trap: apprise's plugins take any answer with status 200 for a success, follow redirects,
know only the services' own hosts, and the services say no with 200 as well. So all that
they post goes through `Line` below: to hosts on the list, over verified TLS, without a
redirect, with an end; and the answer is read.
"""

import json
import time
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from apprise.plugins import dingtalk, feishu, wecombot
from django.conf import settings

from .outgoing import FailedError

CONNECT, READ, WHOLE = 5.0, 8.0, 20.0  # seconds
MOST_BYTES: Final = 16 * 1024
# Codes of the services for "too often": later it goes through.
TOO_OFTEN: Final = {45009, 45033, 130101, 130102, 410100, 9499, 11232, 11233}


@dataclass(frozen=True)
class Answer:
    """As much of a response as the plugins look at."""

    status_code: int
    content: bytes


@dataclass
class Line:
    """The one way out. Stands where apprise's plugins look for `requests`."""

    answer: Answer | None = None
    error: FailedError | None = None
    # Any: requests' own table.
    codes: Any = field(default_factory=lambda: requests.codes)
    RequestException: type[Exception] = requests.RequestException

    # Any: what the plugins pass; only the body is theirs to choose.
    def post(self, url: str, *, data: Any, params: Any = None, **_more: Any) -> Answer:
        try:
            self.answer = posted(url, data, params)
        except FailedError as error:
            self.error = error
            raise requests.RequestException from None
        return self.answer


def posted(url: str, data: Any, params: Any) -> Answer:  # Any: as above
    """Post within all limits. No message holds the address: the secret is in it."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.netloc not in settings.CRM_NOTICE_HOSTS:
        raise FailedError("host_not_allowed", is_final=True)
    proxy = settings.CRM_NOTICE_PROXY
    try:
        with requests.Session() as session:
            session.trust_env = False
            response = session.post(
                url,
                data=data,
                params=params,
                headers={"Content-Type": "application/json; charset=utf-8"},
                verify=settings.CRM_NOTICE_CA or True,
                proxies={"https": proxy} if proxy else {},
                timeout=(CONNECT, READ),
                allow_redirects=False,
                stream=True,
            )
            return Answer(response.status_code, read(response))
    except requests.exceptions.SSLError:
        raise FailedError("bad_certificate", is_down=True) from None
    except requests.Timeout:
        raise FailedError("timeout", is_down=True) from None
    except (requests.RequestException, OSError):
        raise FailedError("unreachable", is_down=True) from None


def read(response: requests.Response) -> bytes:
    """A little of it, within a time: one byte now and then must not hold the worker."""
    end, body = time.monotonic() + WHOLE, b""
    for piece in response.iter_content(1024):
        body += piece
        if len(body) > MOST_BYTES or time.monotonic() > end:
            break
    return body


def send(*, service: str, host: str, token: str, signing_key: str, text: str) -> None:
    """Say the text in the group, or raise FailedError with a code."""
    line = Line()
    plugin = plugin_of(service, host, token, signing_key, line)
    plugin.notify(body=text)
    if line.error is not None:
        raise line.error
    if line.answer is None:
        raise FailedError("not_sent", is_final=True)
    judge(line.answer)


def plugin_of(
    service: str, host: str, token: str, signing_key: str, line: Line
) -> Any:  # Any: apprise carries no types
    match service:
        case "wecom":
            plugin: Any = heard_by(line, wecombot).NotifyWeComBot(key=token)
            plugin.api_url = f"https://{host}/cgi-bin/webhook/send?key={token}"
        case "dingtalk":
            secret = signing_key or None
            module = heard_by(line, dingtalk)
            plugin = module.NotifyDingTalk(token=token, secret=secret)
            plugin.notify_url = f"https://{host}/robot/send?access_token={{token}}"
        case "feishu":
            plugin = heard_by(line, feishu).NotifyFeishu(token=token)
            plugin.notify_url = f"https://{host}/open-apis/bot/v2/hook/{{token}}"
        case _:
            raise FailedError("unknown_service", is_final=True)
    return plugin


def heard_by(line: Line, module: ModuleType) -> Any:  # Any: a module of apprise
    """The plugin's module, posting through this line."""
    module.requests = line  # type: ignore[attr-defined] # it imports requests itself
    return module


def judge(answer: Answer) -> None:
    """What the service says of it; each has its own name for the code."""
    status = answer.status_code
    if status == 429 or status >= 500:
        raise FailedError(f"http_{status}")
    if status != 200:
        raise FailedError(f"http_{status}", is_final=True)
    try:
        said = json.loads(answer.content)
    except ValueError:
        raise FailedError("odd_answer") from None
    if not isinstance(said, dict):
        raise FailedError("odd_answer")
    code = said.get("errcode", said.get("code", said.get("StatusCode")))
    if not isinstance(code, int):
        raise FailedError("odd_answer")
    if code:
        raise FailedError(f"said_{code}"[:30], is_final=code not in TOO_OFTEN)
