import errno
import os
from pathlib import Path

import pytest

from splitreader import _files
from splitreader._errors import OutputError, OutputExists
from splitreader._files import packet_folder_name, put_in_place, refuse_inputs, segment_paths, write_file


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("Packet.pdf", "packet"),
        ("...pdf", "packet"),
        ("..pdf", "packet"),
        ("..", "packet"),
        (".", "packet"),
        ("", "packet"),
        ("../../etc/passwd.pdf", "passwd"),
        ("..\\\\..\\\\x.pdf", "x"),
        ("documents.jsonl.pdf", "documents-jsonl"),
        ("documents.jsonl.partial.pdf", "documents-jsonl-partial"),
        ("NUL.pdf", "packet-nul"),
        ("a\x1b[31m\nb.pdf", "a-31m-b"),
        ("e" * 500 + ".pdf", "e" * 60),
    ],
)
def test_a_packet_folder_is_one_harmless_name(file_name, name):
    assert packet_folder_name(file_name) == name


def test_segment_paths_number_the_categories():
    assert segment_paths(Path("x"), ["a b", "../c"]) == [Path("x/01-a-b.pdf"), Path("x/02-c.pdf")]


def test_an_input_is_never_an_output(tmp_path):
    packet = tmp_path / "01-invoice.pdf"
    packet.write_bytes(b"x")
    (tmp_path / "alias.pdf").symlink_to(packet)
    for taken in (packet, tmp_path / "alias.pdf"):
        with pytest.raises(OutputExists, match=r"01-invoice\.pdf itself"):
            refuse_inputs([tmp_path / "new.pdf", taken], [tmp_path / "gone.pdf", packet])
    refuse_inputs([tmp_path / "new.pdf"], [packet])


class TestWriting:
    def test_leaves_the_file_and_nothing_else(self, tmp_path):
        write_file(tmp_path / "a", b"one", overwrite=False)
        write_file(tmp_path / "a", b"two", overwrite=True)
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"two")]

    @pytest.mark.parametrize("has_links", [True, False])
    def test_never_replaces_a_file_that_came_in_between(self, tmp_path, monkeypatch, has_links):
        target = tmp_path / "a"
        look = _files.refuse_existing

        def look_then_lose_the_race(paths, **options):
            look(paths, **options)
            target.write_bytes(b"theirs")

        monkeypatch.setattr(_files, "refuse_existing", look_then_lose_the_race)
        self.links(monkeypatch, works=has_links)
        with pytest.raises(OutputExists):
            write_file(target, b"ours", overwrite=False)
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"theirs")]

    def test_works_where_there_are_no_hard_links(self, tmp_path, monkeypatch):
        self.links(monkeypatch, works=False)
        write_file(tmp_path / "a", b"ours", overwrite=False)
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"ours")]

    @pytest.mark.parametrize(
        ("raised", "expected"), [(KeyboardInterrupt(), KeyboardInterrupt), (OSError(errno.ENOSPC, "full"), OutputError)]
    )
    @pytest.mark.parametrize("overwrite", [True, False])
    def test_leaves_no_part_and_keeps_the_old_file(self, tmp_path, monkeypatch, raised, expected, overwrite):
        target = tmp_path / "a"
        if overwrite:
            target.write_bytes(b"old")

        class Full:
            def __init__(self, stream):
                self.stream = stream

            def __enter__(self):
                return self

            def __exit__(self, *_):
                self.stream.close()

            def writelines(self, pieces):
                self.stream.write(next(iter(pieces))[:1])
                raise raised

        real = Path.open
        monkeypatch.setattr(Path, "open", lambda path, mode="r", **options: Full(real(path, mode, **options)))
        with pytest.raises(expected):
            write_file(target, b"new", overwrite=overwrite)
        monkeypatch.undo()
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == ({"a": b"old"} if overwrite else {})

    def test_puts_in_place_only_where_nothing_is(self, tmp_path):
        (tmp_path / "part").write_bytes(b"new")
        (tmp_path / "a").write_bytes(b"old")
        with pytest.raises(OutputExists):
            put_in_place(tmp_path / "part", tmp_path / "a", overwrite=False)
        assert (tmp_path / "a").read_bytes() == b"old"
        assert (tmp_path / "part").exists()

    def links(self, monkeypatch, *, works):
        def refuse(*_):
            raise OSError(errno.EPERM, "no links here")

        if not works:
            monkeypatch.setattr(os, "link", refuse)
