"""Static files of npm packages, served from where `npm ci` put them.

`VENDOR_FILES` names each file that pages may load: nothing else below
node_modules can be fetched, and nothing is copied into the repository.
"""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder, BaseFinder
from django.core.checks import Warning as CheckWarning
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

VENDOR_FILES = {
    "vendor/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/leaflet.js": "leaflet/dist/leaflet.js",
    "vendor/leaflet.css": "leaflet/dist/leaflet.css",
    # Named by leaflet.css; no page shows them.
    **{
        f"vendor/images/{name}": f"leaflet/dist/images/{name}"
        for name in ("layers.png", "layers-2x.png", "marker-icon.png")
    },
    "vendor/markercluster.js": "leaflet.markercluster/dist/leaflet.markercluster.js",
    "vendor/markercluster.css": "leaflet.markercluster/dist/MarkerCluster.css",
    "vendor/topojson-client.min.js": "topojson-client/dist/topojson-client.min.js",
}


class VendorStorage(FileSystemStorage):
    """Reads `vendor/...` from the package that holds it."""

    def path(self, name):
        return str(Path(settings.NODE_MODULES) / VENDOR_FILES[name])


class VendorFinder(BaseFinder):
    """Finds the files of `VENDOR_FILES`, and only those."""

    storage = VendorStorage()

    def check(self, **kwargs):
        return [
            CheckWarning(f"{path} is missing: run `npm ci`.", id="liaison_crm.W001")
            for path in map(self.storage.path, VENDOR_FILES)
            if not Path(path).is_file()
        ]

    def find(self, path, find_all=False, **kwargs):  # noqa: FBT002
        """The file of `path`, in a list with `find_all`; [] when there is none."""
        if path not in VENDOR_FILES:
            return []
        found = self.storage.path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns):
        return ((name, self.storage) for name in VENDOR_FILES)


class AppFinder(AppDirectoriesFinder):
    """The files of installed apps that pages load: sign-in and passkeys."""

    def __init__(self):
        super().__init__(app_names=["allauth.account", "allauth.mfa"])


class CollectedStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files; plain names until something was collected.

    The packages' comments that point to source maps are left alone: the maps
    are not served, and looking for them would fail the collection.
    """

    support_js_module_import_aggregation = True
    patterns = tuple(
        (
            glob,
            tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)),
        )
        for glob, rules in CompressedManifestStaticFilesStorage.patterns
    )

    def stored_name(self, name):
        return super().stored_name(name) if self.hashed_files else name
