from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from crm.auth import user_named
from crm.lib.errors import DomainError
from crm.services import links


class Command(BaseCommand):
    help = (
        "Print a one-time link to choose a new password. The only way for "
        "administrators, who must not be able to take each other's place."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login", help="account or mobile number")

    def handle(self, *args: Any, login: str, **options: Any) -> str:
        user = user_named(login)
        if user is None:
            raise CommandError(f"There is no account {login!r}.")
        try:
            token = links.create_password_link(user)
        except DomainError as error:
            raise CommandError(str(error.sentence)) from None
        path = reverse("crm:new_password", args=[token])
        hours = int(links.PASSWORD_LASTS.total_seconds() // 3600)
        return (
            f"A new password for {user.login}; it works once, for {hours} hours:\n"
            f"{settings.CRM_BASE_URL}{path}"
        )
