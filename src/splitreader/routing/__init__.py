"""What every router, filter and retrieval tool shares, whatever the framework: it knows none.

Users meet these names through the LlamaIndex and LangChain packages.
"""

from splitreader._origin import OWN_KEYS
from splitreader.routing._chunks import CHUNK_NAMESPACE, ChunkLocator, chunk_id, narrow_pages, offsets_fit
from splitreader.routing._conditions import Condition, conditions
from splitreader.routing._deciding import DEFAULT, REVIEW, Drop, PassThrough, Rules, Way, check_routes
from splitreader.routing._fields import FIELDS, MetadataField, category_field
from splitreader.routing._metadata import foreign_metadata, own_metadata
from splitreader.routing._reading import READ_NAMESPACE, packet_pages, read_id, segment_pdf
from splitreader.routing._report import Routed, RoutingReport
from splitreader.routing._tools import ToolName, tool_names

__all__ = [
    "CHUNK_NAMESPACE",
    "DEFAULT",
    "FIELDS",
    "OWN_KEYS",
    "READ_NAMESPACE",
    "REVIEW",
    "ChunkLocator",
    "Condition",
    "Drop",
    "MetadataField",
    "PassThrough",
    "Routed",
    "RoutingReport",
    "Rules",
    "ToolName",
    "Way",
    "category_field",
    "check_routes",
    "chunk_id",
    "conditions",
    "foreign_metadata",
    "narrow_pages",
    "offsets_fit",
    "own_metadata",
    "packet_pages",
    "read_id",
    "segment_pdf",
    "tool_names",
]
