"""Engines: one interface, one result."""
