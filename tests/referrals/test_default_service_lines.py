from importlib import import_module

import pytest
from django.apps import apps

from referrals.models import Margin, ServiceLine, Specialty

migration = import_module("referrals.migrations.0004_default_service_lines")


@pytest.mark.django_db
def test_a_new_installation_has_lines_flags_and_codes_but_no_margin():
    migration.load_defaults(apps, None)

    radiology = ServiceLine.objects.get(name="Radiology")
    assert (ServiceLine.objects.count(), Specialty.objects.count()) == (33, 275)
    assert radiology.is_hospital_based
    assert radiology.specialties.exists()
    assert not Margin.objects.exists()
