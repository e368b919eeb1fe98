from abc import ABC, abstractmethod


class Plugin(ABC):
    @abstractmethod
    def job_types(self):
        ...
# expect: {path}: Plugin() raised TypeError: Can't instantiate abstract class Plugin ...
