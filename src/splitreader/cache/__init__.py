"""Results and page texts on disk, found again by the packet's bytes and everything else that they depend on."""

from splitreader.cache._cache import Cache, CacheLike

__all__ = ["Cache", "CacheLike"]
