"""Everywhere that Python code runs, the worker process must start and end: each place is a real one."""

import subprocess
import sys
import textwrap

import nbformat
import psutil
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.slow
LOAD = "len(SplitReader(['invoice', 'contract']).load({packet!r}))"
ALOAD = "len(await SplitReader(['invoice', 'contract']).aload({packet!r}))"


def run_script(tmp_path, code: str) -> str:
    script = tmp_path / "script.py"
    script.write_text("from splitreader import SplitReader\n" + textwrap.dedent(code))
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.fixture
def load(sample):
    return LOAD.format(packet=str(sample))


@pytest.fixture
def aload(sample):
    return ALOAD.format(packet=str(sample))


def test_a_script_without_a_main_guard(tmp_path, load):
    assert int(run_script(tmp_path, f"print({load})")) > 1


def test_a_running_event_loop(tmp_path, load, aload):
    code = f"""
        import asyncio

        async def main():
            print({load} == {aload})

        asyncio.run(main())
        """
    assert run_script(tmp_path, code) == "True"


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_a_daemonic_worker_of_a_pool(tmp_path, load, method):
    """Daemonic processes may not have multiprocessing children; SimpleDirectoryReader's num_workers uses them."""
    if method == "fork" and sys.platform != "linux":
        pytest.skip("fork is safe on Linux only")
    code = f"""
        import multiprocessing

        def work(_):
            return {load}

        if __name__ == "__main__":
            with multiprocessing.get_context("{method}").Pool(2) as pool:
                print(min(pool.map(work, range(2))) > 1)
        """
    assert run_script(tmp_path, code) == "True"


def test_a_thread(tmp_path, load):
    code = f"""
        import threading
        thread = threading.Thread(target=lambda: print({load}))
        thread.start()
        thread.join()
        """
    assert int(run_script(tmp_path, code)) > 1


def test_a_folder_with_files_that_look_like_modules(tmp_path, load):
    """The worker must not import what happens to lie in the current folder."""
    for name in ("pypdf.py", "json.py", "splitreader.py"):
        (tmp_path / name).write_text("raise SystemExit('imported by mistake')")
    code = f"import sys; sys.path = [p for p in sys.path if p]; from splitreader import SplitReader; print({load})"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 1


def test_a_notebook_kernel(tmp_path, load, aload):
    cells = [
        nbformat.v4.new_code_cell("from splitreader import SplitReader"),
        nbformat.v4.new_code_cell(load),
        nbformat.v4.new_code_cell(aload),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [int(cell.outputs[0]["data"]["text/plain"]) for cell in notebook.cells[1:]]
    assert outputs[0] == outputs[1] > 1


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.usefixtures("hears_ctrl_c")
@pytest.mark.parametrize("ending", ["", "raise SystemExit(0)", "os.kill(os.getpid(), signal.SIGINT); time.sleep(30)"])
def test_no_process_is_left_when_a_script_ends_half_way_through_a_packet(tmp_path, sample, ending):
    """At its end, by an exit, by Ctrl-C."""
    script = tmp_path / "script.py"
    script.write_text(
        "import os, signal, time\n"
        "from splitreader import SplitReader\n"
        f"documents = SplitReader(['invoice']).lazy_load({str(sample)!r})\n"
        "next(documents)\n"
        "import psutil\n"
        "print(psutil.Process().children()[0].pid, flush=True)\n" + ending
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, cwd=tmp_path, check=False, timeout=60
    )
    worker = int(done.stdout)
    gone, alive = psutil.wait_procs([psutil.Process(worker)] if psutil.pid_exists(worker) else [], timeout=20)
    assert not alive, (gone, alive)
