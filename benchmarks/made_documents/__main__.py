"""``python -m made_documents --seed 1 --documents 2000 --out FILE`` writes a pool of made documents as JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from made_documents.pools import make_pool


def main() -> None:
    """Make the pool and write it."""
    parser = argparse.ArgumentParser(prog="made_documents", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    pool = make_pool(options.seed, options.documents)
    options.out.write_text(json.dumps(pool, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
