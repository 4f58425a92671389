"""The models of the workbench, by subject: standing.py, comments.py, memory.py, page_links.py."""

from .comments import Comment  # noqa: F401
from .exchange.models import Delivery  # noqa: F401
from .machine_runs import MachineRun  # noqa: F401
from .memory import MemoryEntry  # noqa: F401
from .page_links import PageLink  # noqa: F401
from .standing import NotNeeded, Standing, Touched  # noqa: F401
