import json

import pytest

from splitreader import InvalidConfiguration, SplitConfig
from splitreader.evaluation import load_truth

SEGMENTS = [{"category": "a", "pages": [1]}, {"category": "b", "pages": [2, 3]}]


def write(path, content):
    path.write_text(json.dumps(content))
    return path


def test_a_json_beside_each_pdf(tmp_path):
    (tmp_path / "sub").mkdir()
    packet = {"pdf": "p.pdf", "page_count": 3, "categories": ["a", {"name": "b", "description": "B"}]}
    write(tmp_path / "sub" / "p.json", {**packet, "segments": SEGMENTS, "source": {"repo": "r"}, "notes": "kept out"})
    write(tmp_path / "other.json", {"something": "else"})
    (truth,) = load_truth(tmp_path)
    assert truth.pdf == tmp_path / "sub" / "p.pdf"
    assert (truth.name, truth.group, truth.page_count) == ("p", '{"repo": "r"}', 3)
    assert [(category.name, category.description) for category in truth.categories] == [("a", None), ("b", "B")]
    assert [segment.pages for segment in truth.result.segments] == [(1,), (2, 3)]


def test_json_lines_with_page_texts_and_categories_from_outside(tmp_path):
    lines = [{"name": str(n), "pages": ["x", "y", "z"], "segments": SEGMENTS} for n in range(2)]
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    truths = load_truth(path, categories=SplitConfig.build(["a", "b"]))
    assert [(truth.name, truth.page_count, truth.group) for truth in truths] == [("0", 3, "0"), ("1", 3, "1")]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"segments": [{"category": "a", "pages": [1]}, {"category": "b", "pages": [1]}]}, "more than one segment"),
        ({"segments": [{"category": "a", "pages": [4]}]}, "beyond the end"),
        ({"segments": [{"category": "c", "pages": [1]}]}, "'c' of a segment is not among the categories"),
        ({"segments": [{"category": "a", "pages": [0]}]}, "greater than or equal to 1"),
        ({"categories": None}, "categories"),
        ({"categories": 5}, "categories"),
        ({"pdf": None}, "page_count|either pdf or pages"),
        ({"pdf": 5}, "pdf"),
    ],
)
def test_what_can_not_be(tmp_path, change, complaint):
    packet = {"pdf": "p.pdf", "page_count": 3, "categories": ["a", "b"], "segments": SEGMENTS}
    path = write(tmp_path / "p.json", {**packet, **change})
    with pytest.raises(InvalidConfiguration, match=complaint) as caught:
        load_truth(path)
    assert "p.json" in str(caught.value)


def test_no_packets_is_an_error(tmp_path):
    with pytest.raises(InvalidConfiguration, match="holds no packets"):
        load_truth(tmp_path)
    with pytest.raises(InvalidConfiguration, match="check the path"):
        load_truth(tmp_path / "no.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(InvalidConfiguration, match="is no JSON"):
        load_truth(tmp_path / "bad.json")
    stranger = write(tmp_path / "list.json", [{"x": 1}])
    with pytest.raises(InvalidConfiguration, match="is no packet"):
        load_truth(stranger)


def test_packets_of_texts_without_name_or_source_are_told_apart(tmp_path):
    packet = {"pages": ["x", "y", "z"], "categories": ["a", "b"], "segments": SEGMENTS}
    lines = tmp_path / "t.jsonl"
    lines.write_text("\n\n".join([json.dumps(packet)] * 2))
    assert [(truth.name, truth.group) for truth in load_truth(lines)] == [
        ("t 1", "t.jsonl 1"),
        ("t 3", "t.jsonl 3"),
    ]
    assert [truth.name for truth in load_truth(write(tmp_path / "u.json", [packet, packet]))] == ["u 1", "u 2"]
    assert [truth.name for truth in load_truth(write(tmp_path / "v.json", packet))] == ["v"]


def test_files_of_one_name_in_two_folders_are_two_sources(tmp_path):
    packet = {"pdf": "scan.pdf", "page_count": 3, "categories": ["a", "b"], "segments": SEGMENTS}
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "truth.json", packet)
    assert [(truth.name, truth.group) for truth in load_truth(tmp_path)] == [
        ("scan", "one/scan.pdf"),
        ("scan", "two/scan.pdf"),
    ]


@pytest.mark.parametrize("mark", ["\u0085", "\u2028", "\u2029"])
def test_only_line_feeds_end_json_lines(tmp_path, mark):
    packet = {"pages": [f"x{mark}x", "y", "z"], "categories": ["a", "b"], "segments": SEGMENTS}
    path = tmp_path / "t.jsonl"
    path.write_bytes(f"{json.dumps(packet, ensure_ascii=False)}\r\n".encode() * 2)
    assert [truth.pages[0] for truth in load_truth(path)] == [f"x{mark}x"] * 2
