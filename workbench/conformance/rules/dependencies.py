"""What a wrapper imposes on the job that it wraps."""

from __future__ import annotations

from workbench.conformance.modules import required_modules
from workbench.conformance.subject import Subject
from workbench.conformance.vocabulary import Broken, Level, NotJudged, On, rule


@rule(
    "W90",
    Level.SHOULD,
    "brings no module into the job's build",
    source="principle",
    consequence="the job is built with versions that its author did not choose",
    remedy="use the standard library, or keep the wrapper in a process of its own",
    on=On.FILES,
)
def imposes_nothing(subject: Subject) -> str:
    """In Go, wrapper and job are one program: what the wrapper requires, the job gets."""
    wrapper = subject.target.wrapper
    if wrapper is None:
        raise NotJudged(
            "only wrappers in Go are judged by this, by the files of their plugin: give the job's "
            "folder"
        )
    modules = required_modules(wrapper)
    if modules:
        listed = ", ".join(modules)
        subject.note("what the wrapper's go.mod adds to the build", "\n".join(modules))
        raise Broken(f"the wrapper requires {listed}")
    return "the wrapper's go.mod requires nothing but the job"
