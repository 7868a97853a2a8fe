"""Run as a program: takes a data folder and works in it, without end, saying what is done. To be killed."""

import os
import sys
import threading
from itertools import count
from pathlib import Path

from splitreader.server.storage import Storage
from support.stored import SEGMENTS, create, upload

CHUNK = 64 << 10


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())  # in one piece, whichever thread writes


def take_in(storage: Storage, round_number: str) -> None:
    for number in count():
        file = upload(storage, f"{round_number} {number} ".encode() * CHUNK, name=f"{number}.pdf")
        say("kept", file.id, file.sha256)
        say("accepted", create(storage, file, max_queue=10**9, transaction_id=f"{round_number}-{number}").id)
        if number % 3 == 0:
            say("deleting", file.id)
            storage.files.delete(file.project_id, file.id)
            say("deleted", file.id)


def work(storage: Storage) -> None:
    for number in count():
        job = storage.jobs.claim()
        if job is None:
            continue
        if number % 5 == 0:
            storage.jobs.fail(job.id, "on purpose")
            say("ended", job.id, "failed")
        else:
            storage.jobs.finish(job.id, SEGMENTS)
            say("ended", job.id, "completed")


def main(folder: str, round_number: str = "0") -> None:
    storage = Storage.open(Path(folder))
    say("open")
    for job in (lambda: take_in(storage, round_number), lambda: work(storage)):
        threading.Thread(target=job).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
