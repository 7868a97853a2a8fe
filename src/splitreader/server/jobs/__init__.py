"""Running the jobs."""

from splitreader.server.jobs.parameters import check_parameters, config_of
from splitreader.server.jobs.runner import JobRunner

__all__ = ["JobRunner", "check_parameters", "config_of"]
