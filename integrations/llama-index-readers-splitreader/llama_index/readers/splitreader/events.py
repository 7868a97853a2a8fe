"""What the reader and the router tell LlamaIndex's instrumentation."""

from __future__ import annotations

from llama_index.core.instrumentation.events import BaseEvent

from splitreader.routing import RoutingReport


class PacketSplitEvent(BaseEvent):
    """A packet was split.

    Args:
        source: the packet's name.
        engine: who split it.
        page_count: pages of the packet.
        categories: of its segments, in order.
    """

    source: str
    engine: str
    page_count: int
    categories: list[str]

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores this event."""
        return "PacketSplitEvent"


class RoutingEvent(BaseEvent):
    """A `CategoryRouter` has routed its inputs.

    Args:
        report: the way of each.
    """

    report: RoutingReport

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores this event."""
        return "RoutingEvent"
