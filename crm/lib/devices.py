"""Name a browser so that its owner knows it again. Rough on purpose."""

from ipaddress import IPv4Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

# The first that fits; the built-in browsers also call themselves Chrome or Safari.
BROWSERS = (
    ("wxwork", "WeCom"),
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Lark/", "Feishu"),
    ("Feishu", "Feishu"),
    ("Edg", "Edge"),
    ("QQBrowser", "QQ"),
    ("360SE", "360"),
    ("UCBrowser", "UC"),
    ("HuaweiBrowser", "Huawei"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("OpenHarmony", "HarmonyOS"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def device_of(request: HttpRequest) -> str:
    """「Chrome · Windows」, or nothing for a browser that does not say."""
    agent = request.headers.get("User-Agent", "")
    names = (
        next((name for mark, name in table if mark in agent), "")
        for table in (BROWSERS, SYSTEMS)
    )
    return " · ".join(name for name in names if name)


def address_of(request: HttpRequest) -> str:
    """Where the request came from; a proxy of ours says for whom it asks."""
    seen = str(request.META.get("REMOTE_ADDR", ""))
    if seen not in settings.CRM_PROXIES:
        return seen
    # The last one is our proxy's word, those before it are the client's.
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(told))
    except ValueError:
        return seen


def network_of(address: str) -> str:
    """Whose line it is: with IPv6 one customer has 2⁶⁴ addresses, a whole /64."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv4Address):
        return str(known)
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(IPv6Network((int(known), 64), strict=False))


def where(request: HttpRequest) -> dict[str, str]:
    return {"address": address_of(request), "device": device_of(request)}
