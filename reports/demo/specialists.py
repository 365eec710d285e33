"""What the demo's own specialists see and do, and when they can be seen.

Made up like the market, from a seed of its own: the same profiles every time,
with openings counted from the day on which they are made.
"""

import datetime as dt
import random

from reports.demo.market import SEED, Market
from reports.demo.names import PAYERS

PER_LINE = 3
FORMS = "https://ridgewater.example/referral-forms"

# Service line -> (conditions, procedures, intake rule).
TRADES = {
    "Cardiology": (
        ["Atrial fibrillation", "Heart failure", "Chest pain", "Hypertension"],
        ["Echocardiogram", "Stress test", "Cardiac catheterization"],
        "Please send the last ECG and the list of medicines.",
    ),
    "Orthopedics": (
        ["Knee pain", "Hip pain", "Shoulder pain", "ACL tear", "Osteoarthritis"],
        ["Knee replacement", "Hip replacement", "Arthroscopy", "Joint injection"],
        "X-ray of the last three months. MRI only if it was done already.",
    ),
    "Gastroenterology": (
        ["Reflux disease", "Crohn's disease", "Anemia", "Abnormal liver tests"],
        ["Colonoscopy", "Upper endoscopy"],
        "Screening colonoscopy without a visit first: use the open-access form.",
    ),
    "Neurosciences": (
        ["Migraine", "Seizure", "Multiple sclerosis", "Neuropathy"],
        ["EEG", "Nerve conduction study", "Botulinum toxin injection"],
        "Please say what was tried before. Imaging reports help.",
    ),
    "Urology": (
        ["Kidney stones", "Enlarged prostate", "Incontinence", "Elevated PSA"],
        ["Cystoscopy", "Lithotripsy", "Vasectomy"],
        "Urinalysis of the last month; PSA with its date.",
    ),
    "Oncology": (
        ["Breast cancer", "Lung cancer", "Lymphoma", "Iron overload"],
        ["Chemotherapy", "Bone marrow biopsy"],
        "Pathology report first; the navigator calls the patient the same day.",
    ),
    "Endocrinology": (
        ["Type 2 diabetes", "Type 1 diabetes", "Thyroid nodule", "Osteoporosis"],
        ["Thyroid biopsy", "Insulin pump start"],
        "HbA1c and TSH not older than three months.",
    ),
}
SYNONYMS = {
    "Knee pain": ["knee", "joint"],
    "Hip pain": ["hip", "joint"],
    "Shoulder pain": ["shoulder", "joint"],
    "Osteoarthritis": ["arthritis", "joint"],
    "Knee replacement": ["knee arthroplasty", "TKA"],
    "Hip replacement": ["hip arthroplasty", "THA"],
    "Atrial fibrillation": ["afib", "irregular heartbeat"],
    "Hypertension": ["high blood pressure"],
    "Reflux disease": ["GERD", "heartburn"],
    "Migraine": ["headache"],
    "Seizure": ["epilepsy"],
    "Enlarged prostate": ["BPH"],
    "Type 2 diabetes": ["diabetes", "sugar"],
    "Type 1 diabetes": ["diabetes"],
    "TennState Medicaid": ["Medicaid"],
}
INSURERS = [*PAYERS, "Aetna", "Cigna", "Humana"]
LANGUAGES = ["Spanish", "Arabic", "Vietnamese", "Hindi", "French"]
REVIEWS = (2, 9, 16, 30, 45, 61, 118)  # days ago
FIRST_OPENINGS = (1, 2, 4, 6, 9, 12, 17, 23, 34, 48)  # days ahead
CHECKS = (0, 0, 1, 1, 2, 3, 5, 12)  # days ago


def rows(market: Market, *, today: dt.date) -> tuple[list[dict], list[dict]]:
    """(profiles, openings) as rows of the two files."""
    draw, profiles, openings = random.Random(SEED + 1), [], []
    for line, trade in TRADES.items():
        own = [
            physician
            for physician in market.specialists
            if physician.service_line == line
            and physician.status in ("employed", "affiliated")
        ]
        for number, physician in enumerate(own[:PER_LINE]):
            profiles.append(_profile(draw, physician, trade, number, today))
            openings += _openings(draw, physician, number, today)
    return profiles, openings


def _profile(draw, physician, trade, number, today):
    conditions, procedures, rule = trade
    # The first of each line takes everybody's question: the widest, the soonest.
    fewest = 4 if number else len(INSURERS)
    insurers = draw.sample(INSURERS, draw.randint(fewest, len(INSURERS)))
    languages = ["English", *draw.sample(LANGUAGES, draw.choice([0, 0, 1, 1, 2]))]
    reviewed_on = today - dt.timedelta(days=draw.choice(REVIEWS))
    few = len(conditions) - number % 2
    return {
        "npi": physician.npi,
        "conditions": "|".join(draw.sample(conditions, few)),
        "procedures": "|".join(draw.sample(procedures, min(few, len(procedures)))),
        "insurers": "|".join(sorted(insurers)),
        "languages": "|".join(languages),
        "min_age": draw.choice(["", "0", "12", "18", "18"]),
        "max_age": "",
        "accepts_new": draw.choices(["yes", "no"], [9, 1 if number else 0])[0],
        "telehealth": draw.choice(["yes", "no", ""]),
        "direct_line": f"615555{draw.randint(0, 9999):04d}",
        "scheduling_phone": physician.practice.phone,
        "fax": f"615555{draw.randint(0, 9999):04d}",
        "intake_rules": rule,
        "forms_url": FORMS,
        "reviewed_on": reviewed_on.isoformat(),
    }


def _openings(draw, physician, number, today):
    """The next openings; of a few nothing is known, or not for some days."""
    if number and draw.random() < 0.1:
        return
    checked_on = today - dt.timedelta(days=draw.choice(CHECKS if number else [0]))
    ahead = draw.choice(FIRST_OPENINGS if number else FIRST_OPENINGS[:2])
    first = today + dt.timedelta(days=ahead)
    sooner = today + dt.timedelta(days=draw.choice(FIRST_OPENINGS[:4]))
    for kind, day in (("new", first), ("follow_up", min(first, sooner))):
        yield {
            "npi": physician.npi,
            "site": physician.practice.zip_code,
            "kind": kind,
            "next_available_on": _weekday(day).isoformat(),
            "checked_on": checked_on.isoformat(),
        }


def _weekday(day):
    return day + dt.timedelta(
        days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0
    )
