"""Sets of numbers that take the same memory however many are in them."""

import mmap


class Bits:
    """A set of whole numbers below `size`: one bit each, and no page untouched."""

    def __init__(self, size: int):
        self._bytes = mmap.mmap(-1, size // 8 + 1)

    def __contains__(self, number: int) -> bool:
        return bool(self._bytes[number >> 3] & (1 << (number & 7)))

    def add(self, number: int) -> bool:
        """Put a number in; was it new?"""
        before, bit = self._bytes[number >> 3], 1 << (number & 7)
        self._bytes[number >> 3] = before | bit
        return not before & bit
