"""The installable web application: its manifest, its worker, and the shell of a day
without a signal. None of these says anything of anybody."""

import hashlib
import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from liaison_crm import __version__
from outreach.forms.logging import ShellForm

WORKER = "js/service_worker.js"
# All that the shell loads; tests/browser/test_offline.py opens it without a network.
FILES = (
    "vendor/tabler.min.css",
    "css/app.css",
    "css/charts.css",
    "css/visit.css",
    "img/logo.svg",
    "js/theme-early.js",
    "js/app.js",
    "js/guard.js",
    "js/search.js",
    "js/theme.js",
    "js/chips.js",
    "js/store.js",
    "js/device.js",
    "js/dom.js",
    "js/outbox.js",
    "js/outbox_frame.js",
    "js/outbox_list.js",
    "js/panel.js",
    "js/drafts.js",
    "js/visit_form.js",
    "js/offline.js",
)
# A script asks for it beside itself, under its plain name.
PLAIN = ("js/patient_data.json",)
ICONS = (
    ("img/logo.svg", "any", "any"),
    ("img/icon-192.png", "192x192", "any"),
    ("img/icon-512.png", "512x512", "any"),
    ("img/icon-maskable-512.png", "512x512", "maskable"),
)
# Addresses that the shell can stand for; there it does not wait long for a signal.
OURS = ("today", "visit-create", "outbox")
TEAL = "#0b6a73"


@login_not_required
@require_GET
def shell(request):
    """Without the request: the same for everybody, with no token in it."""
    return HttpResponse(_shell())


@login_not_required
@require_GET
def manifest(request):
    icons = [
        {"src": static(path), "sizes": sizes, "purpose": purpose}
        for path, sizes, purpose in ICONS
    ]
    content = {
        "name": "Liaison CRM",
        "short_name": "Liaison",
        "id": "/",
        "start_url": reverse("outreach:today"),
        "scope": "/",
        "display": "standalone",
        "theme_color": TEAL,
        "background_color": "#ffffff",
        "icons": icons,
        "shortcuts": [{"name": "Log visit", "url": reverse("outreach:visit-create")}],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@login_not_required
@require_GET
def service_worker(request):
    """The worker, told which files to keep; another list is another version.

    Browsers whose workers know no modules ask for `?classic`: it sends nothing.
    """
    files = [static(path) for path in FILES]
    files += [settings.STATIC_URL + path for path in PLAIN]
    source = _source(WORKER)
    parts = [__version__, *files, *map(_source, PLAIN), source, _shell()]
    told = {
        "VERSION": hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16],
        "FILES": files,
        "SHELL": reverse("outreach:shell"),
        "OURS": [
            reverse(f"outreach:{it}") for it in ("today", "visit-create", "outbox")
        ],
    }
    lines = [f"const {name} = {json.dumps(value)};" for name, value in told.items()]
    if "classic" not in request.GET:
        module = json.dumps(static("js/outbox.js"))
        lines.append(f"import {{ sendSoon }} from {module};")
        lines.append("self.sendOutbox = sendSoon;")
    headers = {"Service-Worker-Allowed": "/"}
    content = "\n".join([*lines, source])
    return HttpResponse(content, content_type="text/javascript", headers=headers)


def _shell():
    return render_to_string(
        "outreach/offline.html", {"form": ShellForm(now=timezone.localtime())}
    )


def _source(path):
    """The text of a static file of ours, collected or not."""
    found = finders.find(path)
    if found:
        with open(found, encoding="utf-8") as file:
            return file.read()
    with staticfiles_storage.open(path) as file:
        return file.read().decode()
