"""What is too large ends as a sentence that names the limit: no 500, no file that is silently gone."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django import Settings

from ui.forms import FilesField, OneFileField
from ui.uploads import RefusedUpload, size_text

LIMIT = 1000


class ManyFiles(forms.Form):
    bundles = FilesField()


class OneFile(forms.Form):
    file = OneFileField()


def posted(**files: Any) -> HttpRequest:
    return RequestFactory().post("/", files)


def file(size: int, name: str = "bundle.pem") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"x" * size)


@pytest.fixture(autouse=True)
def _limit(settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = LIMIT


def test_it_keeps_what_fits_in_memory() -> None:
    request = posted(bundles=[file(400, "a.pem"), file(600, "b.pem")])
    form = ManyFiles(request.POST, request.FILES)
    assert form.is_valid(), form.errors
    kept = form.cleaned_data["bundles"]
    assert [(one.name, one.size, one.read()) for one in kept] == [
        ("a.pem", 400, b"x" * 400),
        ("b.pem", 600, b"x" * 600),
    ]
    assert not any(hasattr(one, "temporary_file_path") for one in kept)


@pytest.mark.parametrize("sizes", [[1001], [400, 601], [200_000], [1001, 10]])
def test_it_makes_a_form_error_that_names_the_limit(sizes: list[int]) -> None:
    request = posted(bundles=[file(size) for size in sizes])
    form = ManyFiles(request.POST, request.FILES)
    assert form.errors["bundles"] == [
        "bundle.pem is too large: all files of one upload together may have 1000 bytes. "
        "Send it in parts."
    ]


def test_it_keeps_the_other_fields_of_a_form_whose_file_is_too_large() -> None:
    request = RequestFactory().post("/", {"file": file(5000), "name": "partners"})
    assert request.POST["name"] == "partners"
    assert "too large" in OneFile(request.POST, request.FILES).errors["file"][0]


def test_nobody_mistakes_a_refused_file_for_an_empty_one() -> None:
    refused = posted(bundles=[file(5000)]).FILES["bundles"]
    assert isinstance(refused, RefusedUpload)
    assert refused.size == 5000
    for reading in (refused.read, refused.chunks, refused.open):
        with pytest.raises(RequestDataTooBig):
            reading()


def test_a_required_file_that_is_missing_is_an_error_of_its_own() -> None:
    request = posted(name="x")
    assert ManyFiles(request.POST, request.FILES).errors["bundles"] == ["This field is required."]


@pytest.mark.parametrize(
    ("size", "words"),
    [(1, "1 byte"), (1000, "1000 bytes"), (1536, "1.5 KiB"), (32 * 1024 * 1024, "32 MiB")],
)
def test_it_tells_a_size(size: int, words: str) -> None:
    assert size_text(size) == words


# Pages -----------------------------------------------------------------------------------------


def read_text(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.POST["text"])))


read_text.login_required = False  # type: ignore[attr-defined]  # as login_not_required does
urlpatterns = [path("read/", read_text)]
handler400 = "ui.errors.bad_request"


@pytest.mark.urls(__name__)
def test_it_answers_pasted_text_that_is_too_long_with_413_and_the_limit(
    client: Client, settings: Settings
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2000
    answer = client.post("/read/", {"text": "x" * 100})
    assert (answer.status_code, answer.content) == (200, b"100")
    for content_type in ("multipart", "urlencoded"):
        if content_type == "multipart":
            answer = client.post("/read/", {"text": "x" * 3000})
        else:
            answer = client.post(
                "/read/", "text=" + "x" * 3000, content_type="application/x-www-form-urlencoded"
            )
        assert answer.status_code == 413
        assert "at most 1000 bytes of text or files" in answer.content.decode()
        assert "<h1>That was too much at once</h1>" in answer.content.decode()


@pytest.mark.urls(__name__)
def test_it_answers_too_many_fields_with_413_and_the_limit(
    client: Client, settings: Settings
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    answer = client.post("/read/", {"text": "x", "a": 1, "b": 2, "c": 3})
    assert answer.status_code == 413
    assert "at most 3 fields" in answer.content.decode()
