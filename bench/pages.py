"""Pages and downloads beside the smallest Django page of 50 rows. Needs `open_console` first."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.test import Client
from django.urls import reverse

from certificates.models import Certificate
from pkiadmin.roles import Role, give_role, sync_roles

_ROUNDS = 15
# Python keeps its frames in chunks of 16 KiB and gives the last one back as soon as it is empty, so
# a loop of calls that begins at the end of a chunk costs a page up to 4 ms more. Where a page meets
# such an end is luck; the rounds ask at depths that are spread over one chunk.
_FRAMES_A_ROUND = 8
_SMALLEST = Engine().from_string(
    "<!doctype html><title>Rows</title><table>{% for row in rows %}<tr><td>{{ row.cn }}</td>"
    "<td>{{ row.issuer }}</td><td>{{ row.serial }}</td><td>{{ row.not_after }}</td></tr>"
    "{% endfor %}</table>"
)

LISTS = {
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
# Section 12 of the design: how many times the smallest page each may cost.
BUDGETS = {**dict.fromkeys(LISTS, 3), "a certificate": 3, "PEM bundle of 50": 2}


def smallest(request: HttpRequest) -> HttpResponse:
    rows = Certificate.objects.order_by("cn", "id")[:50]
    return HttpResponse(_SMALLEST.render(Context({"rows": rows})))


def page_medians() -> dict[str, float]:
    """Milliseconds of each page, and of the smallest one, medians of alternating rounds.

    Of processor time, where the database works in this very process: neighbours on the machine then
    count for little.
    """
    asked: dict[str, Callable[[], object]] = {
        "smallest": partial(smallest, HttpRequest()),
        **_asked(_signed_in()),
    }
    taken: dict[str, list[float]] = {name: [] for name in asked}
    for number in range(_ROUNDS + 1):
        depth = number * _FRAMES_A_ROUND
        spent = {name: _milliseconds(partial(_deeper, depth, ask)) for name, ask in asked.items()}
        if number:  # The first round fills the caches of templates and of the database.
            for name, value in spent.items():
                taken[name].append(value)
    return {name: statistics.median(values) for name, values in taken.items()}


def _asked(client: Client) -> dict[str, Callable[[], object]]:
    rows = Certificate.objects.order_by("cn", "id")[:50]
    leaf = Certificate.objects.filter(is_ca=False).earliest("id")
    bundle = {"selected": [str(row.pk) for row in rows]}
    return {
        **{name: partial(_get, client, path) for name, path in LISTS.items()},
        "a certificate": partial(_get, client, leaf.get_absolute_url()),
        "PEM bundle of 50": partial(_post, client, reverse("certificates:bundle"), bundle),
    }


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


def _post(client: Client, path: str, sent: dict[str, list[str]]) -> None:
    answer = client.post(path, sent)
    assert answer.status_code == 200, (path, answer.status_code)


def _deeper(frames: int, ask: Callable[[], object]) -> object:
    return _deeper(frames - 1, ask) if frames else ask()


def _milliseconds(work: Callable[[], object]) -> float:
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    started = clock()
    work()
    return (clock() - started) * 1000
