"""What is wrong with the packets that are not split as they should be, and which categories are taken for which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from splitreader import SplitResult
from splitreader.evaluation import TruePacket

MISSED_EQUAL = "a boundary between two documents of one category is missed"
MISSED_OTHER = "a boundary between documents of different categories is missed"
EXTRA = "a document is cut up"
CATEGORY = "a document with the right pages has the wrong category"
ERRORS = (MISSED_EQUAL, MISSED_OTHER, EXTRA, CATEGORY)
MOST_PAIRS = 10


def errors_of(truth: TruePacket, result: SplitResult | None) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """How often each error occurs in a packet, and the wrong categories of documents with the right pages.

    Args:
        truth: of the packet; its segments follow each other.
        result: of the split; None where it failed, which misses every boundary.
    """
    found = () if result is None else result.segments
    starts = {segment.pages[0] for segment in found if segment.pages[0] != 1}
    errors: Counter[str] = Counter()
    true_starts = set()
    for before, after in pairwise(truth.segments):
        true_starts.add(after.pages[0])
        if after.pages[0] not in starts:
            errors[MISSED_EQUAL if before.category == after.category else MISSED_OTHER] += 1
    errors[EXTRA] = len(starts - true_starts)
    category_of = {tuple(segment.pages): segment.category for segment in found}
    pairs = Counter(
        (segment.category, category_of[segment.pages])
        for segment in truth.segments
        if category_of.get(segment.pages, segment.category) != segment.category
    )
    errors[CATEGORY] = pairs.total()
    return +errors, pairs


def print_errors(seen: Iterable[tuple[TruePacket, SplitResult | None]]) -> None:
    """Print what share of the wrong packets has each error, and has no other; then the confused pairs of categories."""
    found = [errors_of(truth, result) for truth, result in seen]
    wrong = [errors for errors, _ in found if errors]
    print(f"{len(wrong)} of {len(found)} packets have an error\n")
    print("| error | times | wrong packets with it | with nothing else |\n|---|---|---|---|")
    for error in ERRORS:
        times = sum(errors[error] for errors in wrong)
        some = sum(error in errors for errors in wrong) / max(len(wrong), 1)
        alone = sum(set(errors) == {error} for errors in wrong) / max(len(wrong), 1)
        print(f"| {error} | {times} | {some:.0%} | {alone:.0%} |")
    pairs: Counter[tuple[str, str]] = sum((pairs for _, pairs in found), Counter())
    named = ", ".join(f"{true} as {taken} ({times})" for (true, taken), times in pairs.most_common(MOST_PAIRS))
    print(f"\nmost confused, of {pairs.total()} documents with the right pages: {named or 'none'}\n")
