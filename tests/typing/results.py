"""Type-checked, never run: what users read in a result, and how they correct it."""

from typing import assert_type

from splitreader import (
    CONFIDENCE_RANK,
    MODEL_KEYS,
    UNCATEGORIZED,
    Confidence,
    PageLayout,
    PageText,
    Segment,
    SegmentDocument,
    SplitResult,
    __version__,
    format_pages,
)

result = SplitResult(
    segments=(
        Segment(category="invoice", pages=(1, 2), confidence="high", score=0.9, key="4711", evidence=("a title",)),
        Segment(category=UNCATEGORIZED, pages=(4,), confidence="low"),
    ),
    omitted_pages=(3,),
    page_count=4,
    engine="by hand",
)
assert_type(result.segments, tuple[Segment, ...])
assert_type(result.job_id, str | None)
assert_type(result.with_segments([{"category": "a", "pages": [1]}, result.segments[0]]), SplitResult)
assert_type(SplitResult.model_validate_json(result.model_dump_json()), SplitResult)

for segment in result.segments:
    assert_type(segment.pages, tuple[int, ...])
    assert_type(segment.key, str | None)
    assert_type(segment.evidence, tuple[str, ...])
    assert_type(format_pages(segment.pages), str)


def surer(one: Confidence, other: Confidence) -> Confidence:
    return one if CONFIDENCE_RANK[one] >= CONFIDENCE_RANK[other] else other


assert_type(surer("low", result.segments[0].confidence), Confidence)
assert_type(CONFIDENCE_RANK["high"], int)


def for_a_model(document: SegmentDocument) -> str:
    return "\n".join([f"{key}: {document.metadata[key]}" for key in MODEL_KEYS] + [document.text])


page = PageText(
    page=1, text="text", width=612.0, layout=PageLayout(fonts=("Times",), text_size=11, first_size=18, top=0.9)
)
assert_type(page.width, float | None)
assert_type(page.image_only, bool)
if layout := page.layout:
    assert_type(layout, PageLayout)
    assert_type(layout.fonts, tuple[str, ...])
    assert_type(layout.text_size, float)

release: str = __version__
