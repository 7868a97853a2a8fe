"""LlamaCloud's hosted Split API as an engine. Packets leave this machine."""

from splitreader.engines.llamacloud.engine import LlamaCloudEngine

__all__ = ["LlamaCloudEngine"]
