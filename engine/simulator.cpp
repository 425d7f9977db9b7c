#include "simulator.hpp"

#include <cstring>

#include "organisation.hpp"
#include "workflows.hpp"

namespace devopssim {

struct Run {
    Status status{};
    Needed needed{};
    Log log{};
    std::vector<Organisation::FalseFinding> false_findings{};
    std::int64_t events = 0;
    double reached = 0;
};

namespace {

Process workflow(Organisation& org) {
    switch (static_cast<Workflow>(static_cast<int>(org.scenario.derived.workflow))) {
        case Workflow::waterfall: return waterfall(org);
        case Workflow::agile: return agile(org);
        case Workflow::devops: break;
    }
    return devops(org);
}

Run* simulate(const Scenario& scenario, const Columns* tables, double horizon, std::int64_t most_rows) {
    auto* run = new Run;
    Organisation org(scenario, tables, run->log, most_rows);
    org.env.start(org.requests());
    org.env.start(workflow(org));
    for (int host = 0; host < scenario.production.hosts; ++host) org.env.start(org.production.infrastructure(host));
    org.env.start(org.security.disclosures());
    org.env.start(org.security.adopt());
    org.env.start(org.people.interrupt());
    org.env.start(org.people.turn_over());
    org.env.start(org.people.join());
    for (int developer = 0; developer < scenario.team.developers; ++developer) org.env.start(org.security.train());
    org.env.run(horizon);
    run->status = org.draws.needed.table >= 0 ? Status::needs_rows
                  : org.log.is_full           ? Status::too_many_rows
                                              : Status::done;
    run->needed = org.draws.needed;
    run->false_findings = std::move(org.found_falsely);
    run->events = static_cast<std::int64_t>(org.env.events());
    run->reached = org.env.now;
    return run;
}

}  // namespace

}  // namespace devopssim

using devopssim::Run;

std::int32_t devopssim_version() { return 1; }
const char* devopssim_parameters() { return devopssim::parameter_names; }
const char* devopssim_tables() { return devopssim::table_names; }
const char* devopssim_kinds() { return devopssim::kind_names; }
const char* devopssim_forms() { return devopssim::form_names; }

Run* devopssim_run(const double* parameters, const devopssim::Columns* tables, double horizon, std::int64_t most_rows) {
    devopssim::Scenario scenario;
    std::memcpy(&scenario, parameters, sizeof scenario);
    return devopssim::simulate(scenario, tables, horizon, most_rows);
}
std::int32_t devopssim_status(const Run* run) { return static_cast<std::int32_t>(run->status); }
std::int64_t devopssim_needed_rows(const Run* run) { return run->needed.rows; }
std::int32_t devopssim_needed_table(const Run* run) { return run->needed.table; }
std::int64_t devopssim_rows(const Run* run) { return run->log.rows; }
const void* devopssim_column(const Run* run, std::int32_t column) {
    const auto& log = run->log;
    const void* columns[] = {log.time.values,     log.kind.values,     log.item.values,    log.change.values, log.stage.values,
                             log.deployment.values, log.incident.values, log.finding.values, log.role.values,   log.detail.values};
    return columns[column];
}
std::int64_t devopssim_details(const Run* run, const devopssim::Detail** details) {
    *details = run->log.details.known.data();
    return static_cast<std::int64_t>(run->log.details.known.size());
}
std::int64_t devopssim_false_findings(const Run* run, const std::int32_t** findings) {
    *findings = reinterpret_cast<const std::int32_t*>(run->false_findings.data());
    return static_cast<std::int64_t>(run->false_findings.size());
}
std::int64_t devopssim_events(const Run* run) { return run->events; }
double devopssim_reached(const Run* run) { return run->reached; }
void devopssim_free(Run* run) { delete run; }
