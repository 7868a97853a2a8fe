"""A segment's own PDF for another reader, and what that reader says."""

import logging
import shutil
import tempfile

import pypdf
import pytest

from splitreader import SourceChanged, SourceGone, SplitReader
from splitreader.routing import OWN_KEYS, packet_pages, read_id, segment_pdf
from splitreader.testing import ScriptedEngine
from support.pdfs import make_pdf

SEGMENTS = [("invoice", [1]), ("driver's license / 🧾", [2, 4]), ("invoice", [3])]


@pytest.fixture
def reader():
    names = sorted({name for name, _ in SEGMENTS})
    return SplitReader(names, engine=ScriptedEngine(SEGMENTS), page_list=True)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "packet.pdf"
    path.write_bytes(make_pdf(["One", "Two", "Three", "Four"]))
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def license_(reader, path):
    return reader.load(path)[1]


class TestSegmentPDF:
    def test_has_the_pages_of_the_segment_and_leaves_nothing_behind(self, license_, reader, folder):
        with segment_pdf(license_, reader) as path:
            assert [page.extract_text().strip() for page in pypdf.PdfReader(path).pages] == ["Two", "Four"]
            assert path.is_relative_to(folder)
            assert path.suffix == ".pdf"
            assert path.parent.stat().st_mode & 0o077 == 0
        assert list(folder.iterdir()) == []

    def test_leaves_nothing_behind_when_the_reader_fails(self, license_, reader, folder):
        with pytest.raises(ZeroDivisionError), segment_pdf(license_, reader):
            raise ZeroDivisionError
        assert list(folder.iterdir()) == []

    def test_leaves_nothing_behind_when_there_is_nothing_to_cut(self, license_, reader, folder, path):
        path.write_bytes(make_pdf(["Other"]))
        with pytest.raises(SourceChanged), segment_pdf(license_, reader):
            pass
        path.unlink()
        with pytest.raises(SourceGone), segment_pdf(license_, reader):
            pass
        assert list(folder.iterdir()) == []

    def test_of_page_texts_can_not_be(self, reader, folder):
        document = reader.from_pages(["One", "Two", "Three", "Four"])[1]
        with pytest.raises(SourceGone), segment_pdf(document, reader):
            pass
        assert list(folder.iterdir()) == []

    def test_says_the_same_time_whenever_it_is_made(self, license_, reader, folder):
        with segment_pdf(license_, reader) as path:
            assert path.stat().st_mtime == 0

    def test_a_folder_that_can_not_be_removed_is_told(self, license_, reader, folder, monkeypatch, caplog):
        def refuse(path, **options):
            raise PermissionError(13, "in use", str(path))

        with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
            patch.setattr(shutil, "rmtree", refuse)
            with segment_pdf(license_, reader) as path:
                pass
        assert str(path.parent) in caplog.text
        assert "remove it" in caplog.text

    def test_a_folder_that_is_gone_already_is_no_failure(self, license_, reader, folder, caplog):
        with segment_pdf(license_, reader) as path:
            shutil.rmtree(path.parent)
        assert caplog.text == ""


def test_ids_depend_on_segment_and_place_only(license_, reader, path):
    others = reader.load(path)
    assert read_id(license_, 0) == read_id(others[1], 0)
    assert len({read_id(document, index) for document in others for index in range(3)}) == 9


def test_the_id_of_a_part_never_changes(license_):
    document = license_.model_copy(update={"id": "8d1d033b-4939-5cee-836b-5099551965da"})
    assert read_id(document, 1) == "ee79198a-1f4e-515c-a4be-f481cf16336a"


class TestPacketPages:
    @pytest.mark.parametrize(
        ("told", "first", "packets", "page"),
        [
            ({"page_label": "1"}, 1, {"page_label": "2"}, 2),
            ({"page_label": "2"}, 1, {"page_label": "4"}, 4),
            ({"page": 0}, 0, {"page": 1}, 2),
            ({"page": 1}, 0, {"page": 3}, 4),
            ({"page_number": 2}, 1, {"page_number": 4}, 4),
        ],
    )
    def test_page_numbers_become_the_packets(self, license_, told, first, packets, page):
        found = packet_pages(license_, told, dict.fromkeys(told, first))
        assert packets.items() <= found.items()
        assert (found["page_start"], found["page_end"], found["pages"]) == (page, page, str(page))
        assert found["page_list"] == [page]

    @pytest.mark.parametrize("value", [None, "iv"])
    def test_a_label_without_number_stays_and_leaves_the_range(self, license_, value):
        found = packet_pages(license_, {"page_label": value}, {"page_label": 1})
        assert found["page_label"] == value
        assert (found["pages"], found["page_list"]) == ("2,4", [2, 4])

    @pytest.mark.parametrize("value", ["3", 0, -1, [1], 1.5, True])
    def test_a_number_that_is_no_page_of_the_segment_is_left_out_with_a_warning(self, license_, value, caplog):
        found = packet_pages(license_, {"page_number": value, "title": "x"}, {"page_number": 1})
        assert "page_number" not in found
        assert found["title"] == "x"
        assert (found["pages"], found["page_list"]) == ("2,4", [2, 4])
        assert "page_number=" in caplog.text
        assert "pages 2,4" in caplog.text

    @pytest.mark.parametrize(
        ("told", "packets", "page"),
        [
            ({"page": 1, "page_label": "1"}, {"page": 2, "page_label": "2"}, 2),
            ({"page": 2, "page_label": 2}, {"page": 4, "page_label": 4}, 4),
            ({"page": 1, "page_label": "2"}, {"page": 3, "page_label": "4"}, 4),
        ],
    )
    def test_a_page_that_is_its_label_counts_from_1(self, license_, told, packets, page):
        found = packet_pages(license_, told, {"page": 0, "page_label": 1})
        assert packets.items() <= found.items()
        assert (found["page_start"], found["pages"]) == (page, str(page))

    def test_keys_that_only_we_write_are_not_taken_from_others(self, license_):
        found = packet_pages(license_, {**dict.fromkeys(OWN_KEYS, "theirs"), "title": "x"}, {})
        assert "theirs" not in found.values()
        assert found["title"] == "x"
        assert {"score", "key"} & license_.metadata.keys() == {"score", "key"} & found.keys()

    def test_lists_are_shared_with_nobody(self, license_):
        theirs = {"acl": ["x"], "deep": {"tags": ["y"]}}
        document = license_.model_copy(update={"metadata": {**license_.metadata, "tenants": ["t"]}})
        found = packet_pages(document, theirs, {})
        found["acl"].append("z")
        found["deep"]["tags"].append("z")
        found["tenants"].append("z")
        found["page_list"].append(9)
        assert theirs == {"acl": ["x"], "deep": {"tags": ["y"]}}
        assert document.metadata["tenants"] == ["t"]
        assert document.metadata["page_list"] == [2, 4]

    def test_two_keys_of_one_page_are_both_mapped(self, license_):
        found = packet_pages(license_, {"page": 1, "page_label": "2"}, {"page": 0, "page_label": 1})
        assert (found["page"], found["page_label"], found["pages"]) == (3, "4", "4")

    def test_our_metadata_wins_and_offsets_go(self, license_):
        found = packet_pages(license_, {"category": "theirs", "title": "x", "page_offsets": "1:0"}, {})
        assert found["category"] == license_.metadata["category"]
        assert found["title"] == "x"
        assert found.get("page_offsets") != license_.metadata["page_offsets"]

    def test_nothing_that_was_given_is_changed(self, license_):
        given, before = {"page_label": "1"}, dict(license_.metadata)
        packet_pages(license_, given, {"page_label": 1})
        assert given == {"page_label": "1"}
        assert license_.metadata == before
