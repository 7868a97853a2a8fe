import os
from importlib.util import find_spec

import pytest


@pytest.fixture(scope="session")
def ray_installed():
    """Skips the test where Ray is missing, or fails it where it must not be."""
    if find_spec("ray") is None:
        missing = "ray is not installed: pip install 'splitreader[ray]'"
        if os.environ.get("SPLITREADER_RAY_REQUIRED"):
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.fixture(scope="module")
def cluster(ray_installed):
    """Ray on two CPUs, with a LlamaCloud key in the environment of its actors."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("LLAMA_CLOUD_API_KEY", "llx-test")
        import ray.data

        ray.init(include_dashboard=False, num_cpus=2, logging_level="ERROR", log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield ray
    ray.shutdown()
