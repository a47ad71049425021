"""`python -m tests.simulation --seeds 100000 --first 0`: more worlds than the tests run.

`--seed N` runs one and prints what happened in it.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation.timeline import Broken
from tests.simulation.world import run_seed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=3000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, help="one world, with its trace")
    parser.add_argument("--keep-going", action="store_true", help="past the first that fails")
    asked = parser.parse_args()
    if asked.seed is not None:
        return _replay(asked.seed)
    began, failed = time.monotonic(), 0
    for seed in range(asked.first, asked.first + asked.seeds):
        try:
            run_seed(seed)
        except Exception as error:
            failed += 1
            print(f"seed {seed}: {type(error).__name__}: {error}", flush=True)
            if not asked.keep_going:
                print(f"replay it: python -m tests.simulation --seed {seed}")
                break
    took = time.monotonic() - began
    done = seed - asked.first + 1
    print(f"{done} worlds in {took:.1f} s ({done / took:.0f} a second), {failed} broken")
    return 1 if failed else 0


def _replay(seed: int) -> int:
    try:
        world = run_seed(seed)
    except Broken as broken:
        print(broken.trace)
        print(f"seed {seed}: {broken}")
        return 1
    print(world.timeline.trace())
    return 0


if __name__ == "__main__":
    sys.exit(main())
