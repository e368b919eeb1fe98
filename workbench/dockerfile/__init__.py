"""Dockerfiles: rendered from a job type's template, parsed, and read for their environment."""

from workbench.dockerfile.env import dockerfile_env, env_pairs, is_legacy_env
from workbench.dockerfile.parse import KEYWORDS, Heredoc, Instruction, parse_dockerfile
from workbench.dockerfile.render import base_image_name, render_dockerfile, render_image
from workbench.dockerfile.stages import Stage, stages
from workbench.dockerfile.template import (
    Rendered,
    check_template,
    read_template,
    render_template,
)
from workbench.dockerfile.words import WordError, expand_word, split_words

__all__ = [
    "KEYWORDS",
    "Heredoc",
    "Instruction",
    "Rendered",
    "Stage",
    "WordError",
    "base_image_name",
    "check_template",
    "dockerfile_env",
    "env_pairs",
    "expand_word",
    "is_legacy_env",
    "parse_dockerfile",
    "read_template",
    "render_dockerfile",
    "render_image",
    "render_template",
    "split_words",
    "stages",
]
