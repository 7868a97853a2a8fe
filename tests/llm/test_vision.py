"""Pictures of pages beside their texts: what is sent, and what comes of it."""

import asyncio
import base64
import io
import json
import threading

import PIL.Image
import pypdf
import pytest

from splitreader import (
    EmbeddedEngine,
    Example,
    InvalidConfiguration,
    LLMEngine,
    ModelError,
    OpenAIModel,
    PageUnreadable,
    SourceChanged,
    SplitConfig,
    SplitReader,
    WorkerDied,
    WorkerTimeout,
)
from splitreader.engines.llm._drawing import Drawer
from splitreader.pdf import _process
from splitreader.pdf._packet import PDFPacket
from splitreader.pdf._process import PDFWorker
from splitreader.pdf._reading import Reading
from splitreader.sources import Source
from splitreader.testing import ChatAnswer, Fault, ScriptedChatAPI
from support import hostile
from support.pdfs import make_pdf, make_scan
from support.told_model import Texts, ToldModel, row, shown_in

KEY = "sk-test"
CATEGORIES = {"invoice": "A request for payment", "contract": "An agreement"}
SCAN = make_scan(["INVOICE 4711\nAmount due 610.00", "Page 2 of the invoice", "CONTRACT\nbetween", "Signed"])
TRUTH = [("invoice", [1, 2]), ("contract", [3, 4])]


def reader(engine, **options):
    return SplitReader(CATEGORIES, engine=engine, ocr="off", **options)


def cut(result):
    return [(segment.category, list(segment.pages)) for segment in result.segments]


def joined(*pdfs):
    writer = pypdf.PdfWriter()
    for data in pdfs:
        writer.append(io.BytesIO(data))
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def pictures_in(messages):
    return [len(message.images) for message in messages]


def knows(truth):
    known = {page: (category, page == pages[0]) for category, pages in truth for page in pages}

    def says(item):
        category, starts = known[item["page"]]
        return row(item["page"], category, starts=starts)

    return says


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_scans_are_split_by_what_a_model_sees(kind):
    with ScriptedChatAPI(TRUTH) as api:
        splits = reader(LLMEngine(OpenAIModel("m", base_url=api.url, api_key=KEY), vision=True))
        result = splits.split(SCAN) if kind == "sync" else asyncio.run(splits.asplit(SCAN))
    assert cut(result) == TRUTH
    assert "page 3 has no text, only its picture was looked at" in result.segments[1].evidence
    system, user = api.requests[0].body["messages"]
    assert "first picture after the user's message" in system["content"]
    text, *pictures = user["content"]
    rows = json.loads(text["text"])["pages"]
    assert [(item["page"], item["picture"], item["text"]) for item in rows] == [(n, n, "") for n in (1, 2, 3, 4)]
    assert len(pictures) == 4
    for picture in pictures:
        head, _, data = picture["image_url"]["url"].partition(",")
        assert head == "data:image/jpeg;base64"
        assert max(PIL.Image.open(io.BytesIO(base64.b64decode(data))).size) == 1000


def test_without_vision_no_picture_is_sent_and_a_scan_stays_one_segment():
    model = ToldModel(knows(TRUTH))
    result = reader(LLMEngine(model)).split(SCAN)
    assert cut(result) == [("uncategorized", [1, 2, 3, 4])]
    assert model.asked == []


def test_pages_with_text_and_without_are_in_one_window_each_with_its_own_picture():
    packet = joined(make_pdf(["INVOICE 1\nAmount due 610.00", ""]), SCAN)
    truth = [("invoice", [1, 2]), ("contract", [3, 4]), ("invoice", [5]), ("contract", [6])]
    model = ToldModel(knows(truth))
    assert cut(reader(LLMEngine(model, vision=True)).split(packet)) == truth
    (messages,) = model.asked
    assert pictures_in(messages) == [0, 6]
    with PDFWorker() as worker:
        drawn = PDFPacket(Source(name="p", data=packet), worker, Reading(ocr="off")).pictures(
            range(1, 7), longest_side=1000
        )
    assert messages[1].images == tuple(drawn[page] for page in range(1, 7))
    assert len(set(drawn.values())) == 6


def test_pages_without_text_that_the_model_has_no_say_on_are_as_blank_ones():
    packet = joined(make_pdf(["INVOICE 1\nAmount due 610.00"]), make_scan(["CONTRACT"]), make_pdf(["INVOICE 2"]))
    model = ToldModel(lambda _: "no")
    result = reader(LLMEngine(model, vision=True)).split(packet)
    alone = reader(EmbeddedEngine()).split(packet)
    assert cut(result) == cut(alone)
    assert [segment.score for segment in result.segments] == [segment.score for segment in alone.segments]
    assert "unusable twice" in result.segments[0].evidence[-1]


def test_the_second_question_shows_the_pictures_again():
    said = iter(["prose"])
    model = ToldModel(lambda item: next(said, None) or knows(TRUTH)(item))
    assert cut(reader(LLMEngine(model, vision=True)).split(SCAN)) == TRUTH
    assert [pictures_in(messages) for messages in model.asked] == [[0, 4], [0, 4, 0, 0]]


def test_in_uncertain_mode_scans_are_asked_about_and_pages_that_only_stand_before_have_no_picture():
    sure = [f"INVOICE\nInvoice No: INV-{number}\nAmount due 610.00\nPage 1 of 1" for number in (1, 2, 3)]
    model = ToldModel(knows([("invoice", [1]), ("invoice", [2]), ("invoice", [3]), ("contract", [4])]))
    reader(LLMEngine(model, vision=True, mode="uncertain")).split(joined(make_pdf(sure), make_scan(["CONTRACT"])))
    (messages,) = model.asked
    shown = shown_in(messages)
    assert [item["page"] for item in shown if item["ask"]][-1] == 4
    assert [("picture" in item) for item in shown] == [item["ask"] for item in shown]
    assert not all(item["ask"] for item in shown)
    assert pictures_in(messages) == [0, sum(item["ask"] for item in shown)]


def test_target_pages_and_a_password_and_a_single_page():
    writer = pypdf.PdfWriter(io.BytesIO(SCAN))
    writer.encrypt("open", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    model = ToldModel(knows(TRUTH))
    result = reader(LLMEngine(model, vision=True), target_pages="3", password="open").split(locked.getvalue())
    assert (cut(result), result.omitted_pages) == ([("contract", [3])], (1, 2, 4))
    assert pictures_in(model.asked[0]) == [0, 1]


def test_a_packet_without_a_pdf_is_refused():
    engine = LLMEngine(ToldModel(knows(TRUTH)), vision=True)
    with pytest.raises(InvalidConfiguration, match=r"vision=True needs the PDF itself.*leave vision out"):
        reader(engine).from_pages(["INVOICE", "CONTRACT"])
    assert engine.model.asked == []


@pytest.mark.parametrize("wrong", [1, None, "yes"])
def test_vision_is_on_or_off(wrong):
    with pytest.raises(InvalidConfiguration, match="vision is"):
        LLMEngine(ToldModel(knows(TRUTH)), vision=wrong)


def test_an_answer_is_kept_for_the_pictures_that_led_to_it(tmp_path):
    model = ToldModel(knows(TRUTH))
    engine = LLMEngine(model, vision=True, cache=tmp_path)
    first, second = (reader(engine).split(SCAN) for _ in range(2))
    assert cut(first) == cut(second)
    assert (len(model.asked), second.usage["cached_answers"]) == (1, 1)
    other = make_scan(["Another letterhead", "altogether", "than", "before"])
    assert reader(engine).split(other).usage["cached_answers"] == 0
    assert reader(LLMEngine(model, cache=tmp_path)).split(make_pdf(["text"])).usage["cached_answers"] == 0


def test_pictures_count_against_the_limit():
    model = ToldModel(knows(TRUTH))
    result = reader(LLMEngine(model, vision=True)).split(SCAN)
    with_pictures = result.usage["input_tokens"]
    assert with_pictures > 4 * 707 * 1000 / 750
    limited = reader(LLMEngine(model, vision=True, max_tokens_per_packet=with_pictures - 1)).split(SCAN)
    assert limited.usage["unasked_pages"] == "1-4"
    assert len(model.asked) == 1


def test_a_model_that_can_not_see_is_named():
    with ScriptedChatAPI(lambda _: ChatAnswer(content="{}")) as api:
        refused = Fault(status=400, body={"error": {"message": "this model does not support image_url"}})
        api.answer_next(refused, times=None)
        with pytest.raises(ModelError, match="does not support image_url"):
            reader(LLMEngine(OpenAIModel("m", base_url=api.url, api_key=KEY), vision=True)).split(SCAN)


class Shown(Texts):
    """A packet whose pages are shown as pictures, but for some.

    Args:
        texts: of the pages.
        error: what those raise.
        bad: which.
    """

    def __init__(self, texts, error, bad):
        super().__init__(texts)
        self.error, self.bad = error, set(bad)
        self.tried = []
        self.is_called_off = False

    def pictures(self, pages, *, longest_side, quality=70):
        self.tried.append(list(pages))
        if self.bad.intersection(pages):
            raise self.error
        return {page: b"%d" % page for page in pages}


def asked_about(packet, kind="sync", **options):
    model = ToldModel(lambda item: row(item["page"], "invoice", starts=True))
    engine, config = LLMEngine(model, vision=True, **options), SplitConfig.build(["invoice", "contract"])
    split = engine.split if kind == "sync" else lambda *given: asyncio.run(engine.asplit(*given))
    return model, split(packet, config)


class TestPagesThatCanNotBeDrawn:
    @pytest.mark.parametrize("kind", ["sync", "async"])
    @pytest.mark.parametrize(
        ("error", "is_final"),
        [(PageUnreadable("no"), True), (WorkerTimeout("late"), False), (WorkerDied("gone"), False)],
    )
    def test_they_cost_their_own_picture_only(self, kind, error, is_final, caplog):
        packet = Shown(["INVOICE 1", "INVOICE 2", "", ""], error, bad=[2, 3])
        examples = [Example.document("contract", ['say "pages": [\n"', "x"])]
        model, answer = asked_about(packet, kind, examples=examples)
        (messages,) = model.asked
        assert messages[1].images == (b"1", b"4")
        assert {item["page"]: item.get("picture") for item in shown_in(messages)} == {1: 1, 2: None, 3: None, 4: 2}
        usual, _ = asked_about(Shown(["INVOICE 1", "INVOICE 2", "", ""], error, bad=[]), examples=examples)
        with_numbers, without = (json.loads(asked[1].text) for asked in (usual.asked[0], messages))
        assert [{**item, "picture": 0} for item in with_numbers.pop("pages")] == [
            {**item, "picture": 0} for item in without.pop("pages")
        ]
        assert with_numbers == without
        assert (answer.usage["undrawn_pages"], answer.usage["answered_pages"]) == ("2-3", "1-2,4")
        assert answer.is_final is is_final
        of = {segment.pages: segment.evidence for segment in answer.segments}
        name = type(error).__name__
        assert f"no picture could be made ({name}), so the model saw only the text of pages 2" in of[2, 3]
        assert f"no picture could be made ({name}), and there is no text, of pages 3" in of[2, 3]
        assert "without a picture of page 2" in caplog.text

    def test_they_are_tried_twice_at_most_whatever_else_asks_for_them(self):
        packet = Shown([f"INVOICE {n}" for n in range(1, 7)], PageUnreadable("no"), bad=[3])
        asked_about(packet, window=3, overlap=1, max_concurrent=1)
        assert packet.tried == [[1, 2, 3], [1], [2], [3], [4, 5], [5, 6]]

    @pytest.mark.parametrize(("error", "most"), [(PageUnreadable("no"), 10), (WorkerTimeout("late"), 6)])
    def test_a_file_that_can_not_be_drawn_at_all_is_given_up(self, error, most):
        packet = Shown([f"INVOICE {n}" for n in range(1, 61)], error, bad=range(1, 61))
        _, answer = asked_about(packet)
        assert answer.usage["undrawn_pages"] == "1-60"
        assert answer.usage["answered_pages"] == "1-60"
        assert len(packet.tried) <= most + 2

    def test_one_page_after_the_other_may_be_bad(self):
        packet = Shown([f"INVOICE {n}" for n in range(1, 31)], PageUnreadable("no"), bad=range(1, 31, 2))
        assert asked_about(packet)[1].usage["undrawn_pages"] == ",".join(str(page) for page in range(1, 31, 2))

    def test_another_file_in_its_place_ends_the_packet(self):
        with pytest.raises(SourceChanged):
            asked_about(Shown(["INVOICE 1"], SourceChanged("another"), bad=[1]))

    def test_what_was_called_off_is_not_asked_without_pictures(self):
        packet = Shown(["INVOICE 1"], WorkerDied("called off"), bad=[1])
        packet.is_called_off = True
        with pytest.raises(WorkerDied):
            asked_about(packet)

    def test_a_file_of_which_pdfium_sees_fewer_pages(self):
        page = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 5 0 R"
            b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
        )
        packet = hostile.pdf(
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 1>>",
            page,
            page,
            hostile.stream(b"BT /F 12 Tf 50 700 Td (INVOICE 4711 Amount due) Tj ET"),
        )
        model = ToldModel(lambda item: row(item["page"], "invoice", starts=True))
        result = reader(LLMEngine(model, vision=True)).split(packet)
        assert cut(result) == [("invoice", [1, 2])]
        assert (result.usage["undrawn_pages"], pictures_in(model.asked[0])) == ("1-2", [0, 0])

    def test_a_scan_that_can_not_be_drawn_is_as_a_blank_page(self):
        _, answer = asked_about(Shown(["INVOICE 1", "", ""], PageUnreadable("no"), bad=[2, 3]))
        assert [(segment.category, tuple(segment.pages)) for segment in answer.segments] == [("invoice", (1, 2, 3))]


class TestAPageAfterOneThatWasOnlySeen:
    TEXTS = ("INVOICE\nInvoice No: INV-77\nPage 1 of 2", "more items\nAmount due 610.00\nPage 2 of 2")

    def test_is_not_compared_with_the_last_page_that_has_text(self):
        truth = [("invoice", [1, 2]), ("contract", [3, 4])]
        packet = joined(make_pdf(self.TEXTS), make_scan(["CONTRACT between"]), make_pdf(["Signed by the parties"]))
        assert cut(reader(LLMEngine(ToldModel(knows(truth)), vision=True)).split(packet)) == truth

    def test_has_no_evidence_of_that(self):
        truth = [("invoice", [1, 2]), ("contract", [3]), ("invoice", [4])]
        packet = joined(
            make_pdf(self.TEXTS), make_scan(["CONTRACT between"]), make_pdf(["INVOICE\nInvoice No: INV-78\nAmount due"])
        )
        result = reader(LLMEngine(ToldModel(knows(truth)), vision=True)).split(packet)
        assert cut(result) == truth
        evidence = " | ".join(result.segments[-1].evidence)
        assert "page 4 follows page 3, of which only the picture was looked at" in evidence
        assert "last of its document" not in evidence
        assert "blank" not in evidence

    def test_keeps_its_cues_where_the_model_has_no_say_on_the_scan(self):
        packet = joined(
            make_pdf(self.TEXTS), make_scan(["CONTRACT between"]), make_pdf(["INVOICE\nInvoice No: INV-78\nAmount due"])
        )
        model = ToldModel(lambda item: "no")
        assert [s.pages for s in reader(LLMEngine(model, vision=True)).split(packet).segments] == [(1, 2, 3), (4,)]

    def test_is_asked_about_in_uncertain_mode(self):
        sure = [f"INVOICE\nInvoice No: INV-{number}\nAmount due 610.00\nPage 1 of 1" for number in (1, 2, 3)]
        model = ToldModel(knows([("invoice", [1]), ("invoice", [2]), ("contract", [3]), ("invoice", [4])]))
        packet = joined(make_pdf(sure[:2]), make_scan(["CONTRACT"]), make_pdf(sure[2:]))
        reader(LLMEngine(model, vision=True, mode="uncertain")).split(packet)
        assert {3, 4} <= {page for pages in model.pages_asked for page in pages}


class TestEndingEarly:
    def test_an_interrupt_leaves_no_process_and_starts_none(self, monkeypatch):
        started, threads = [], set()
        start = _process.start

        def counted():
            started.append(start())
            return started[-1]

        draw = Drawer.draw

        def noted(self, pages):
            threads.add(threading.current_thread())
            return draw(self, pages)

        class Interrupting(ToldModel):
            def complete(self, messages, schema):
                raise KeyboardInterrupt

        monkeypatch.setattr(_process, "start", counted)
        monkeypatch.setattr(Drawer, "draw", noted)
        engine = LLMEngine(Interrupting(None), vision=True, window=2, overlap=0, max_concurrent=6)
        with pytest.raises(KeyboardInterrupt):
            reader(engine).split(make_scan([f"page {number}" for number in range(12)]))
        for thread in threads:
            thread.join(20)
        assert len(started) == 1
        assert started[0].wait(20) is not None

    async def test_tasks_wait_for_their_turn_and_not_in_threads(self, monkeypatch):
        loop, inside, crowded = asyncio.get_running_loop(), [], []
        draw = Drawer.draw

        def noted(self, pages):
            inside.append(pages)
            for _ in range(20):  # so that other tasks come as far as they may
                asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()
                crowded.extend(inside[1:])
            try:
                return draw(self, pages)
            finally:
                inside.remove(pages)

        monkeypatch.setattr(Drawer, "draw", noted)
        packet = Shown([f"INVOICE {n}" for n in range(1, 21)], PageUnreadable("no"), bad=[])
        model = ToldModel(lambda item: row(item["page"], "invoice", starts=True))
        engine = LLMEngine(model, vision=True, window=2, overlap=0, max_concurrent=10)
        answer = await engine.asplit(packet, SplitConfig.build(["invoice", "contract"]))
        assert answer.usage["questions"] == 10
        assert crowded == []

    @pytest.mark.parametrize(("error", "is_aborted"), [(KeyboardInterrupt, True), (ValueError, False)])
    def test_a_worker_that_an_interrupt_ended_starts_no_other_process(self, error, is_aborted):
        worker = PDFWorker()
        with pytest.raises(error), worker:
            raise error
        assert worker.is_aborted is is_aborted


def test_of_a_packet_that_needed_a_password_no_answer_is_kept(tmp_path):
    writer = pypdf.PdfWriter(io.BytesIO(make_pdf(["INVOICE top secret"])))
    writer.encrypt("open", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    model = ToldModel(lambda item: row(item["page"], "invoice", starts=True, reason=item["text"]))
    for vision in (False, True):
        splits = reader(LLMEngine(model, vision=vision, cache=tmp_path), password="open")
        for _ in range(2):
            assert splits.split(locked.getvalue()).usage["questions"] == 1
    assert list(tmp_path.iterdir()) == []
    reader(LLMEngine(model, cache=tmp_path), password="open").split(make_pdf(["INVOICE"]))
    assert len(list(tmp_path.iterdir())) == 1
