"""The web server's door. Outside the demo it does not open without its keys."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison_crm.settings")

missing = [
    name
    for name in ("SECRET_KEY", "FIELD_KEYS", "HASH_KEY")
    if not os.environ.get(name)
]
if missing and not settings.DEMO:
    raise ImproperlyConfigured(
        f"A web server needs {', '.join(missing)} in its environment "
        "(see .env.example)."
    )

application = get_wsgi_application()
