"""Light, dark or as the system: a cookie, so that no script has to decide."""

from django.http import HttpRequest, HttpResponse

COOKIE = "theme"
THEMES = ("auto", "light", "dark")
A_YEAR = 365 * 24 * 60 * 60


def theme_of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def remember_theme(response: HttpResponse, theme: str, *, secure: bool) -> None:
    """Keep the choice on this device for a year."""
    response.set_cookie(
        COOKIE, theme, max_age=A_YEAR, samesite="Lax", httponly=True, secure=secure
    )
