"""Validation: the verdict is OpenSSL's, the report is ours."""
