from django.urls import reverse

from referrals.models import ServiceLine, Specialty


def test_one_press_brings_the_default_set(signed_in, administrator):
    answer = signed_in(administrator).post(
        reverse("referrals:service-line-load"), follow=True
    )

    assert "33 service lines and 275 codes added." in answer.content.decode()
    assert ServiceLine.objects.count() == 33
    assert Specialty.objects.count() == 275


def test_reading_the_address_changes_nothing(signed_in, administrator):
    answer = signed_in(administrator).get(reverse("referrals:service-line-load"))

    assert answer.status_code == 405
    assert not ServiceLine.objects.exists()
