"""List pages beside the smallest Django page of 50 rows. Needs `open_console` first."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.test import Client

from certificates.models import Certificate
from pkiadmin.roles import Role, give_role, sync_roles

_ROUNDS = 15
_SMALLEST = Engine().from_string(
    "<!doctype html><title>Rows</title><table>{% for row in rows %}<tr><td>{{ row.cn }}</td>"
    "<td>{{ row.issuer }}</td><td>{{ row.serial }}</td><td>{{ row.not_after }}</td></tr>"
    "{% endfor %}</table>"
)

PAGES = {
    "first": "/certificates/",
    "filtered": "/certificates/?standing=trusted&key=EC",
    # One name at any size: what many match has to be put in order.
    "searched": "/certificates/?q=host77.example",
    "sorted by end": "/certificates/?sort=ends",
    "sorted by works until": "/certificates/?sort=works_until",
    "last": "/certificates/?last=",
    "reports, first": "/reports/",
    "reports, last": "/reports/?last=",
}


def smallest(request: HttpRequest) -> HttpResponse:
    rows = Certificate.objects.order_by("cn", "id")[:50]
    return HttpResponse(_SMALLEST.render(Context({"rows": rows})))


def page_medians() -> dict[str, float]:
    """Milliseconds of each page, and of the smallest one, medians of alternating rounds.

    Of processor time, where the database works in this very process: neighbours on the machine then
    count for little.
    """
    client = _signed_in()
    taken: dict[str, list[float]] = {name: [] for name in ("smallest", *PAGES)}
    for number in range(_ROUNDS + 1):
        spent = {"smallest": _milliseconds(lambda: smallest(HttpRequest()))}
        for name, path in PAGES.items():
            spent[name] = _milliseconds(lambda path=path: _get(client, path))  # type: ignore[misc]  # lambda default
        if number:  # The first round fills the caches of templates and of the database.
            for name, value in spent.items():
                taken[name].append(value)
    return {name: statistics.median(values) for name, values in taken.items()}


def _signed_in() -> Client:
    user, made = User.objects.get_or_create(username="bench")
    if made:
        sync_roles()
        give_role(user, Role.ADMINISTRATOR)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def _get(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)


def _milliseconds(work: Callable[[], object]) -> float:
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    started = clock()
    work()
    return (clock() - started) * 1000
