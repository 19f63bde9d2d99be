"""Each view module lists its own addresses in `urls`; here they come together."""

from django.urls import URLPattern

from crm.views import (
    absences,
    appearance,
    audit,
    calendar,
    companies,
    contacts,
    departments,
    grants,
    invitations,
    liaisons,
    login_code,
    me,
    notices,
    people,
    public,
    regions,
    sending,
    session,
    standing_in,
    styleguide,
)

app_name = "crm"
urlpatterns: list[URLPattern] = [
    *absences.urls,
    *appearance.urls,
    *audit.urls,
    *calendar.urls,
    *companies.urls,
    *contacts.urls,
    *departments.urls,
    *grants.urls,
    *invitations.urls,
    *liaisons.urls,
    *login_code.urls,
    *me.urls,
    *notices.urls,
    *people.urls,
    *public.urls,
    *regions.urls,
    *sending.urls,
    *session.urls,
    *standing_in.urls,
    *styleguide.urls,
]
