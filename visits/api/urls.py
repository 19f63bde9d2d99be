"""The API's routes of visits and tickets."""

from django.urls import path

from . import ticket_sides, tickets, views

urlpatterns = [
    path(
        "visits/",
        views.VisitViewSet.as_view({"get": "list", "post": "create"}),
        name="api-visits",
    ),
    path(
        "visits/<int:pk>/",
        views.VisitViewSet.as_view({"get": "retrieve"}),
        name="api-visit",
    ),
    path("visits/session/", views.session, name="api-visits-session"),
    path("visits/companies/", views.companies, name="api-visits-companies"),
    path("visits/companies/<int:pk>/", views.company, name="api-visits-company"),
    *tickets.urls,
    *ticket_sides.urls,
]
