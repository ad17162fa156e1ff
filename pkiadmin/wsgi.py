"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pkiadmin.settings")

application = get_wsgi_application()

from pkiadmin.key_check import check_kek_or_exit  # noqa: E402  (needs the applications loaded)

check_kek_or_exit()
