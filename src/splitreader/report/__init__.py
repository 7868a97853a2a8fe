"""A split packet as a picture: one HTML file with every page, what it became, how sure, and why.

`write_report` makes it from packets and a reader, `report_html` from what is split already.
"""

from splitreader.report._contents import ReportedPacket, ReportedPage
from splitreader.report._html import report_html
from splitreader.report._writing import PICTURE_SIDE, write_report

__all__ = ["PICTURE_SIDE", "ReportedPacket", "ReportedPage", "report_html", "write_report"]
