import pytest

from referrals.imports.bits import Bits


def test_a_number_is_new_once():
    bits = Bits(100)

    assert [bits.add(99), bits.add(99), bits.add(0)] == [True, False, True]
    assert [number for number in range(100) if number in bits] == [0, 99]


def test_a_number_beyond_the_size_is_an_error():
    with pytest.raises(IndexError):
        Bits(100).add(200)
