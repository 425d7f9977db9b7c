from . import (
    diagnostics as diagnostics,
)
from . import (
    events as events,
)
from . import (
    experiment as experiment,
)
from . import (
    exporters as exporters,
)
from . import (
    importers as importers,
)
from . import (
    kpis as kpis,
)
from . import (
    livelab as livelab,
)
from . import (
    plots as plots,
)
from . import (
    scenario as scenario,
)
from . import (
    twin as twin,
)
from . import (
    widgets as widgets,
)
from ._version import __version__ as __version__
from .experiment import compare as compare
from .experiment import replicate as replicate
from .scenario import (
    AGILE as AGILE,
)
from .scenario import (
    AGILE_WITH_CI as AGILE_WITH_CI,
)
from .scenario import (
    ASSISTED_TEAM as ASSISTED_TEAM,
)
from .scenario import (
    ASSISTED_TEAM_WITH_ENOUGH_REVIEWERS as ASSISTED_TEAM_WITH_ENOUGH_REVIEWERS,
)
from .scenario import (
    DEVOPS as DEVOPS,
)
from .scenario import (
    DEVOPS_IN_NAME_ONLY as DEVOPS_IN_NAME_ONLY,
)
from .scenario import (
    DEVSECOPS as DEVSECOPS,
)
from .scenario import (
    WATERFALL as WATERFALL,
)
from .scenario import (
    adopt as adopt,
)
from .scenario import (
    vary as vary,
)
from .simulation import simulate as simulate
