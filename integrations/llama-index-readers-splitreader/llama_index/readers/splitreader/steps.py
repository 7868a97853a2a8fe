"""Transformations as steps of a route."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Self

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import BaseModel, Field, PrivateAttr, SerializeAsAny
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import BaseNode, TransformComponent

from llama_index.readers.splitreader.settings import digest, without_addresses
from splitreader import InvalidConfiguration


class PipelineStep(TransformComponent):
    """A whole IngestionPipeline as a step.

    Args:
        transformations: the pipeline's, so that a change in one of them is a change of this step.
        docstore_strategy: the pipeline's.
    """

    transformations: list[SerializeAsAny[TransformComponent]] = Field(description="The pipeline's transformations.")
    docstore_strategy: str = Field(description="How the pipeline treats what it has seen before.")
    _pipeline: IngestionPipeline = PrivateAttr()

    @classmethod
    def of(cls, pipeline: IngestionPipeline) -> Self:
        """The step for a pipeline.

        Raises:
            InvalidConfiguration: it has inputs of its own, which would come out for every document again.
        """
        if own := [name for name in ("documents", "readers") if getattr(pipeline, name, None)]:
            raise InvalidConfiguration(
                f"a pipeline of a route has {own[0]}= of its own; give it none, the router hands it its documents"
            )
        step = cls(transformations=pipeline.transformations, docstore_strategy=str(pipeline.docstore_strategy.value))
        step._pipeline = pipeline
        return step

    def __getstate__(self) -> dict[str, Any]:
        return BaseModel.__getstate__(self)  # the base class would leave out a pipeline that can't be pickled

    def __setstate__(self, state: dict[str, Any]) -> None:
        BaseModel.__setstate__(self, state)

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores this component."""
        return "PipelineStep"

    def to_dict(self, **kwargs: Any) -> dict[str, Any]:
        """The fields, and a hash of all that is nested in them."""
        return {**without_addresses(super().to_dict(**kwargs)), "settings": digest(self)}

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> Sequence[BaseNode]:  # noqa: ARG002  # not the pipeline's
        """What the pipeline makes of the nodes."""
        return self._pipeline_of_steps().run(nodes=list(nodes))

    async def acall(self, nodes: Sequence[BaseNode], **kwargs: Any) -> Sequence[BaseNode]:  # noqa: ARG002  # not the pipeline's
        """The same, without blocking the event loop."""
        return await self._pipeline_of_steps().arun(nodes=list(nodes))

    def _pipeline_of_steps(self) -> IngestionPipeline:
        steps = [OffTheLoop(step=step) for step in self.transformations]
        return self._pipeline.model_copy(update={"transformations": steps})


class OffTheLoop(TransformComponent):
    """A step as `arun_step` runs it; to a cache it is the step itself with all that is nested in it.

    Args:
        step: any transformation.
    """

    step: SerializeAsAny[TransformComponent] = Field(description="The transformation.")

    def to_dict(self, **kwargs: Any) -> dict[str, Any]:
        """The step's, and a hash of all that is nested in them."""
        return {**without_addresses(self.step.to_dict(**kwargs)), "settings": digest(self.step)}

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> Sequence[BaseNode]:
        """What the step makes of the nodes."""
        return self.step(nodes, **kwargs)

    async def acall(self, nodes: Sequence[BaseNode], **kwargs: Any) -> Sequence[BaseNode]:
        """The same, without blocking the event loop."""
        return await arun_step(self.step, nodes, **kwargs)


async def arun_step(step: TransformComponent, nodes: Sequence[BaseNode], **kwargs: Any) -> Sequence[BaseNode]:
    """Run a step without blocking the event loop.

    A step that has no async way of its own runs in a thread, and so do node parsers and embedding models whose async
    way computes on the loop.
    """
    if type(step).acall is TransformComponent.acall or isinstance(step, NodeParser) or _embeds_on_the_loop(step):
        return await asyncio.to_thread(step, nodes, **kwargs)
    return await step.acall(nodes, **kwargs)


def _embeds_on_the_loop(step: TransformComponent) -> bool:
    fallback = BaseEmbedding._aget_text_embedding  # noqa: SLF001  # calls the sync method
    return isinstance(step, BaseEmbedding) and type(step)._aget_text_embedding is fallback  # noqa: SLF001
