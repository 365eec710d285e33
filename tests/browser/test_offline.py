"""A day without a signal: saved on the device, sent once, by nobody but its owner."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from outreach.models import Visit
from tests.browser import axe
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.factories.outreach import VisitAttendeeFactory, VisitFactory
from tests.factories.referrals import AffiliationFactory, PhysicianFactory

pytestmark = pytest.mark.browser

TODAY = reverse("outreach:today")
LOG = reverse("outreach:visit-create")
OUTBOX = reverse("outreach:outbox")
KEPT = """
(store) => new Promise((resolve, reject) => {
  const asked = indexedDB.open("liaison-crm", 1);
  asked.onsuccess = () => {
    const read = asked.result.transaction(store).objectStore(store).getAll();
    read.onsuccess = () => { asked.result.close(); resolve(read.result); };
  };
  asked.onerror = () => reject(asked.error);
})
"""


def kept(page, store):
    return page.evaluate(KEPT, store)


@pytest.fixture
def stops(liaison, north_practice):
    """Five stops of today, an hour apart, each with somebody."""
    visits = []
    for number, name in enumerate(["Abel", "Baker", "Cole", "Dunn", "Ebert"]):
        physician = PhysicianFactory(last_name=name)
        AffiliationFactory(physician=physician, practice=north_practice)
        visit = VisitFactory(
            liaison=liaison,
            practice=north_practice,
            status=Visit.Status.PLANNED,
            visited_on=timezone.localdate(),
            visited_at=dt.time(8 + number),
            outcome="",
        )
        VisitAttendeeFactory(visit=visit, physician=physician)
        visits.append(visit)
    return visits


@pytest.fixture
def phone(page_of, troubles, liaison, stops):
    """A phone whose liaison is signed in, and which keeps the day by now."""
    for path in ("/visits/outbox/token/", "/visits/outbox/panel.json"):
        troubles.expect(path)
    page = page_of(size=PHONE, workers="allow")
    sign_in(page, liaison.email)
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    ready(page)
    return page


def ready(page):
    """The worker rules the page, and the panel is kept."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    for _ in range(100):
        if any("data" in it for it in kept(page, "kept")):
            return
        page.wait_for_timeout(100)
    raise AssertionError("The panel was not kept.")


def log(page, number):
    """From Today: three taps."""
    page.locator(".stop").nth(number).get_by_role("link", name="Log").click()
    page.get_by_text("Positive", exact=True).click()
    page.get_by_role("button", name="Save visit").click()
    expect(page.locator(".stop").nth(number)).to_contain_text("Saved on this device")


def pass_time(page, seconds=9):
    page.wait_for_timeout(seconds * 1000)


def held():
    return Visit.objects.held().order_by("visited_at")


def arrived(page, number):
    for _ in range(300):
        if held().count() >= number:
            break
        page.wait_for_timeout(100)
    assert held().count() == number


def emptied(page):
    """The device forgets a visit once it has heard that the server has it."""
    for _ in range(300):
        if kept(page, "entries") == []:
            return
        page.wait_for_timeout(100)
    assert kept(page, "entries") == []


def test_three_saved_without_a_signal_arrive_once_when_there_is_one(
    phone, liaison, stops
):
    phone.context.set_offline(True)
    phone.goto(TODAY)
    expect(
        phone.get_by_text("No signal. You see what this device keeps.")
    ).to_be_visible()
    for number in range(3):
        log(phone, number)
    phone.reload()
    pass_time(phone)
    expect(phone.locator("#outbox-strip")).to_contain_text("3 visits wait: no signal.")
    assert not held().exists()

    phone.context.set_offline(False)
    arrived(phone, 3)

    assert {visit.liaison for visit in held()} == {liaison}
    assert {visit.pk for visit in held()} == {stop.pk for stop in stops[:3]}
    expect(phone.locator("#outbox-strip")).to_be_empty()
    emptied(phone)


def test_a_day_of_five_visits_takes_three_taps_each(phone, stops):
    for name in ("Abel", "Baker", "Cole", "Dunn", "Ebert"):
        stop = phone.locator(".stop", has_text=name)
        stop.get_by_role("link", name="Log").click()
        phone.get_by_text("Positive", exact=True).click()
        phone.get_by_role("button", name="Save visit").click()
        phone.wait_for_url(f"**{TODAY}")

    arrived(phone, 5)
    assert {visit.visited_on for visit in held()} == {timezone.localdate()}


WITHOUT_SYNC = """
delete ServiceWorkerRegistration.prototype.sync;
delete window.SyncManager;
"""


@pytest.mark.parametrize("sync", ["with", "without"])
def test_nobody_else_sees_or_sends_what_waits(
    phone, troubles, liaison, coordinator, stops, sync
):
    if sync == "without":
        phone.context.add_init_script(WITHOUT_SYNC)
        phone.reload()
    phone.context.set_offline(True)
    phone.goto(TODAY)
    for number in range(3):
        log(phone, number)
    phone.reload()
    expect(phone.locator("#outbox-toasts, #outbox-strip")).not_to_have_text(["", ""])
    phone.goto(OUTBOX)
    expect(phone.locator(".outbox-entry")).to_have_count(3)
    pass_time(phone)

    Session.objects.all().delete()
    phone.context.set_offline(False)
    strip = phone.locator("#outbox-strip")
    expect(strip).to_contain_text("3 visits wait: sign in to send.")
    strip.get_by_role("link", name="Sign in to send").click()
    phone.wait_for_url("**/accounts/login/**")

    sign_in(phone, coordinator.email)
    phone.goto(OUTBOX)
    expect(phone.get_by_text("Nothing waits on this device")).to_be_visible()
    expect(strip).to_be_empty()
    expect(phone.locator(".outbox-entry")).to_have_count(0)
    phone.goto(TODAY)
    expect(phone.locator(".stop")).to_have_count(0)
    phone.wait_for_load_state("networkidle")
    assert not held().exists()
    assert len(kept(phone, "entries")) == 3
    owners = {it["user"] for it in kept(phone, "kept") if "user" in it}
    assert owners == {coordinator.pk}

    sign_out(phone)
    sign_in(phone, liaison.email)
    arrived(phone, 3)

    assert {visit.liaison for visit in held()} == {liaison}
    assert {visit.pk for visit in held()} == {stop.pk for stop in stops[:3]}
    emptied(phone)


def sign_out(page):
    page.locator(".app-phone-bar").get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def test_who_signs_out_leaves_no_panel_behind(phone, liaison, north_practice):
    assert "North Clinic" in str(kept(phone, "kept"))

    sign_out(phone)

    assert kept(phone, "kept") == []
    phone.context.set_offline(True)
    phone.goto(TODAY)
    expect(phone.get_by_text("Nobody is signed in on this device")).to_be_visible()
    expect(phone.locator(".stop")).to_have_count(0)


@pytest.mark.parametrize("typed", ["bak", "north cl", "615555", "NPI"])
def test_people_are_found_without_a_signal(phone, typed, stops, north_practice):
    north_practice.phone = "6155550100"
    north_practice.save()
    baker = stops[1].physicians.get()
    phone.evaluate("import('/static/js/outbox.js').then((it) => it.refreshPanel())")
    phone.context.set_offline(True)
    phone.goto(LOG)

    phone.get_by_label("Find a physician").fill(baker.npi if typed == "NPI" else typed)
    phone.locator("#found-people").get_by_text("Ada Baker, MD").click()

    chosen = phone.locator("#people-offered").get_by_role("checkbox", name="Ada Baker")
    expect(chosen).to_be_checked()
    expect(phone.get_by_role("radio", name="North Clinic")).to_be_checked()


@pytest.mark.parametrize("signal", ["with", "without"])
def test_a_draft_survives_a_killed_tab(phone, north_practice, signal):
    found = PhysicianFactory(last_name="Whitaker")
    AffiliationFactory(physician=found, practice=north_practice)
    phone.evaluate("import('/static/js/outbox.js').then((it) => it.refreshPanel())")
    phone.context.set_offline(signal == "without")
    phone.goto(LOG)
    phone.get_by_label("Find a physician").fill("whi")
    phone.locator("#found-people").get_by_text("Ada Whitaker, MD").click()
    expect(phone.get_by_role("radio", name="North Clinic")).to_be_checked()
    phone.get_by_text("Negative", exact=True).click()
    phone.get_by_text("More: time").click()
    phone.get_by_label("Notes").fill("Wants a direct line")
    drafted(phone, "Wants a direct line")

    phone.close(run_before_unload=False)
    again = phone.context.new_page()
    again.goto(LOG)

    expect(again.get_by_text("What you typed")).to_be_visible()
    expect(again.get_by_label("Notes")).to_have_value("Wants a direct line")
    expect(again.get_by_role("checkbox", name="Ada Whitaker")).to_be_checked()
    expect(again.get_by_role("radio", name="North Clinic")).to_be_checked()
    expect(again.get_by_role("radio", name="Negative")).to_be_checked()
    again.get_by_role("button", name="Start anew").click()
    expect(again.get_by_text("What you typed")).to_have_count(0)
    expect(again.get_by_label("Notes")).to_have_value("")


def drafted(page, text):
    for _ in range(100):
        if text in str(kept(page, "drafts")):
            return
        page.wait_for_timeout(50)
    raise AssertionError("No draft was kept.")


def test_undo_brings_the_form_back_as_it_was(phone, stops):
    phone.locator(".stop").first.get_by_role("link", name="Log").click()
    phone.get_by_text("Negative", exact=True).click()
    phone.get_by_label("Notes").fill("Too early")
    phone.get_by_role("button", name="Save visit").click()

    phone.get_by_role("button", name="Undo").click()

    expect(phone.get_by_label("Notes")).to_have_value("Too early")
    expect(phone.get_by_role("radio", name="Negative")).to_be_checked()
    expect(phone.get_by_role("checkbox", name="Ada Abel")).to_be_checked()
    emptied(phone)
    assert not held().exists()

    phone.get_by_text("Positive", exact=True).click()
    phone.get_by_role("button", name="Save visit").click()
    arrived(phone, 1)
    visit = held().get()
    assert (visit.pk, visit.outcome) == (stops[0].pk, "positive")


def test_what_the_server_refuses_is_mended_and_sent_again(
    phone, troubles, stops, north_practice
):
    troubles.expect("/visits/outbox/deliver/")
    physician = stops[0].physicians.get()
    Visit.objects.filter(pk__in=[it.pk for it in stops]).delete()
    phone.context.set_offline(True)
    phone.goto(LOG)
    phone.get_by_text("Ada Abel, MD").click()
    phone.get_by_text("Positive", exact=True).click()
    phone.get_by_role("button", name="Save visit").click()
    expect(phone.get_by_role("button", name="Undo")).to_be_visible()
    physician.affiliations.update(effective_to=dt.date(2020, 1, 1))
    phone.context.set_offline(False)

    strip = phone.locator("#outbox-strip")
    expect(strip).to_contain_text("1 visit could not be saved: it needs you.")
    strip.get_by_role("link", name="Show").click()
    expect(phone.locator(".outbox-errors")).to_contain_text("Select a valid choice")
    phone.get_by_role("button", name="Edit and send again").click()
    expect(phone.locator("#id_physicians_error")).to_be_visible()
    phone.get_by_role("checkbox", name="Ada Abel").uncheck(force=True)
    phone.get_by_text("Front desk or staff").click()
    phone.get_by_label("Staff, by name").fill("Dana")
    phone.get_by_label("Find a physician").fill("north cl")
    phone.locator("#found-people").get_by_text("North Clinic").last.click()
    phone.get_by_role("button", name="Save visit").click()

    arrived(phone, 1)
    assert held().get().met == "Dana"
    emptied(phone)


def test_a_stop_that_was_cancelled_meanwhile_is_a_visit_of_its_own(
    phone, troubles, stops
):
    troubles.expect("/visits/outbox/deliver/")
    log(phone, 0)
    Visit.objects.filter(pk=stops[0].pk).update(status=Visit.Status.CANCELLED)

    phone.locator("#outbox-strip").get_by_role("link", name="Show").click()
    expect(phone.locator(".outbox-errors")).to_contain_text("cancelled")
    phone.get_by_role("button", name="Send as a visit of its own").click()

    arrived(phone, 1)
    assert held().get().pk != stops[0].pk


def test_what_waits_is_discarded_only_when_asked_twice(phone):
    phone.context.set_offline(True)
    phone.goto(TODAY)
    log(phone, 0)
    phone.goto(OUTBOX)

    phone.get_by_role("button", name="Discard").click()
    phone.get_by_role("button", name="Keep it").click()
    expect(phone.locator(".outbox-entry")).to_have_count(1)
    phone.get_by_role("button", name="Discard").click()
    phone.locator("dialog").get_by_role("button", name="Discard").click()

    expect(phone.get_by_text("Nothing waits on this device")).to_be_visible()
    emptied(phone)


def test_a_visit_that_seems_logged_is_hinted_at(phone, stops):
    log(phone, 0)
    phone.goto(LOG)
    phone.get_by_text("Ada Abel, MD", exact=True).click()

    expect(phone.locator(".visit-twin")).to_contain_text("logged already")


def test_without_mouse_and_signal_it_is_saved(phone):
    phone.context.set_offline(True)
    phone.goto(TODAY)

    phone.keyboard.press("n")
    phone.get_by_role("checkbox", name="Ada Abel").press("Space")
    phone.get_by_role("radio", name="Positive").press("Space")
    phone.keyboard.press("Control+Enter")

    expect(phone.locator("#outbox-toasts")).to_contain_text("Saved: Ada Abel, MD")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_what_works_without_a_signal_is_accessible(
    page_of, troubles, liaison, stops, size, theme
):
    page = page_of(size=size, theme=theme, workers="allow")
    sign_in(page, liaison.email)
    ready(page)
    page.context.set_offline(True)
    page.goto(TODAY)
    log(page, 0)
    for path in (TODAY, LOG, OUTBOX, "/practices/"):
        page.goto(path)
        expect(page.locator("body[data-ready]")).to_be_attached()
        page.wait_for_function("() => document.getAnimations().length === 0")
        assert axe.violations(page) == []
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"]


def test_a_save_needs_no_network_and_no_time(phone):
    spent = phone.evaluate(
        """async () => {
          const { add, discard } = await import("/static/js/outbox.js");
          const times = [];
          for (let number = 0; number < 20; number++) {
            const before = performance.now();
            const uid = crypto.randomUUID();
            await add({ uid, user: 1, values: {}, draft: {}, who: "" });
            times.push(performance.now() - before);
            await discard(uid);
          }
          return times.sort((one, other) => one - other);
        }"""
    )

    assert spent[len(spent) // 2] < 100


def test_what_looks_like_a_patient_is_not_kept_on_the_device(phone):
    phone.context.set_offline(True)
    phone.goto(LOG)
    phone.get_by_role("checkbox", name="Ada Abel").check(force=True)
    phone.get_by_text("Positive", exact=True).click()
    phone.get_by_text("More: time").click()
    phone.get_by_label("Purpose").fill("Access")
    phone.get_by_label("Notes").fill("Saw her, DOB 3/14/1952")
    phone.get_by_role("button", name="Save visit").click()

    expect(phone.locator("#id_notes_error")).to_contain_text("looks like a birth date")
    drafted(phone, "Access")
    assert "1952" not in str(kept(phone, "drafts")) + str(kept(phone, "entries"))

    phone.get_by_label("Why may it stand?").fill("An example of the trainer")
    phone.get_by_role("button", name="Save visit").click()
    expect(phone.locator("#outbox-toasts")).to_contain_text("Saved: Ada Abel, MD")
    phone.context.set_offline(False)
    arrived(phone, 1)
    assert held().get().notes == "Saw her, DOB 3/14/1952"
