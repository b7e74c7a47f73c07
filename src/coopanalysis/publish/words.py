"""What the batch itself says on pages and on the index, in Vietnamese and English; the reports' own words come with their notebooks.

Why here: the batch serves any collection of notebooks, so it needs nothing of the library that fills them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from babel.dates import format_date
from babel.numbers import format_decimal

MISSING = "–"
OTHER = {"vi": "en", "en": "vi"}
NAMES = {"vi": "Tiếng Việt", "en": "English"}  # of the languages, each in its own
VIETNAMESE = {
    # a page
    "Skip to the content": "Đến nội dung",
    "All reports": "Danh mục báo cáo",
    "Contents": "Nội dung",
    "Take care": "Lưu ý khi sử dụng",
    "Figure {n}.": "Hình {n}.",
    "Figure: {heading}": "Hình: {heading}",
    "Table {n}.": "Bảng {n}.",
    "Data of this figure ({n} rows)": "Số liệu của hình ({n} dòng)",
    "Download as CSV": "Tải tệp CSV",
    "Source of {label}": "Nguồn của số liệu: {label}",
    "Back to {label}": "Trở lại: {label}",
    "Where each headline number comes from": "Từng số liệu chính lấy từ đâu",
    "This page is that of {date}: the last run could not renew it.": "Trang này là bản ngày {date}: lần chạy mới nhất chưa thay được.",
    # the lines at its foot
    "Data as of": "Số liệu đến",
    "Data set": "Bộ dữ liệu",
    "Generated": "Lập ngày",
    "Code version": "Phiên bản",
    "Parameters": "Tham số",
    "Fingerprint": "Mã kiểm tra",
    # the index
    "{subject} of {area}": "{subject} {area}",
    "Edition": "Kỳ công bố",
    "Edition of {date}": "Kỳ công bố {date}",
    "Each headline number leads to the rows of the data set and to the sources that it rests on.": "Mỗi số liệu chính dẫn về các dòng của bộ dữ liệu "
    "và các nguồn làm căn cứ.",
    "Data as of {date}": "Số liệu đến {date}",
    "{fresh} of {all} pages renewed": "{fresh} trong {all} trang được cập nhật",
    "{n} source": "{n} nguồn",
    "Headline figures": "Số liệu chính",
    "Read first": "Đọc trước",
    "Reports": "Báo cáo",
    "Updated": "Mới cập nhật",
    "Unchanged": "Không thay đổi",
    "Kept from {date}": "Giữ bản ngày {date}",
    "Not yet available": "Chưa có",
    "Expired on {date}": "Hết hạn ngày {date}",
    "Notebook": "Sổ phân tích",
    "Sources": "Nguồn",
    "How to cite": "Cách trích dẫn",
    "{title}. Edition of {date}, version {version}.": "{title}. Kỳ công bố {date}, phiên bản {version}.",
    "{title}. Edition of {date}, version {version}, data set {name} {number}.": "{title}. Kỳ công bố {date}, phiên bản {version}, bộ dữ liệu {name} {number}.",
    # what changed
    "Since the last edition": "Thay đổi so với kỳ trước",
    "This is the first edition.": "Đây là kỳ công bố đầu tiên.",
    "No headline number changed.": "Không có số liệu chính nào thay đổi.",
    "New: {label}, {value}.": "Mới: {label}, {value}.",
    "{label}: from “{old}” to “{new}”.": "{label}: từ “{old}” thành “{new}”.",
    "{label}: {old} revised to {new}.": "{label}: {old} sửa thành {new}.",
    "{n} headline number is no longer given.": "{n} số chính không còn được nêu.",
    "{n} more change.": "Còn {n} thay đổi khác.",
}


@dataclass(frozen=True)
class Words:
    """Sentences, dates and numbers in ``code``, "vi" or "en"."""

    code: str

    def text(self, english: str, /, **values: Any) -> str:
        """The sentence with its ``{placeholders}`` filled. Raises ``KeyError`` where it has no Vietnamese: add it above."""
        return {"vi": VIETNAMESE[english], "en": english}[self.code].format(**values)

    def plural(self, one: str, many: str, n: int) -> str:
        """The sentence for ``n`` things; Vietnamese has one form, paired with ``one``."""
        if self.code == "en" and n != 1:
            return many.format(n=self.number(n))
        return self.text(one, n=self.number(n))

    def date(self, iso: str, style: Literal["day", "month"] = "day") -> str:
        """31/12/2018 or 12/2018, 31 December 2018 or December 2018; a dash for no date."""
        patterns = {"vi": {"day": "d/M/y", "month": "M/y"}, "en": {"day": "d MMMM y", "month": "MMMM y"}}
        return format_date(date.fromisoformat(iso[:10]), format=patterns[self.code][style], locale=self.code) if iso else MISSING

    def number(self, n: int) -> str:
        """1234 as 1.234 or 1,234."""
        return str(format_decimal(n, locale=self.code))
