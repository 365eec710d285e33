import pytest

from liaison_crm.lib.patient_data import found_in
from tests.lib.sentences import WITH_PATIENT_DATA, WITHOUT


def kinds_in(text):
    return [finding.kind for finding in found_in(text)]


@pytest.mark.parametrize("sentence", WITH_PATIENT_DATA)
def test_a_sentence_with_patient_data_trips_the_guard(sentence):
    assert found_in(sentence)


@pytest.mark.parametrize("sentence", WITHOUT)
def test_a_sentence_without_does_not(sentence):
    assert kinds_in(sentence) == []
