"""Which part a column plays, where whoever calls names more of them than there are texts."""

from __future__ import annotations

from services.adapters.classifier.features import Columns, Row


def test_the_dated_number_is_no_heading_though_it_is_named_among_the_texts() -> None:
    rows: list[Row] = [{"no": f"20260301{i:06}", "body": "很长的正文" * 9 + str(i)} for i in range(50)]
    columns = Columns.of(rows, ["no", "body"], reference="no")
    assert (columns.text, columns.heading, columns.reference) == (("body",), None, "no")
    assert Columns.of(rows, ["no"], reference="no").text == ("no",)
