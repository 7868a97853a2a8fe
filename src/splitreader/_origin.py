"""Who a packet is: its id, its name, and the metadata that the user gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from splitreader._config import quoted
from splitreader._errors import InvalidConfiguration
from splitreader.sources import Duplicates, Source

Scalar: TypeAlias = str | int | float | bool
MetadataValue: TypeAlias = Scalar | list[Scalar]
Metadata: TypeAlias = dict[str, MetadataValue]
MetadataLike: TypeAlias = Mapping[str, MetadataValue] | Callable[[Source], Mapping[str, MetadataValue]]
PacketIdLike: TypeAlias = str | Callable[[Source], str]

T = TypeVar("T")

OWN_KEYS = (
    "category",
    "pages",
    "confidence",
    "confidence_rank",
    "score",
    "key",
    "page_start",
    "page_end",
    "page_count",
    "packet_page_count",
    "segment_index",
    "segment_id",
    "packet_id",
    "source",
    "file_name",
    "text_source",
    "engine",
    "page_offsets",
    "page_list",
)
"""The metadata keys that splitreader writes. No other metadata may use them."""

MODEL_KEYS = ("category", "pages")
"""The only keys that should reach an embedding model or an LLM; the others would only blur the text."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where the documents of one packet come from.

    Args:
        packet_id: part of every segment id.
        source: the name in the metadata.
        file_name: the last part of the name.
        source_in_id: whether ids depend on the source's name, so that identical packets can stand side by side.
        metadata: the user's own; `copied` for every Document.
    """

    packet_id: str
    source: str
    file_name: str
    source_in_id: bool
    metadata: Mapping[str, MetadataValue]


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What the user said about packet ids and metadata; see `SplitReader` for the fields.

    Metadata counts as it was given here: what becomes of the user's own dict and its lists later changes nothing.

    Raises:
        InvalidConfiguration: a value can't be used.
    """

    packet_id: PacketIdLike | None = None
    metadata: MetadataLike | None = None
    duplicates: Duplicates = "drop"

    def __post_init__(self) -> None:
        if self.packet_id is not None and not callable(self.packet_id):
            _check_packet_id(self.packet_id, source=None)
        if self.metadata is not None and not callable(self.metadata):
            object.__setattr__(self, "metadata", check_metadata(self.metadata, source=None))
        if self.duplicates not in ("drop", "keep"):
            raise InvalidConfiguration(f'duplicates is {quoted(self.duplicates)}; it must be "drop" or "keep"')

    def origin(self, source: Source) -> Origin:
        """The origin of one packet. May block.

        The packet is hashed even if its id is given: Documents compare with the hash before they cut a PDF from it.

        Raises:
            InvalidConfiguration: the user's function gave what can't be used.
            SourceError: the packet can't be read.
            RuntimeError: the user's function raised StopIteration.
        """
        sha256 = source.sha256
        packet_id = _asked("packet_id", self.packet_id, source) if callable(self.packet_id) else self.packet_id
        metadata = _asked("metadata", self.metadata, source) if callable(self.metadata) else self.metadata
        return Origin(
            packet_id=sha256 if packet_id is None else _check_packet_id(packet_id, source=source.name),
            source=source.name,
            file_name=source.file_name,
            source_in_id=self.duplicates == "keep",
            metadata={} if metadata is None else check_metadata(metadata, source=source.name),
        )


@dataclass
class PacketIds:
    """The packet ids of one call: two packets that share one would get the same document ids."""

    _owners: dict[str, tuple[str, str]] = field(default_factory=dict)  # name and hash: a source would keep its bytes
    _names: set[tuple[str, str]] = field(default_factory=set)

    def claim(self, origin: Origin, source: Source) -> Origin:
        """Take the id for this packet; back comes the origin.

        Raises:
            InvalidConfiguration: another packet of this call has it, and nothing else tells the two apart.
        """
        owner, sha256 = self._owners.setdefault(origin.packet_id, (source.name, source.sha256))
        if sha256 != source.sha256:
            raise InvalidConfiguration(
                f"{owner} and {source.name} have the same packet_id {quoted(origin.packet_id)}, so their documents "
                "would have the same ids; give packet_id as a function of Source",
                source=source.name,
            )
        name = (origin.packet_id, source.name)
        if origin.source_in_id and name in self._names:
            raise InvalidConfiguration(
                f"two packets of the same bytes are both called {source.name}, so their documents would have the same "
                "ids; give packet_id= as a function of Source that tells them apart, or load the folder above both, so "
                "that their names differ",
                source=source.name,
            )
        self._names.add(name)
        return origin


def check_metadata(metadata: Mapping[str, MetadataValue], *, source: str | None) -> Metadata:
    """A copy of the user's metadata, if a Document can carry it.

    Raises:
        InvalidConfiguration: a key is one of ours, or a value is neither a scalar nor a list of scalars.
    """
    if not isinstance(metadata, Mapping):
        raise InvalidConfiguration(f"metadata is {type(metadata).__name__}; it must be a dict", source=source)
    for key, value in metadata.items():
        if key in OWN_KEYS:
            raise InvalidConfiguration(f"metadata may not set {key!r}: splitreader does; rename it", source=source)
        items = value if isinstance(value, list) else [value]
        if not isinstance(key, str) or not all(isinstance(item, (str, int, float, bool)) for item in items):
            raise InvalidConfiguration(
                f"metadata {quoted(key)} is {type(value).__name__}; "
                "Documents carry str, int, float, bool, or lists of these",
                source=source,
            )
    return copied(metadata)


def copied(metadata: Mapping[str, MetadataValue]) -> Metadata:
    """A copy with lists of its own: who adds to a list of one Document changes no other's, nor the reader's."""
    return {key: list(value) if isinstance(value, list) else value for key, value in metadata.items()}


def _asked(option: str, function: Callable[[Source], T], source: Source) -> T:
    """What the user's function says about the packet.

    Raises:
        RuntimeError: it raised StopIteration, which would end a generator of ours in silence, and hang an event loop
            that waits for the thread it is raised in.
    """
    try:
        return function(source)
    except StopIteration as error:
        name = getattr(function, "__qualname__", type(function).__name__)
        raise RuntimeError(
            f"the function {option}={name} failed for {source.name} with StopIteration, perhaps of a next() that found "
            "nothing; mend it"
        ) from error


def _check_packet_id(packet_id: object, *, source: str | None) -> str:
    if not isinstance(packet_id, str) or not packet_id:
        raise InvalidConfiguration(
            f"packet_id is {quoted(packet_id)}; it must be text that is not empty", source=source
        )
    return packet_id
