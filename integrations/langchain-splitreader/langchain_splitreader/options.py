"""The options that loader, parser and splitter have in common."""

from __future__ import annotations

from splitreader import CategoriesLike, InvalidConfiguration, ReaderOptions, SplitReader


def reader_of(categories: CategoriesLike | None, reader: SplitReader | None, options: ReaderOptions) -> SplitReader:
    """The reader that a user gave, or the one that has the options that a user gave.

    Raises:
        InvalidConfiguration: it is both or neither, or an option is wrong.
    """
    if reader is None and (categories is not None or "engine" in options):
        return SplitReader(categories, **options)
    if reader is None or categories is not None or options:
        raise InvalidConfiguration("give either categories, with options, or a reader that has its own")
    return reader
