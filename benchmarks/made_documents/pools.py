"""Draws pools of documents: which kinds, how long, from which issuers."""

from __future__ import annotations

import random
from typing import Any

from made_documents.beginnings import BEGINNINGS
from made_documents.bodies import BODIES
from made_documents.drafts import Draft, write
from made_documents.endings import ENDINGS
from made_documents.issuers import Issuer, draw_client, draw_issuer
from made_documents.paging import pages_of
from made_documents.scanning import as_scanned
from made_documents.speaking import Speaker
from made_documents.word_files import BUCKETS, LANGUAGES, kinds

Document = dict[str, Any]
"""``cat``, ``src``, ``lang`` and ``pages``."""

PARTS = {**BEGINNINGS, **BODIES, **ENDINGS}

_BUCKET_SHARES = (45, 25, 20, 10)
_LANGUAGE_SHARES = (60, 12, 10, 9, 9)
_MOST_OF_ISSUER = 7
_TRIES = 4


def make_pool(seed: int, documents: int) -> dict[str, Any]:
    """Documents of all kinds and languages, several of each issuer.

    Args:
        seed: the same seed gives the same pool.
        documents: how many.

    Returns:
        ``{"cats": {id: [name, description]}, "docs": [{"cat", "src", "lang", "pages"}]}``, and in ``"local"`` the names
        and descriptions of the categories in the languages other than English.
    """
    generator = random.Random(seed)
    issuers = dict[tuple[str, str], list[tuple[Issuer, list[int]]]]()
    made: list[Document] = []
    while len(made) < documents:
        bucket = generator.choices(range(len(BUCKETS)), _BUCKET_SHARES)[0]
        lang = generator.choices(LANGUAGES, _LANGUAGE_SHARES)[0]
        possible = list(kinds(lang).values())
        kind = generator.choices(possible, [kind.lengths[bucket] for kind in possible])[0]
        known = issuers.setdefault((kind.lang, kind.key), [])
        open_ones = [(issuer, used) for issuer, used in known if used[0] < _MOST_OF_ISSUER]
        if open_ones and generator.random() < 0.8:
            issuer, used = generator.choice(open_ones)
        else:
            issuer, used = draw_issuer(kind, f"{kind.lang}-{kind.key}-{seed}-{len(known)}", generator), [0]
            known.append((issuer, used))
        used[0] += 1
        pages = generator.choices(range(BUCKETS[bucket][0], BUCKETS[bucket][1] + 1))[0]
        made.append(make_document(issuer, pages if bucket < 3 else _long(generator), generator))
    found = {lang: {key: kind.label for key, kind in kinds(lang).items()} for lang in LANGUAGES}
    return {"cats": found.pop("en"), "local": found, "docs": made}


def make_document(
    issuer: Issuer, pages: int, generator: random.Random, *, scans: bool = True, exact: bool = False
) -> Document:
    """One document.

    Args:
        issuer: whose it is.
        pages: how many pages it should have; some kinds come out a page longer or shorter.
        generator: what it is drawn from.
        scans: whether some come out as from a scanner.
        exact: whether to try longer for just as many pages.
    """
    room = max(18, issuer.height - 4)
    fill = generator.uniform(0.08, 1) ** (0.6 if pages == 1 else 1)
    lines = (pages - 1) * room + int(fill * room)
    texts = list[str]()
    for _ in range(3 * _TRIES if exact else _TRIES):
        draft = _drafted(issuer, pages, lines, random.Random(generator.random()))
        found = pages_of(draft, room)
        if not texts or abs(len(found) - pages) < abs(len(texts) - pages):
            texts = found
        if abs(len(found) - pages) <= (0 if exact else pages // 9):
            break
        lines += int((pages - len(found)) * room * 0.8)
    if scans:
        texts = as_scanned(texts, generator)
    return {"cat": issuer.kind.key, "src": issuer.name, "lang": issuer.kind.lang, "pages": texts}


def _drafted(issuer: Issuer, pages: int, lines: int, generator: random.Random) -> Draft:
    speaker = Speaker(issuer.kind.lang, generator, issuer.date_form, issuer.money_form)
    speaker.facts.update(issuer.facts)
    own = Speaker(issuer.kind.lang, random.Random(issuer.name), issuer.date_form, issuer.money_form)
    speaker.facts.update(draw_client(own if issuer.does("one client") else speaker))
    pattern = issuer.habit("pattern", issuer.kind.choices.get("ref pattern", (issuer.facts["refpattern"],)))
    speaker.facts["ref"] = speaker.pattern(pattern.replace("YYYY", str(speaker.day.year)))
    fields = " ".join(issuer.kind.choices.get("fields", ("{ref}",)))
    printed = next((fact for fact in ("ref", "account", "ssn") if f"{{{fact}}}" in fields), "ref")
    speaker.facts["ref"] = speaker.facts[printed]
    if subjects := issuer.kind.choices.get("subjects"):
        speaker.facts["topic"] = speaker.say(generator.choice(subjects))
    recipes = issuer.kind.choices["parts"]
    recipe = issuer.habit("recipe", recipes) if issuer.does("one recipe") else generator.choice(recipes)
    draft = Draft(issuer, speaker, pages)
    write(draft, recipe, PARTS, lines)
    return draft


def _long(generator: random.Random) -> int:
    first, last = BUCKETS[-1]
    return first + int((last - first + 1) * generator.random() ** 1.8)


def issuer_of(key: str, lang: str, seed: int, name: str = "") -> Issuer:
    """An issuer of a kind, given by its key."""
    return draw_issuer(kinds(lang)[key], name or f"{lang}-{key}-{seed}", random.Random(f"{key} {seed} {name}"))
