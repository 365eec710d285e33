"""What production is told: the compose file, the variables, the keys."""

import os
import re
import subprocess
import sys

import pytest
import yaml
from django.conf import settings

SETTINGS = (settings.BASE_DIR / "liaison_crm" / "settings.py").read_text()
EXAMPLE = (settings.BASE_DIR / ".env.example").read_text()


def test_compose_runs_all_that_production_needs():
    compose = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())

    assert set(compose["services"]) == {
        "migrate", "web", "worker", "beat", "database", "broker", "proxy",
    }  # fmt: skip
    for name in ("web", "worker", "beat"):
        assert compose["services"][name]["environment"]["DATABASE_URL"]
        assert compose["services"][name]["env_file"] == ".env"


def test_the_example_names_every_variable_that_settings_read():
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', SETTINGS))
    read |= {"SECRET_KEY", "FIELD_KEYS", "HASH_KEY"}
    named = set(re.findall(r"^#? ?([A-Z_]+)=", EXAMPLE, re.MULTILINE))

    assert read - {"TESTING"} <= named


def test_the_example_names_no_variable_that_nobody_reads():
    named = set(re.findall(r"^#? ?([A-Z_]+)=", EXAMPLE, re.MULTILINE))

    assert {name for name in named if f'"{name}"' not in SETTINGS} == {
        "POSTGRES_PASSWORD"  # the compose file reads it
    }


def serve(**environment):
    clean = {
        key: value
        for key, value in os.environ.items()
        if key not in ("TESTING", "SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "DEMO")
    }
    return subprocess.run(
        [sys.executable, "-c", "import liaison_crm.wsgi"],
        cwd=settings.BASE_DIR,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_web_server_outside_the_demo_names_the_keys_it_lacks():
    refused = serve(SECRET_KEY="given", DEMO="0")

    assert refused.returncode
    assert "needs FIELD_KEYS, HASH_KEY" in refused.stderr


@pytest.mark.parametrize(
    "given",
    [
        {"DEMO": "1"},
        {"DEMO": "0", "SECRET_KEY": "a", "FIELD_KEYS": "bb", "HASH_KEY": "c"},
    ],
)
def test_a_web_server_starts_in_the_demo_and_with_all_keys(given):
    assert serve(**given).returncode == 0, serve(**given).stderr
