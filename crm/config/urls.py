"""The site's addresses: each app under its own name."""

from django.urls import include, path

from crm.views import errors

urlpatterns = [
    path("", include("reports.urls")),
    path("", include("crm.urls")),
    path("", include("projects.urls")),
    path("", include("visits.urls")),
    path("api/v1/", include("crm.api.urls")),
    path("api/v1/", include("projects.api.urls")),
    path("api/v1/", include("visits.api.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
