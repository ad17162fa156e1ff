"""Judgements of services and accounts in templates."""

from __future__ import annotations

from django import template

from endpoints.models import Account, Service
from endpoints.shown_judgement import ShownJudgement, shown_judgement

register = template.Library()


@register.simple_tag
def judgement_of(row: Service | Account) -> ShownJudgement:
    """What the last judgement of a service or an account says, in words."""
    return shown_judgement(row)
