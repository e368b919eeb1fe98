import collections
import enum
import pathlib


class Name(str, enum.Enum):
    GOLANG = "golang:1.0.0"


class Folder(type(pathlib.Path())):
    pass


Pair = collections.namedtuple("Pair", "base template")


class Plugin:
    def job_types(self):
        base, template = Folder(self.plugin_dir, "base.Dockerfile"), self.plugin_dir / "job-template.Dockerfile"
        return collections.OrderedDict({Name.GOLANG: Pair(base, template)})
# job-type: golang:1.0.0
# hook: job_types
