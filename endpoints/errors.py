"""Why a change of a service or an account is refused; the sentences are in `endpoints.texts`."""

from __future__ import annotations


class EndpointRefused(Exception):
    """An expected refusal with a stable code and plain data for its sentence."""

    def __init__(self, code: str, **data: str | int) -> None:
        self.code = code
        self.data = data
        super().__init__(code, data)


class EndpointGone(EndpointRefused):
    """Somebody deleted the service or the account after the page was opened."""

    def __init__(self) -> None:
        super().__init__("endpoint.gone")


class EndpointChanged(EndpointRefused):
    """Somebody else changed the service or the account after the form was opened."""

    def __init__(self) -> None:
        super().__init__("endpoint.changed_meanwhile")
