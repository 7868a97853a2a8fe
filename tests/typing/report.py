"""Type-checked, never run: how users get a report of a split, or build one."""

from pathlib import Path
from typing import assert_type

from splitreader import Failure, SplitReader
from splitreader.report import PICTURE_SIDE, ReportedPacket, ReportedPage, report_html, write_report

failures: list[Failure] = []
reader = SplitReader(["invoice"], on_error=failures.append)
assert_type(write_report(reader, "inbox", "reports", pictures=PICTURE_SIDE // 2, failures=failures), list[Path])
assert_type(write_report(reader, b"bytes", Path("report.html"), texts=False, overwrite=True), list[Path])

result = reader.split("packet.pdf")
pictures = dict(reader.page_pictures("packet.pdf", result, longest_side=PICTURE_SIDE))
reported = ReportedPacket(
    name="packet.pdf",
    result=result,
    pages={page: ReportedPage(text="text", picture=picture) for page, picture in pictures.items()},
    notes=("page 3 could not be drawn",),
)
assert_type(reported.pages[1], ReportedPage)
assert_type(reported.pages[1].picture, bytes | None)
assert_type(reported.doubtful_first(), list[int])
assert_type(report_html(reported), str)
