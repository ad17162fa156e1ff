#!/usr/bin/env python3
"""Django's command line for pkiadmin."""

import os
import sys

# Read by Pythons too old for the rest: no syntax that they do not know.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("pkiadmin needs Python 3.11 or later; this is " + sys.version.split()[0] + ".")


def main() -> None:
    """Load the settings, which may refuse with one clear line, and run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pkiadmin.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        settings.INSTALLED_APPS  # noqa: B018  (the settings load here, and may refuse)
    except ImproperlyConfigured as error:
        sys.exit(f"pkiadmin: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
