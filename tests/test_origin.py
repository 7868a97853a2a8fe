import gc
import math
import weakref

import pytest

from splitreader import InvalidConfiguration, Source, SplitReader
from splitreader._origin import Labels, PacketIds, copied
from splitreader.testing import ScriptedEngine


def source(name="a.pdf", data=b"one") -> Source:
    return Source(name=name, data=data)


class TestMetadata:
    def test_that_the_user_gave_is_not_shared_with_an_origin(self):
        given = {"access": ["alice"]}
        labels = Labels(metadata=given)
        first = labels.origin(source())
        first.metadata["access"].append("eve")
        assert given == {"access": ["alice"]}
        assert labels.origin(source()).metadata == {"access": ["alice"]}

    def test_is_what_it_was_when_the_reader_was_made(self):
        given = {"access": ["alice"]}
        labels = Labels(metadata=given)
        given["access"].append("eve")
        given["category"] = "ours"
        assert labels.origin(source()).metadata == {"access": ["alice"]}

    def test_that_a_function_gave_is_not_shared(self):
        given = {"access": ["alice"]}
        Labels(metadata=lambda _: given).origin(source()).metadata["access"].append("eve")
        assert given == {"access": ["alice"]}

    def test_is_copied_with_its_lists(self):
        given = {"access": ["alice"], "tenant": "t"}
        copy = copied(given)
        assert copy == given
        assert copy["access"] is not given["access"]

    def test_may_hold_any_float(self):
        metadata = Labels(metadata={"a": math.inf, "b": [math.nan]}).origin(source()).metadata
        assert metadata["a"] == math.inf

    @pytest.mark.parametrize("value", [None, [None], ("a",), {"a": 1}, [["a"]]])
    def test_holds_scalars_and_lists_of_them_only(self, value):
        with pytest.raises(InvalidConfiguration, match="metadata 'note' is "):
            Labels(metadata={"note": value})

    def test_keys_that_are_refused_are_quoted_only_in_part(self):
        with pytest.raises(InvalidConfiguration) as caught:
            Labels(metadata={"x" * 100_000: None})
        assert len(str(caught.value)) < 300


@pytest.mark.parametrize("packet_id", ["claim-7", lambda _: "claim-7"])
def test_a_packet_is_hashed_even_if_its_id_is_given(tmp_path, packet_id):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"one")
    packet = Source(name="a.pdf", path=path)
    before = Source(name="a.pdf", data=b"one").sha256
    assert Labels(packet_id=packet_id).origin(packet).packet_id == "claim-7"
    path.write_bytes(b"another")
    assert packet.sha256 == before


@pytest.mark.parametrize("option", ["packet_id", "metadata"])
def test_a_stop_iteration_of_a_users_function_is_named(option):
    def lookup(_):
        return next(iter(()))

    with pytest.raises(RuntimeError, match=rf"{option}=.*lookup.*a\.pdf.*StopIteration") as caught:
        Labels(**{option: lookup}).origin(source())
    assert isinstance(caught.value.__cause__, StopIteration)


@pytest.mark.parametrize("option", ["packet_id", "metadata"])
def test_other_errors_of_a_users_function_are_its_own(option):
    with pytest.raises(KeyError):
        Labels(**{option: lambda _: {}["tenant"]}).origin(source())


@pytest.mark.parametrize("option", ["packet_id", "metadata"])
async def test_a_stop_iteration_ends_an_async_load(option, sample):
    reader = SplitReader(["a"], engine=ScriptedEngine([("a", [1])]), **{option: lambda _: next(iter(()))})
    with pytest.raises(RuntimeError, match="StopIteration"):
        await reader.aload(sample)


class TestPacketIds:
    def claim(self, ids, labels, packet):
        return ids.claim(labels.origin(packet), packet)

    def test_of_different_packets_differ(self):
        ids, labels = PacketIds(), Labels(packet_id="one")
        self.claim(ids, labels, source("a.pdf", b"one"))
        with pytest.raises(InvalidConfiguration, match=r"a\.pdf and b\.pdf have the same packet_id 'one'"):
            self.claim(ids, labels, source("b.pdf", b"two"))

    def test_keep_no_packet_in_memory(self):
        ids, packet = PacketIds(), source()
        self.claim(ids, Labels(), packet)
        gone = weakref.ref(packet)
        del packet
        gc.collect()
        assert gone() is None

    def test_of_identical_packets_with_other_names_are_kept_apart_by_the_name(self):
        ids, labels = PacketIds(), Labels(duplicates="keep")
        for name in ("a.pdf", "b.pdf", "c.pdf"):
            self.claim(ids, labels, source(name))

    def test_of_identical_packets_with_one_name_are_refused(self):
        ids, labels = PacketIds(), Labels(duplicates="keep")
        self.claim(ids, labels, source("1.pdf"))
        self.claim(ids, labels, source("2.pdf"))
        with pytest.raises(InvalidConfiguration, match=r"two packets.* 2\.pdf.*packet_id=.*function.*folder above"):
            self.claim(ids, labels, source("2.pdf"))

    def test_of_identical_packets_with_one_name_may_be_given(self, tmp_path, sample):
        paths = [tmp_path / name / "1.pdf" for name in ("x", "y")]
        for path in paths:
            path.parent.mkdir()
            path.write_bytes(sample.read_bytes())
        folders = [path.parent for path in paths]
        engine = ScriptedEngine([("a", range(1, 15))])
        with pytest.raises(InvalidConfiguration, match=r"1\.pdf"):
            SplitReader(["a"], engine=engine, duplicates="keep").load(folders)
        assert len(SplitReader(["a"], engine=engine, duplicates="keep").load(tmp_path)) == 2
        by_folder = SplitReader(["a"], engine=engine, duplicates="keep", packet_id=lambda s: s.file().parent.name)
        assert {d.metadata["packet_id"] for d in by_folder.load(folders)} == {"x", "y"}
