"""What happened, as records of a source or of a recorder, and the one translator that makes an event log of them.

Importers read a team's records from its tools, the live lab from its journal; both write the log with `translate`.
"""

from devopssim.history.records import (
    ArtifactRecord,
    ChangeRecord,
    DeploymentRecord,
    FindingRecord,
    History,
    IncidentRecord,
    Observation,
    PipelineRunRecord,
    RollbackRecord,
    ScanRecord,
    WorkItemRecord,
    by_id,
    change_id,
    join,
    new_ancestors,
    together,
)
from devopssim.history.translation import Attribution, DeployedRecord, translate

__all__ = [
    "ArtifactRecord",
    "Attribution",
    "ChangeRecord",
    "DeployedRecord",
    "DeploymentRecord",
    "FindingRecord",
    "History",
    "IncidentRecord",
    "Observation",
    "PipelineRunRecord",
    "RollbackRecord",
    "ScanRecord",
    "WorkItemRecord",
    "by_id",
    "change_id",
    "join",
    "new_ancestors",
    "together",
    "translate",
]
