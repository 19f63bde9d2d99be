"""Each view module lists its own addresses in `urls`; here they come together."""

from django.urls import URLPattern

from crm.views import (
    appearance,
    audit,
    departments,
    grants,
    invitations,
    me,
    people,
    public,
    regions,
    session,
    styleguide,
)

app_name = "crm"
urlpatterns: list[URLPattern] = [
    *appearance.urls,
    *audit.urls,
    *departments.urls,
    *grants.urls,
    *invitations.urls,
    *me.urls,
    *people.urls,
    *public.urls,
    *regions.urls,
    *session.urls,
    *styleguide.urls,
]
