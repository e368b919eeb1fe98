import sys

assert not {"pydantic", "racetrack_client", "workbench"} & set(sys.modules)
assert not [path for path in sys.path if path.endswith("workbench/plugin")]


class Plugin:
    def markdown_docs(self): ...
# hook: markdown_docs
