"""Nothing of patients in any free text: the guard asks why, and remembers it."""

import re

import pytest
from django import forms

from accounts.guard import Guarded
from accounts.models import AuditEvent
from outreach.models import Visit
from tests.attacks import body, undone, valid
from tests.test_permissions import ACTORS, TABLE

pytestmark = pytest.mark.django_db

PATIENT = "Pt Jane Millbrook, DOB 3/14/1952"
WHY = "Jane Millbrook is our own trainer"

# The texts of every form that a person may write freely in, by the form's address.
FREE_TEXTS = {
    "accounts:coverage-create": "notes",
    "accounts:coverage-edit": "notes",
    "outreach:physician-pause": "reason",
    "outreach:practice-pause": "reason",
    "outreach:practice-stage": "reason",
    "outreach:task-create": "title",
    "outreach:task-edit": "title",
    "outreach:visit-create": "notes",
    "outreach:visit-plan": "purpose",
    "outreach:visit-edit": "notes",
    "outreach:visit-cancel": "reason",
    "outreach:visit-no-show": "reason",
    "referrals:exception-create": "reason",
    "referrals:note-create": "text",
    "referrals:note-edit": "text",
    "referrals:practice-propose": "note",
    "referrals:physician-propose": "note",
    "referrals:proposal-decide": "reason",
    "referrals:practice-bulk": "reason",
    "referrals:physician-bulk": "reason",
    "referrals:referral-status": "reason",
    "referrals:specialist-edit": "intake_rules",
    "reports:cost-create": "note",
    "reports:cost-edit": "note",
}

ENDS_A_PLAN = ("outreach:visit-cancel", "outreach:visit-no-show")
SHOWN_FIRST = ("referrals:practice-bulk", "referrals:physician-bulk")
SENT_AT_ONCE = {
    name: text for name, text in FREE_TEXTS.items() if name not in SHOWN_FIRST
}

# Long enough for a story, and no place for one: what stands there instead.
NAMES_AND_CODES = {
    "accounts.forms.paint.PaintForm.targets": "ZIP codes of the map",
    "accounts.forms.paint.TerritoryPaintForm.targets": "ZIP codes of the map",
    "accounts.forms.people.AcceptInvitationForm.password": "a password",
    "accounts.forms.saved_views.NewSavedViewForm.columns": "columns of a list",
    "accounts.forms.saved_views.NewSavedViewForm.query": "filters of a list",
    "accounts.forms.what_ifs.MoveForm.zip_codes": "ZIP codes",
    "accounts.forms.zips.TerritoryZipsForm.zip_codes": "ZIP codes",
    "accounts.forms.zips.ZipsMoveForm.zip_codes": "ZIP codes",
    "referrals.forms.imports.ImportForm.pasted": "a file, whose kind says what is kept",
    "referrals.forms.pages.OrganizationAddForm.name": "a name",
    "referrals.forms.pages.PracticeAddForm.address_line_1": "an address",
    "referrals.forms.pages.PracticeAddForm.address_line_2": "an address",
    "referrals.forms.pages.PracticeAddForm.name": "a name",
    "referrals.forms.service_lines.CodesForm.codes": "codes",
    "referrals.forms.service_lines.ServiceLineForm.ranges": "codes",
    "referrals.specialists.forms.CriteriaForm.what": "a search",
    "referrals.specialists.forms.ProfileForm.conditions": "terms of a catalogue",
    "referrals.specialists.forms.ProfileForm.procedures": "terms of a catalogue",
    "referrals.specialists.forms.ProfileForm.insurers": "terms of a catalogue",
    "referrals.specialists.forms.ProfileForm.languages": "terms of a catalogue",
    "referrals.specialists.forms.TermForm.synonyms": "terms of a catalogue",
}
A_STORY = 150  # characters
FILTERS = "FilterForm"


@pytest.fixture
def send(world, client, address_of):
    """Post the form at the URL `name`, with `told` in place of its good answers."""

    def posted(name, **told):
        if name in ENDS_A_PLAN:
            Visit.objects.update(status=Visit.Status.PLANNED)
        client.force_login(getattr(world, ACTORS[TABLE[name].roles[0]]))
        return client.post(address_of(name), valid(name, world) | told)

    return posted


def overrides():
    return AuditEvent.objects.filter(action=AuditEvent.Action.GUARD_OVERRIDDEN)


@pytest.mark.parametrize(("name", "text"), FREE_TEXTS.items())
def test_what_looks_like_a_patient_is_asked_about_and_kept(send, name, text):
    with undone():
        response = send(name, **{text: PATIENT})
        page = body(response)

    assert response.status_code == 200
    assert "looks like a birth date" in page
    assert 'name="guard_reason"' in page
    assert "Jane Millbrook, DOB" in page


@pytest.mark.parametrize(("name", "text"), SENT_AT_ONCE.items())
def test_with_a_reason_it_stands_and_the_audit_says_why(send, name, text):
    with undone():
        response = send(name, **{text: PATIENT, "guard_reason": WHY})
        event = overrides().get()

    assert response.status_code == 302
    assert event.detail["reason"] == WHY
    assert event.detail["looks like"] == ["a birth date"]
    assert "1952" not in f"{event.subject}{event.detail}"


@pytest.mark.parametrize("name", SHOWN_FIRST)
def test_a_change_of_many_carries_the_reason_from_its_preview(send, name):
    shown = body(send(name, reason=PATIENT, guard_reason=WHY))
    seal = re.search(r'name="seal" value="([^"]+)"', shown)[1]

    response = send(name, reason=PATIENT, guard_reason=WHY, seal=seal)

    assert f'name="guard_reason" value="{WHY}"' in shown
    assert response.status_code == 302
    assert overrides().get().detail["reason"] == WHY


def test_what_stood_there_before_is_not_asked_about_again(send, north_visit):
    north_visit.notes = PATIENT
    north_visit.save()

    response = send("outreach:visit-edit", notes=PATIENT)

    assert response.status_code == 302
    assert not overrides().exists()


def test_a_reason_without_need_is_not_recorded(send):
    assert send("outreach:task-create", guard_reason=WHY).status_code == 302
    assert not overrides().exists()


def test_an_administrator_finds_the_overrides_on_setup(client, administrator):
    client.force_login(administrator)

    page = body(client.get("/setup/"))

    assert "/audit/?action=guard_overridden" in page


def all_forms(kind=forms.BaseForm):
    for form in kind.__subclasses__():
        yield form
        yield from all_forms(form)


def texts_of(form):
    for name, field in getattr(form, "base_fields", {}).items():
        is_text = isinstance(field.widget, forms.Textarea) or (
            type(field) is forms.CharField and (field.max_length or 0) >= A_STORY
        )
        if is_text and name not in getattr(form, "guarded", ()):
            yield f"{form.__module__}.{form.__name__}.{name}"


def test_every_free_text_is_guarded_or_says_what_it_holds_instead():
    ours = ("accounts.", "referrals.", "outreach.", "reports.")
    texts = {
        text
        for form in all_forms()
        if form.__module__.startswith(ours) and not form.__name__.endswith(FILTERS)
        for text in texts_of(form)
    }

    assert texts - set(NAMES_AND_CODES) == set()


def test_every_guarded_form_has_an_address_here():
    guarded = {
        name for form in all_forms() for name in form.__dict__.get("guarded", ())
    }

    assert guarded - set(FREE_TEXTS.values()) == {"own_topics", "next_step"}
    assert all(
        issubclass(form, Guarded) for form in all_forms() if hasattr(form, "guarded")
    )
