"""Ids are random, of version 4, and never the same in two threads or after a fork."""

import os
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from write_side.drawing import AT_ONCE, draw


def test_ids_differ_in_many_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: draw(), range(20 * AT_ONCE)))

    assert len(set(drawn)) == len(drawn)
    assert {each.version for each in drawn} == {4}


def test_a_fork_goes_on_with_other_ids() -> None:
    draw()  # so that more are at hand
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, draw().bytes)
        os._exit(0)
    os.waitpid(child, 0)

    theirs = UUID(bytes=os.read(reader, 16))

    assert theirs not in {draw() for _ in range(AT_ONCE)}
