from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from endpoints.forms.triage_form import TriageForm
from endpoints.services.triage_text import triage_text
from endpoints.triage_examples import EXAMPLES
from endpoints.triage_texts import SUCCESSES
from ui.http import render_page


@sensitive_post_parameters("pasted")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def triage(request: HttpRequest) -> HttpResponse:
    """Explain pasted log lines. Nothing of them is stored, logged, or kept by a browser."""
    form = TriageForm(request.POST or None)
    context: dict[str, Any] = {
        "form": form,
        "examples": EXAMPLES,
        "permissions": request.user.get_all_permissions(),
    }
    status = 200
    if request.method == "POST":
        if form.is_valid():
            answer = triage_text(pasted=form.to_spec(), moment=timezone.now())
            context["answer"] = answer
            context["successes"] = [
                SUCCESSES[code] for code in answer.read.successes if code in SUCCESSES
            ]
        else:
            status = 400
    return render_page(request, "endpoints/triage.html", context, status=status)
