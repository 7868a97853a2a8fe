"""The LLM engine: a language model is asked about pages, and the embedded engine's decoder weighs what it says."""

from splitreader.engines.llm._engine import LLMEngine
from splitreader.engines.llm._model import Message, Model, Reply
from splitreader.engines.llm._reading import Mode
from splitreader.engines.llm.openai import OpenAIModel

__all__ = ["LLMEngine", "Message", "Mode", "Model", "OpenAIModel", "Reply"]
