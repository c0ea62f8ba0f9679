"""Any function of moments on replicates of units, whatever the blocks and the workers."""

from dataclasses import dataclass

import numpy as np
import pytest

from csindex.replicates.replicate import Stack, progress_bar, replicate


@dataclass(frozen=True)
class Uneven:
    """Replicates 0, 1, 2, ... of unit u, u + 2 of them, in tiles of two; each is (p, T, 3)."""

    joint: bool = False

    def size(self, unit):
        return unit + 2

    def tile_size(self, unit):
        return 2

    def tile(self, unit, number):
        values = 100.0 * unit + np.arange(2 * number, 2 * number + 2)
        return np.broadcast_to(values[None, :, None], (2, 2, 3)), np.zeros((3, 2, 3))


def described(rows, mean, packed):
    """Return a number of each replicate, its unit's place, and how many the block has."""
    assert mean.shape[1:] == packed.shape[1:] == (len(rows), 3)
    return {"value": mean[0, :, 0], "double": mean[:, :, 0].T * 2, "row": rows + 1}


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("block_size", [1, 3, 100])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_every_replicate_has_its_place(joint, block_size, n_jobs):
    done = []
    found = replicate(
        Uneven(joint), [3, 0, 2], described, block_size=block_size, absent={"row": -1}, n_jobs=n_jobs,
        advance=done.append,
    )  # fmt: skip
    nan = np.nan
    expected = [[300, 301, 302, 303, 304], [0, 1, nan, nan, nan], [200, 201, 202, 203, nan]]
    np.testing.assert_array_equal(found["value"], expected)
    np.testing.assert_array_equal(found["double"], 2 * np.stack([expected, expected], axis=-1))
    np.testing.assert_array_equal(found["row"], [[1] * 5, [2, 2, -1, -1, -1], [3, 3, 3, 3, -1]])
    assert sum(done) == 5 + 2 + 4


def test_moments_that_are_there_are_taken_as_they_are():
    rng = np.random.default_rng(1)
    mean, packed = rng.normal(size=(2, 7, 3)), rng.normal(size=(2, 7, 6))
    found = replicate(Stack(mean, packed), range(2), lambda rows, m, s: {"m": m.T, "s": s.T})
    np.testing.assert_array_equal(found["m"], mean)
    np.testing.assert_array_equal(found["s"], packed)
    # The stack is innermost in memory.
    assert found["m"].strides[1] == found["m"].itemsize


def test_a_bar_counts_up_unless_it_is_not_to_be_shown(capsys):
    with progress_bar(3, "replicates", shown=False) as bar:
        bar.update(3)
    assert capsys.readouterr().err == ""
