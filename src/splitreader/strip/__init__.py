"""The page strip: a split as a picture, one cell a page, coloured by category.

`cells` says what is drawn: runs of pages, colours, folds, words. `notebook` draws it as HTML, `terminal` with rich.
Both take anything that looks like a `SplitResult`, so that the result itself can offer its picture.
"""
