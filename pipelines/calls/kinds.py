"""Who writes records, how requests reach a model, and in which form it is asked to answer.

Example:
    >>> [rung.value for rung in Rung]
    ['json_schema', 'json_object', 'text']
"""

from enum import StrEnum


class GeneratorKind(StrEnum):
    """Who writes the questions and answers."""

    TEMPLATE = "template"  # reviewed wordings; no network, deterministic
    OPENAI = "openai"  # a language model behind any OpenAI-compatible endpoint


class Executor(StrEnum):
    """How the requests of one file reach a model."""

    LIVE = "live"  # one by one, many in flight
    BATCH = "batch"  # OpenAI's and Azure's Batch: a file goes up, a file comes back within a day
    FILE = "file"  # written for `vllm run-batch` or its like; its answers are read back


class ApiKind(StrEnum):
    """Which dialect an endpoint speaks."""

    OPENAI = "openai"  # and everything that imitates it: vLLM, llama.cpp, Ollama
    AZURE = "azure"


class Rung(StrEnum):
    """How a model is held to an answer's form; the first that the endpoint can do is taken."""

    JSON_SCHEMA = "json_schema"
    JSON_OBJECT = "json_object"
    TEXT = "text"
