import asyncio
import logging
import tempfile
import threading
from pathlib import Path

import pypdf
import pytest
from blockbuster import BlockBuster
from langchain_core.document_loaders import BaseBlobParser, BaseLoader
from langchain_core.documents import Document

from langchain_splitreader import CategoryRouter, SplitLoader
from splitreader import InvalidConfiguration, SplitReader
from splitreader.testing import ScriptedEngine


class PageLoader(BaseLoader):
    """What PyPDFLoader does, in ten lines: one Document a page, `page` from 0, `page_label` from 1."""

    def __init__(self, file_path):
        assert isinstance(file_path, str)
        self.file_path = file_path

    def lazy_load(self):
        pages = pypdf.PdfReader(self.file_path).pages
        for number, page in enumerate(pages):
            own = {"source": self.file_path, "total_pages": len(pages), "page": number, "page_label": str(number + 1)}
            yield Document(page_content=page.extract_text(), metadata={**own, "producer": "test"})


class AsyncPageLoader(PageLoader):
    def lazy_load(self):
        raise AssertionError("it has an async way")

    async def alazy_load(self):
        for document in await asyncio.to_thread(list, PageLoader(self.file_path).lazy_load()):
            await asyncio.sleep(0)
            yield document


class PageParser(BaseBlobParser):
    def lazy_parse(self, blob):
        assert blob.mimetype == "application/pdf"
        yield from PageLoader(str(blob.path)).lazy_load()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where temporary files are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def reader():
    return SplitReader(
        ["invoice", "contract"],
        engine=ScriptedEngine([("contract", [1, 2, 3, 8, *range(9, 15)]), ("invoice", [4, 6, 7, 5])]),
    )


def loader(sample, how, category="invoice"):
    return SplitLoader(sample, reader=reader(), segment_loaders={category: how})


@pytest.fixture(scope="module")
def segments(sample):
    return reader().load(sample)


@pytest.mark.parametrize(
    "how", [PageLoader, PageParser(), lambda path: PageLoader(file_path=path)], ids=["class", "parser", "function"]
)
def test_documents_carry_the_segments_metadata_and_packet_pages(sample, segments, folder, how):
    contract, *pages = loader(sample, how).load()
    invoice = segments[1]
    assert contract.id == segments[0].id
    assert [page.metadata["page"] for page in pages] == [3, 4, 5, 6]
    assert [page.metadata["page_label"] for page in pages] == ["4", "5", "6", "7"]
    for number, page in enumerate(pages, start=4):
        assert page.page_content.split() == invoice.page_texts[number - 4].text.split()
        assert (page.metadata["pages"], page.metadata["page_start"], page.metadata["page_end"]) == (
            str(number),
            number,
            number,
        )
        for key in ("category", "confidence", "segment_id", "packet_id", "source"):
            assert page.metadata[key] == invoice.metadata[key]
        assert page.metadata["producer"] == "test"
        assert "page_offsets" not in page.metadata
    assert len({page.id for page in pages} | {contract.id}) == 5
    assert list(folder.iterdir()) == []


def test_the_same_ids_and_metadata_every_time(sample):
    assert loader(sample, PageLoader).load() == loader(sample, PageLoader).load()


@pytest.mark.parametrize("how", [PageLoader, PageParser(), AsyncPageLoader])
async def test_async_gives_the_same_and_blocks_nothing(sample, folder, how):
    expected = await asyncio.to_thread(loader(sample, PageLoader).load)
    guard = BlockBuster()
    guard.activate()
    try:
        assert await loader(sample, how).aload() == expected
    finally:
        guard.deactivate()
    assert list(folder.iterdir()) == []


async def test_a_loader_that_blocks_runs_beside_the_loop(sample):
    seen = []

    class Spy(PageLoader):
        def __init__(self, path):
            seen.append(threading.current_thread())
            super().__init__(path)

        def lazy_load(self):
            seen.append(threading.current_thread())
            yield from super().lazy_load()

    await loader(sample, Spy).aload()
    assert len(seen) == 2
    assert threading.main_thread() not in seen


def test_no_temporary_file_is_named_and_none_is_left(sample, folder):
    class Talkative(PageLoader):
        def lazy_load(self):
            for document in super().lazy_load():
                document.metadata |= {"file_path": Path(self.file_path), "origin": {"file": self.file_path}}
                yield document

    for document in loader(sample, Talkative).lazy_load():
        assert str(folder) not in str(document)
    assert list(folder.iterdir()) == []


def test_an_abandoned_load_leaves_nothing(sample, folder):
    documents = loader(sample, PageLoader).lazy_load()
    assert next(documents).metadata["category"] == "contract"
    next(documents)
    assert len(list(folder.glob("splitreader-*"))) == 1
    documents.close()
    assert list(folder.glob("splitreader-*")) == []


@pytest.mark.parametrize("how", [PageLoader, AsyncPageLoader])
async def test_an_abandoned_async_load_leaves_nothing(sample, folder, how):
    documents = loader(sample, how).alazy_load()
    await anext(documents)
    await anext(documents)
    await documents.aclose()
    assert list(folder.glob("splitreader-*")) == []


def test_the_pdf_is_read_page_by_page(sample):
    read = []

    class Counting(PageLoader):
        def lazy_load(self):
            for document in super().lazy_load():
                read.append(document.metadata["page"])
                yield document

    documents = loader(sample, Counting).lazy_load()
    next(documents), next(documents)
    assert read == [0]


@pytest.mark.parametrize("how", ["sync", "async"])
async def test_of_a_loader_that_gives_nothing_the_segment_itself_is_left(sample, segments, caplog, how):
    class Silent(PageLoader):
        def lazy_load(self):
            return iter(())

    class SilentAsync(PageLoader):
        async def alazy_load(self):
            for document in ():
                yield document

    if how == "sync":
        documents = await asyncio.to_thread(loader(sample, Silent).load)
    else:
        documents = await loader(sample, Silent).aload()
        assert await loader(sample, SilentAsync).aload() == documents
    assert [document.id for document in documents] == [segment.id for segment in segments]
    assert "gave nothing for pages 4-7" in caplog.text
    assert caplog.records[0].levelno == logging.WARNING


@pytest.mark.parametrize("base", [PageLoader, AsyncPageLoader])
async def test_an_error_says_which_pages_were_read(sample, folder, base):
    class Failing(base):
        def lazy_load(self):
            yield Document(page_content="one")
            raise KeyError("mine")

        if base is AsyncPageLoader:

            async def alazy_load(self):
                for document in PageLoader.lazy_load(self):
                    yield document
                    raise KeyError("mine")

    with pytest.raises(KeyError, match="mine") as caught:
        await loader(sample, Failing).aload()
    assert f"pages 4-7 of {sample}" in caught.value.__notes__[0]
    assert list(folder.glob("splitreader-*")) == []


def test_an_error_without_a_loop_says_the_same(sample):
    def failing(path):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine") as caught:
        loader(sample, failing).load()
    assert "by the segment loader of 'invoice'" in caught.value.__notes__[0]


def test_a_loader_without_page_numbers_keeps_the_segments_range(sample):
    class Whole(PageLoader):
        def lazy_load(self):
            text = "\n".join(document.page_content for document in super().lazy_load())
            yield Document(page_content=text, metadata={"total_pages": 4})

    whole = loader(sample, Whole).load()[-1]
    assert whole.metadata["pages"] == "4-7"
    assert "page" not in whole.metadata


def test_a_router_takes_what_a_segment_loader_read(sample):
    documents = loader(sample, PageLoader).load()
    chunks, report = CategoryRouter({"invoice": [lambda found: found]}).route(documents)
    assert [entry.outputs for entry in report.inputs] == [1] * 5
    assert [chunk.metadata["pages"] for chunk in chunks[1:]] == ["4", "5", "6", "7"]
    assert len({chunk.id for chunk in chunks}) == 5


@pytest.mark.parametrize(("category", "how"), [("invioce", PageLoader), ("invoice", 7), ("invoice", "PageLoader")])
def test_a_segment_loader_that_can_not_be_is_refused(sample, category, how):
    with pytest.raises(InvalidConfiguration, match=r"invioce|segment loader of 'invoice'"):
        loader(sample, how, category)


def test_uncategorized_documents_may_have_a_loader(sample):
    assert loader(sample, PageLoader, "uncategorized").load()


def test_a_function_that_gives_no_loader_is_refused(sample):
    with pytest.raises(InvalidConfiguration, match="str, which is no BaseLoader"):
        loader(sample, lambda path: path).load()


async def test_who_stops_waiting_does_not_take_the_pdf_away_from_a_loader_that_reads_it(sample, folder):
    started, go, there = threading.Event(), threading.Event(), []

    class Slow(PageLoader):
        def lazy_load(self):
            started.set()
            go.wait(30)
            there.append(Path(self.file_path).is_file())
            yield from super().lazy_load()

    task = asyncio.create_task(loader(sample, Slow).aload())
    await asyncio.to_thread(started.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    await asyncio.get_running_loop().shutdown_default_executor()  # waits for the thread
    assert there == [True]
    assert list(folder.glob("splitreader-*")) == []


class FromOne(PageLoader):
    def lazy_load(self):
        for document in super().lazy_load():
            document.metadata["page"] += 1
            yield document


def test_a_loader_whose_page_is_its_label_counts_from_1(sample, caplog):
    pages = loader(sample, FromOne).load()[1:]
    assert [(page.metadata["page"], page.metadata["pages"]) for page in pages] == [(n, str(n)) for n in (4, 5, 6, 7)]
    assert caplog.text == ""


def test_a_page_that_the_segment_does_not_have_is_left_out(sample, caplog):
    class Odd(PageLoader):
        def lazy_load(self):
            yield Document(page_content="x", metadata={"page": 4, "producer": "test"})

    page = loader(sample, Odd).load()[1]
    assert "page" not in page.metadata
    assert (page.metadata["pages"], page.metadata["producer"]) == ("4-7", "test")
    assert "page=4" in caplog.text


class SaysNo(PageLoader):
    def alazy_load(self):
        raise NotImplementedError


class SaysNoLater(PageLoader):
    async def alazy_load(self):
        raise NotImplementedError
        yield


class SaysNoAwaited(PageLoader):
    async def alazy_load(self):
        raise NotImplementedError


@pytest.mark.parametrize("how", [SaysNo, SaysNoLater, SaysNoAwaited])
async def test_a_loader_without_an_async_way_is_read_in_a_thread(sample, folder, how):
    expected = await asyncio.to_thread(loader(sample, PageLoader).load)
    guard = BlockBuster()
    guard.activate()
    try:
        assert await loader(sample, how).aload() == expected
    finally:
        guard.deactivate()
    assert list(folder.glob("splitreader-*")) == []


async def test_an_async_loader_that_says_so_in_the_middle_has_failed(sample):
    class Half(PageLoader):
        async def alazy_load(self):
            yield Document(page_content="x")
            raise NotImplementedError

    with pytest.raises(NotImplementedError):
        await loader(sample, Half).aload()


async def test_who_stops_waiting_for_the_pdf_of_an_async_loader_leaves_nothing(sample, folder):
    from langchain_splitreader import segments

    started, go = threading.Event(), threading.Event()

    class Slow(AsyncPageLoader):
        def __init__(self, path):
            started.set()
            go.wait(30)
            super().__init__(path)

    with pytest.MonkeyPatch.context() as patch:
        lent = segments._Lent()  # noqa: SLF001  # kept here, so that no garbage collector helps
        patch.setattr(segments, "_Lent", lambda: lent)
        task = asyncio.create_task(loader(sample, Slow).aload())
        await asyncio.to_thread(started.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go.set()
        await asyncio.get_running_loop().shutdown_default_executor()  # waits for the thread
    assert lent
    assert list(folder.glob("splitreader-*")) == []


async def test_a_cancelled_async_loader_is_closed_and_its_pdf_removed(sample, folder):
    reading, closed = asyncio.Event(), []

    class Hangs(PageLoader):
        async def alazy_load(self):
            try:
                yield Document(page_content="x")
                reading.set()
                await asyncio.Event().wait()
            finally:
                closed.append(len(list(folder.glob("splitreader-*"))) == 1)

    task = asyncio.create_task(loader(sample, Hangs).aload())
    await reading.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed == [True]
    assert list(folder.glob("splitreader-*")) == []


def test_lists_of_parts_are_shared_with_nobody(sample):
    acl = ["x"]

    class Shares(PageLoader):
        def lazy_load(self):
            for document in super().lazy_load():
                document.metadata["acl"] = acl
                yield document

    first, *others = loader(sample, Shares).load()[1:]
    first.metadata["acl"].append("y")
    assert acl == ["x"]
    assert [document.metadata["acl"] for document in others] == [["x"]] * 3


def test_a_function_is_given_a_path_and_a_parser_a_blob(sample):
    seen = []

    class Parser(PageParser):
        def lazy_parse(self, blob):
            seen.append(type(blob))
            yield from super().lazy_parse(blob)

    def function(path):
        seen.append(type(path))
        return Parser()

    loader(sample, Parser()).load()
    loader(sample, function).load()
    assert [kind.__name__ for kind in seen] == ["Blob", "str", "Blob"]
