"""The web server's door. Outside the demo it does not open without its keys."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison_crm.settings")

if settings.KEYS_NOT_GIVEN:
    raise ImproperlyConfigured(
        f"A web server needs {', '.join(settings.KEYS_NOT_GIVEN)} in its "
        "environment (see .env.example)."
    )

application = get_asgi_application()
