"""Documents of special shape that tests ask for."""

from __future__ import annotations

import random
from collections.abc import Callable

from made_documents.issuers import Issuer
from made_documents.pools import Document, issuer_of, make_document

_TRIES = 400


def long_table(pages: int = 17, seed: int = 1) -> Document:
    """A statement whose only header, if any, are the heads of its columns."""
    return _long("bank_statement", pages, seed, lambda issuer: issuer.running == "none")


def long_statement(pages: int = 28, seed: int = 1) -> Document:
    """A bank statement with its header on every page."""
    return _long("bank_statement", pages, seed, lambda issuer: issuer.running == "full")


def long_contract(pages: int = 40, seed: int = 1) -> Document:
    """A contract with sections and annexes."""
    return _long("service_agreement", pages, seed, lambda _: True)


def lease(pages: int = 12, seed: int = 1) -> Document:
    """A lease."""
    return _long("lease", pages, seed, lambda _: True)


def one_page_forms(kind: str, count: int, seed: int = 1) -> list[Document]:
    """Forms of one issuer and layout for other people, a page each, without page numbers.

    Args:
        kind: ``w2``, ``tax_1099``, ``insurance_claim`` or another category.
        count: how many.
        seed: another seed, another issuer.
    """
    generator = random.Random(f"{kind} {seed}")
    for at in range(seed * 1000, seed * 1000 + _TRIES):
        issuer = issuer_of(kind, "en", at)
        if not issuer.number_form and not issuer.does("one client") and issuer.does("one recipe"):
            forms = [make_document(issuer, 1, generator, scans=False) for _ in range(count)]
            if all(len(form["pages"]) == 1 for form in forms):
                return forms
    raise ValueError(f"no {kind} of one page")


def receipts(count: int, seed: int = 1) -> list[Document]:
    """Receipts, each from another shop."""
    generator = random.Random(seed)
    shops = (issuer_of("receipt", "en", seed * 1000 + at) for at in range(count))
    return [make_document(shop, 1, generator, scans=False, exact=True) for shop in shops]


def _long(kind: str, pages: int, seed: int, suits: Callable[[Issuer], bool]) -> Document:
    """A document of the first issuer that suits and comes out at this length."""
    for at in range(seed * 1000, seed * 1000 + _TRIES):
        issuer = issuer_of(kind, "en", at)
        if suits(issuer) and not issuer.does("blank page after"):
            made = make_document(issuer, pages, random.Random(at), scans=False, exact=True)
            if len(made["pages"]) == pages:
                return made
    raise ValueError(f"no {kind} of {pages} pages")
