import json
import pickle

import pytest

from splitreader import SourceChanged, SourceGone, SplitReader, split_pages
from splitreader.testing import ScriptedEngine
from support.pdfs import make_pdf

PAGES = ["Invoice 1\ntotal 5", "more of it", "Contract", "", "Invoice 2"]
SCRIPT = [("invoice", [1, 2]), ("contract", [3, 4]), ("invoice", [5])]
CATEGORIES = ["invoice", "contract"]


@pytest.fixture
def packet(tmp_path):
    path = tmp_path / "packet.pdf"
    path.write_bytes(make_pdf(PAGES))
    return path


def load(source, *, script=SCRIPT, name=None, **options):
    return SplitReader(CATEGORIES, engine=ScriptedEngine(script), **options).load(source, name=name)


def test_text_is_the_page_texts_joined_and_offsets_find_each_page(packet):
    documents = load(packet)
    assert [d.text for d in documents] == ["Invoice 1\ntotal 5\n\nmore of it", "Contract\n\n", "Invoice 2"]
    for document in documents:
        assert list(document.page_offsets) == list(document.segment.pages)
        for page in document.page_texts:
            assert document.text[document.page_offsets[page.page] :].startswith(page.text)


def test_offsets_count_code_points():
    documents = SplitReader(["a"], engine=ScriptedEngine([("a", [1, 2])])).from_pages(["naïve 🧾", "two"])
    assert documents[0].metadata["page_offsets"] == "1:0,2:9"
    assert documents[0].text[9:] == "two"


def test_metadata_has_exactly_these_keys_and_flat_values(packet):
    first = load(packet)[0].metadata
    assert first == {
        "category": "invoice",
        "pages": "1-2",
        "confidence": "high",
        "confidence_rank": 3,
        "page_start": 1,
        "page_end": 2,
        "page_count": 2,
        "packet_page_count": 5,
        "segment_index": 0,
        "segment_id": first["segment_id"],
        "packet_id": first["packet_id"],
        "source": packet.as_posix(),
        "file_name": "packet.pdf",
        "text_source": "text-layer",
        "engine": "scripted",
        "page_offsets": "1:0,2:19",
    }


def test_segments_with_gaps_and_lists_of_pages(packet):
    (document, _) = load(packet, script=[("invoice", [5, 1, 2]), ("contract", [3, 4])], page_list=True)
    assert document.metadata["pages"] == "1-2,5"
    assert document.metadata["page_list"] == [1, 2, 5]
    assert (document.metadata["page_start"], document.metadata["page_end"]) == (1, 5)


def test_segments_without_text_say_so(packet):
    documents = load(packet, script=[("invoice", [1, 2, 3]), ("contract", [4]), ("invoice", [5])])
    assert [d.metadata["text_source"] for d in documents] == ["text-layer", "none", "text-layer"]


def test_score_and_key_stand_in_the_metadata_only_where_the_engine_gives_them():
    result = split_pages(["INVOICE\nInvoice number: 7"], SplitReader(CATEGORIES).config)
    score = result.segments[0].score
    (document,) = SplitReader(CATEGORIES).from_pages(["INVOICE\nInvoice number: 7"])
    assert document.metadata["score"] == round(score, 2)
    assert None not in document.metadata.values()


class TestIds:
    def test_are_the_same_whichever_job_machine_or_path(self, packet, tmp_path):
        copy = tmp_path / "elsewhere" / "other.pdf"
        copy.parent.mkdir()
        copy.write_bytes(packet.read_bytes())
        ids = [d.id for d in load(packet)]
        assert ids == [d.id for d in load(copy)] == [d.id for d in load(packet.read_bytes())]
        engine = ScriptedEngine(SCRIPT, name="other", job_id="another job")
        assert ids == [d.id for d in SplitReader(CATEGORIES, engine=engine).load(packet)]
        assert len(set(ids)) == 3

    def test_never_change_between_releases(self):
        (document,) = SplitReader(["a"], engine=ScriptedEngine([("a", [1])]), packet_id="claim-7").from_pages(["x"])
        assert document.id == "59f59d8f-7f24-543c-9be9-1d23bd7289b0"

    def test_of_segments_that_did_not_move_survive_a_revision_under_a_fixed_packet_id(self, packet, tmp_path):
        revised = tmp_path / "revised.pdf"
        revised.write_bytes(make_pdf([*PAGES[:4], "Invoice 3, corrected"]))
        before, after = load(packet, packet_id="claim-7"), load(revised, packet_id=lambda source: "claim-7")
        assert [d.id for d in before] == [d.id for d in after]
        assert before[0].metadata["packet_id"] == "claim-7"
        assert [d.id for d in load(packet)] != [d.id for d in load(revised)]

    def test_depend_on_the_source_when_duplicates_are_kept(self, packet, tmp_path):
        folder = tmp_path / "folder"
        folder.mkdir()
        for name in ("a.pdf", "b.pdf"):
            (folder / name).write_bytes(packet.read_bytes())
        assert len(load(folder)) == 3
        kept = load(folder, duplicates="keep")
        assert len({d.id for d in kept}) == 6
        assert [d.metadata["source"] for d in kept] == ["a.pdf"] * 3 + ["b.pdf"] * 3


class TestUsersMetadata:
    def test_is_merged_from_a_dict_or_a_function(self, packet):
        assert load(packet, metadata={"tenant": "t1"})[2].metadata["tenant"] == "t1"
        documents = load(packet, metadata=lambda source: {"size": source.size, "acl": ["a", "b"]})
        assert documents[0].metadata["size"] == packet.stat().st_size
        assert documents[0].metadata["acl"] == ["a", "b"]

    def test_documents_do_not_share_it(self, packet):
        first, second, _ = load(packet, metadata={"tenant": "t1"})
        first.metadata["tenant"] = "changed"
        assert second.metadata["tenant"] == "t1"

    def test_lists_belong_to_one_document_only(self, packet):
        mine = ["alice"]
        reader = SplitReader(CATEGORIES, engine=ScriptedEngine(SCRIPT), metadata={"acl": mine})
        first, second, _ = reader.load(packet)
        first.metadata["acl"].append("mallory")
        mine.append("eve")
        assert second.metadata["acl"] == ["alice"]
        assert reader.load(packet)[0].metadata["acl"] == ["alice"]

    def test_may_not_take_our_keys(self, packet):
        engine = ScriptedEngine(SCRIPT)
        reader = SplitReader(CATEGORIES, engine=engine, metadata=lambda source: {"source": "mine"})
        with pytest.raises(ValueError, match="'source'"):
            reader.load(packet)
        assert engine.calls == 0


def test_two_packets_may_not_share_a_packet_id(packet, tmp_path):
    other = tmp_path / "other.pdf"
    other.write_bytes(make_pdf([*PAGES[:3], "4", "5"]))
    engine = ScriptedEngine(SCRIPT)
    with pytest.raises(ValueError, match=r"packet\.pdf and .*other\.pdf have the same packet_id 'one'"):
        SplitReader(CATEGORIES, engine=engine, packet_id="one").load([packet, other])
    assert engine.calls == 1


class TestToPdf:
    def test_gives_the_pages_of_the_segment(self, packet):
        import io

        import pypdf

        cut = pypdf.PdfReader(io.BytesIO(load(packet)[0].to_pdf()))
        assert [page.extract_text().strip() for page in cut.pages] == ["Invoice 1\ntotal 5", "more of it"]

    def test_works_for_bytes_and_for_a_pickled_document(self, packet):
        document = pickle.loads(pickle.dumps(load(packet.read_bytes())[2]))
        assert document.to_pdf().startswith(b"%PDF-")

    def test_tells_changed_from_gone(self, packet):
        document = load(packet)[0]
        packet.write_bytes(make_pdf(PAGES[:3]))
        with pytest.raises(SourceChanged):
            document.to_pdf()
        packet.unlink()
        with pytest.raises(SourceGone):
            document.to_pdf()

    def test_compares_with_what_was_split_also_under_a_packet_id(self, packet):
        reader = SplitReader(CATEGORIES, engine=ScriptedEngine(SCRIPT), packet_id="claim-7")
        document = reader.from_pages(PAGES, source=packet)[0]
        packet.write_bytes(make_pdf([*PAGES[:4], "another"]))
        with pytest.raises(SourceChanged):
            document.to_pdf()

    def test_without_a_pdf_says_what_to_do(self):
        (document,) = SplitReader(["a"], engine=ScriptedEngine([("a", [1])])).from_pages(["x"], source="mail 7")
        with pytest.raises(SourceGone, match="write_pdfs"):
            document.to_pdf()


def test_a_document_as_a_line_of_json(packet):
    document = load(packet, metadata={"tenant": "Größe\u2028"})[0]
    line = document.to_json_line()
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert json.loads(line) == {"id": document.id, "text": document.text, "metadata": document.metadata}
