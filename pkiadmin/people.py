"""The pages of people: who has an account, in which role; administrators only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pkiadmin.person_acts import OwnAccount, add_person, change_role, reset_password, set_active
from pkiadmin.roles import ROLES, Role
from ui.forms import LaidOut
from ui.http import render_page

may_manage = permission_required("auth.manage_people", raise_exception=True)

ROLE_CHOICES = [(role.value, f"{about.title}: {about.says}") for role, about in ROLES.items()]


class PersonForm(LaidOut, forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """The name and the role of a new account."""

    submit_label = "Add"

    role = forms.ChoiceField(choices=ROLE_CHOICES, widget=forms.RadioSelect, initial=Role.OPERATOR)

    class Meta:
        model = User
        fields = ["username"]
        field_classes = {"username": UsernameField}

    @property
    def cancel_url(self) -> str:  # type: ignore[override]  # its address is known at run time
        return reverse("people")

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError("There is an account of this name.", code="taken")
        return username


@require_safe
@may_manage
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account."""
    everybody = User.objects.order_by("username").prefetch_related("groups")
    rows = [
        {
            "person": person,
            "role": next((group.name for group in person.groups.all()), ""),
            "own": person.pk == request.user.pk,
        }
        for person in everybody.select_related("one_time_password")
    ]
    roles = [(role.value, about.title) for role, about in ROLES.items()]
    return render_page(request, "pkiadmin/people.html", {"rows": rows, "roles": roles})


@may_manage
@never_cache
def person_add(request: HttpRequest) -> HttpResponse:
    """A new account; the answer shows the one-time password, this once."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person, password = add_person(
            request, username=form.cleaned_data["username"], role=Role(form.cleaned_data["role"])
        )
        return _show_password(request, person, password)
    return render_page(request, "pkiadmin/people_add.html", {"form": form})


@require_POST
@may_manage
def person_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Another role for somebody."""
    person = get_object_or_404(User, pk=pk)
    try:
        role = Role(request.POST.get("role", ""))
    except ValueError:
        messages.error(request, "There is no such role.")
        return redirect("people")
    return _told(
        request,
        change_role,
        f"{person} is now {ROLES[role].title.lower()}.",
        person=person,
        role=role,
    )


@require_POST
@may_manage
def person_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    return _told(
        request, set_active, f"{person} can no longer sign in.", person=person, active=False
    )


@require_POST
@may_manage
def person_activate(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    return _told(request, set_active, f"{person} can sign in again.", person=person, active=True)


@require_POST
@may_manage
@never_cache
def person_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new one-time password for somebody; the answer shows it, this once."""
    person = get_object_or_404(User, pk=pk)
    try:
        return _show_password(request, person, reset_password(request, person=person))
    except OwnAccount:
        return redirect("account_change_password")


def _told(request: HttpRequest, act: Any, said: str, **about: Any) -> HttpResponse:
    try:
        if act(request, **about):
            messages.success(request, said)
    except OwnAccount:
        messages.error(request, "Your own account is for another administrator to change.")
    return redirect("people")


def _show_password(request: HttpRequest, person: User, password: str) -> HttpResponse:
    """In the answer and nowhere else: not in a message, a session or a log."""
    context = {"person": person, "password": password}
    return render_page(request, "pkiadmin/people_password.html", context)
