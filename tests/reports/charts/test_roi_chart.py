from reports.charts import roi_chart

COVERAGE = {"mature_until": "2026-03-02"}


def month(name, referrals, visits, **flags):
    return {
        "month": name,
        "referrals": referrals,
        "visits": visits,
        "is_immature": False,
        "is_partial": False,
    } | flags


def drawn(*months):
    cell = {"months": months, "coverage": COVERAGE}
    return roi_chart.draw(cell, "/referrals/", "/visits/")


def test_months_link_to_the_referrals_and_visits_of_their_days():
    row = drawn(month("2026-02", 7, 3)).rows[0]

    assert row["referrals_url"] == (
        "/referrals/?received_from=2026-02-01&received_to=2026-02-28"
    )
    assert "since=2026-02-01" in row["visits_url"]
    assert "until=2026-02-28" in row["visits_url"]


def test_months_with_visits_are_marked():
    svg = drawn(month("2026-01", 7, 3), month("2026-02", 5, 0)).svg

    assert "3 visits in Jan 2026" in svg
    assert "visits in Feb 2026" not in svg


def test_a_month_that_is_there_in_part_is_a_gap_and_not_a_fall():
    found = drawn(
        month("2026-01", 70, 0),
        month("2026-02", 66, 0),
        month("2026-03", 4, 0, is_partial=True),
    )

    assert "Mar 2026: 4" not in found.svg
    assert found.rows[2]["referrals"] == 4


def test_what_is_not_mature_is_greyed():
    svg = drawn(month("2026-02", 7, 3), month("2026-03", 5, 0, is_immature=True)).svg

    assert "Not mature yet" in svg
