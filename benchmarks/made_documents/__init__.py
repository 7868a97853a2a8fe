"""Makes realistic documents of many kinds, page by page as text, to fit and calibrate weights on."""
