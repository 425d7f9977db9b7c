"""Records of what happened, and the one translator that turns them into an event log.

Importers read a team's records from its tools, the live lab reads its own from its journal; both write the log with
`translate`, so one set of rules decides which changes a deployment carried and what an incident was.

    history = History(changes={…}, deployments={…})
    log = translate(history, attribute=strategy, plain=str.strip)

Importers offer the shorter `devopssim.importers.log_of(history)`.
"""

from devopssim.history.clocks import YEAR_1980
from devopssim.history.commits import change_id, new_ancestors
from devopssim.history.history import History, Observation
from devopssim.history.joining import by_id, join, merge_records, separate_outages
from devopssim.history.ledger import Attribution, DeployedRecord, Ledger, moment
from devopssim.history.records import (
    ArtifactRecord,
    ChangeRecord,
    DeploymentRecord,
    FindingRecord,
    IncidentRecord,
    PipelineRunRecord,
    RollbackRecord,
    ScanRecord,
    VerificationRecord,
    WorkItemRecord,
)
from devopssim.history.translation import translate, written

__all__ = [
    "YEAR_1980",
    "ArtifactRecord",
    "Attribution",
    "ChangeRecord",
    "DeployedRecord",
    "DeploymentRecord",
    "FindingRecord",
    "History",
    "IncidentRecord",
    "Ledger",
    "Observation",
    "PipelineRunRecord",
    "RollbackRecord",
    "ScanRecord",
    "VerificationRecord",
    "WorkItemRecord",
    "by_id",
    "change_id",
    "join",
    "merge_records",
    "moment",
    "new_ancestors",
    "separate_outages",
    "translate",
    "written",
]
